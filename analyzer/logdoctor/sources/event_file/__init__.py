"""Event files from the bytes up: framing, checksums, protobuf, columns of points."""
