"""Shows that two checkouts give the same outputs, to the byte.

What ours is made of moves about between two checkouts, so nothing of ours is imported here.
"""
