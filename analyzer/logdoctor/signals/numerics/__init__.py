"""Values that are no numbers, losses that hide them, and the scale of half precision."""
