"""Columns of long logs held in little memory: rows, counters and lines that go on as they began."""
