"""What a capture leaves on disk, as the training writes it and a replay reads it. Needs torch, but for the names."""
