"""Text with separators to tables: its form, its rows, and numbers without a header."""
