"""How requests are met: the guard, the endpoints, the server."""
