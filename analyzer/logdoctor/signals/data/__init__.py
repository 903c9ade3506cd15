"""Epochs: where they begin, and what the training loss does within each."""
