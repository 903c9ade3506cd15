"""What the experiments come to: facts, causes, a verdict; without torch."""
