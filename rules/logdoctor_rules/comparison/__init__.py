"""Runs of one set-up beside each other."""
