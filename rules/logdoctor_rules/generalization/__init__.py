"""Training against validation."""
