"""Losses that rise, jump or swing."""
