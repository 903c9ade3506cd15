"""Numbers that are no numbers."""
