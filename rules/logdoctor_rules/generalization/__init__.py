"""Validation beside training."""
