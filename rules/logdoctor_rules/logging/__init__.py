"""What is true of the log rather than of the training."""
