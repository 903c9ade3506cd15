"""Saved trainings in common layouts: one module for each, with `recognizes` and `read`."""
