"""Files on disk to runs: one module for each format."""
