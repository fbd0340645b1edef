"""Where rows go: converted, sorted into day files by ids made of them, counted."""
