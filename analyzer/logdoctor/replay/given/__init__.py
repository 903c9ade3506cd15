"""What a replay is given: the user's recipe, checkpoints, and the failure that a diagnosis flagged."""
