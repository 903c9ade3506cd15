"""Logs to runs: which tell of one training, which copy of a curve counts, and what each run is called."""
