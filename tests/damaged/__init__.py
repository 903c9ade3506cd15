"""Damaged logs, made on the spot, each with what is still true of it."""
