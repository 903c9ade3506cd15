"""Bytes to clean lines: what a terminal would have shown, without what launchers, languages and narrow pages add."""
