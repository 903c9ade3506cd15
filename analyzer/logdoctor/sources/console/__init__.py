"""Text logs, in the order of the data: passages, masked lines, forms of lines, streams of rows, parts, one table."""
