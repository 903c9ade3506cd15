"""What the learning rate over a run explains: its warm-up, its decay, its jumps back up."""
