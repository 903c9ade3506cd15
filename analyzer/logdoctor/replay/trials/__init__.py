"""Experiments on the failure: which changes are tried, which examples matter, and whether a fix holds."""
