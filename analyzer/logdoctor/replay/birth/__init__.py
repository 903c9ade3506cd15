"""Where a number that is not finite was born, and what grew towards it."""
