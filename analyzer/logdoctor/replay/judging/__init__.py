"""Conclusions from the experiments: facts, causes, a verdict; without torch."""
