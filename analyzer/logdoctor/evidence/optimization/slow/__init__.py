"""Whether a loss falls slowly, and why it does."""
