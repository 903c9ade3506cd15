"""What tells of the learning rate over the run: its warm-up, its decay, its returns."""
