"""What the lines of a text log say that are no numbers."""
