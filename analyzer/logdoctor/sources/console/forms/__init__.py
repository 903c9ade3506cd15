"""Lines to forms: the numbers of a line taken out, and what those of one statement count and measure."""
