"""Whether a loss is that of guessing, and why it stays there."""
