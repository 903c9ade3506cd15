"""The version, apart from the public names: what the program writes says by which version it was written."""

VERSION = "0.1.0"
