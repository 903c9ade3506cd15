"""Offline diagnosis of deep-learning training logs."""
