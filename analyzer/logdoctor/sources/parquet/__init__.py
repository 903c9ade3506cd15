"""Parquet files: their columns without a library, and their rows with one."""
