"""How commands find, ask and lock out a running supervisor."""
