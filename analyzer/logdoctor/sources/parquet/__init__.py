"""Parquet files: their column names without a library, and their rows with one."""
