"""Text logs to tables, in the order of the data: clean lines, their forms, streams of rows, runs."""
