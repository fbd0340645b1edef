"""Processes: started, tied to us, signalled, cleared up after."""
