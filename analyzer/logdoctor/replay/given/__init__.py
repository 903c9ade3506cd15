"""The inputs of a replay: the user's recipe, checkpoints, and the failure that a diagnosis flagged."""
