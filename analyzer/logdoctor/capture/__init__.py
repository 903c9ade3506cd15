"""Keeping enough of a running training to replay its last steps. Opt-in; torch is imported on use."""
