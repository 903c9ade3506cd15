"""Windows of training steps, re-run unchanged or with one thing changed."""
