"""Losses that do not fall, or not far, or not fast enough."""
