"""What tells why validation goes another way than training."""
