"""Text with separators to tables: its form, its rows, and numbers below no header."""
