"""How much a network has learnt, beside what one that only guesses scores."""
