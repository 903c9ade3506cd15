"""Where a non-finite number first arose, its birth, and what grew towards it."""
