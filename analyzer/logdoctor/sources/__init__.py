"""Files on disk to logs: one module for each format, and below it what several formats share."""
