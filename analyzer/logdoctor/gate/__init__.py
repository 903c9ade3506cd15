"""Judging a diagnosis for CI: assertions, reference curves, suppressions. What it finds is plain data, in `gated`."""
