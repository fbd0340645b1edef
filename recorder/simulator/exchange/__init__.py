"""A local exchange: the simulated market, or a captured session, behind OKX's v5 interfaces."""
