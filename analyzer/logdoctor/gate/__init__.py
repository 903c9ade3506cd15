"""Judge a diagnosis for CI: assertions, reference curves, suppressions. The result is plain data, in `gated`."""
