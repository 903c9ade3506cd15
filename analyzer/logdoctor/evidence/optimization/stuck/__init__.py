"""Whether a loss ends where it began, and why it does."""
