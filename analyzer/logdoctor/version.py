"""The version, apart from the public names, for output that records by which version it was written."""

VERSION = "0.1.0"
