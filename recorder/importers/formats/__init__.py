"""What all formats have in common; one folder below for trades, for books, for streams of both."""
