"""How much a network has learnt, beside what one that knows nothing scores."""
