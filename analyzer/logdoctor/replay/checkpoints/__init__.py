"""Saved trainings in the layouts that people have: one file for each, with `recognizes` and `read`."""
