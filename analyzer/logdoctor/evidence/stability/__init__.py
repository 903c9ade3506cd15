"""What tells why a loss breaks, jumps or swings."""
