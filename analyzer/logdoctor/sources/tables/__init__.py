"""What table-like logs share: cells, rows, counters, padding, and how they become series."""
