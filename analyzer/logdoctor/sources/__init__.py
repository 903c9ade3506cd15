"""Files on disk to logs: one module for each format."""
