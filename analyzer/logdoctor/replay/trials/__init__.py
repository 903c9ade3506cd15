"""Experiments on the failure: what is tried, which examples matter, and whether a fix holds."""
