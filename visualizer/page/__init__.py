"""The Dash shell: layout, ids, wiring."""
