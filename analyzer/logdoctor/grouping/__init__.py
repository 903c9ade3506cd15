"""Logs to runs: which belong to one training, which copy of a curve counts, and what each run is called."""
