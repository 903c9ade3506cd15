"""What speaks for and against each cause of a loss that breaks, by where it is seen."""
