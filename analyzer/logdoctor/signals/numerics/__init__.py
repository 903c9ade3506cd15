"""NaN and infinite values, losses that hide them, and the loss scale of half precision."""
