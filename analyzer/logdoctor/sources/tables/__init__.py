"""Shared by table-like logs: cells, rows, counters, padding, and how they become series."""
