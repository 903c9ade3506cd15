"""Columns of long logs in little memory: rows, counters and lines that usually advance evenly."""
