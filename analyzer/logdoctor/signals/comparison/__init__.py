"""The other runs of an analysis: siblings of one set-up, and sweeps."""
