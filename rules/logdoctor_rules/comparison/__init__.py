"""Runs of one set-up compared with each other."""
