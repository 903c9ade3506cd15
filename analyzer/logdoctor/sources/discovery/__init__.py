"""Find the logs below some paths, and the source that reads each."""
