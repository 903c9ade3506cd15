"""Windows of training steps run again, as they were or with one thing changed."""
