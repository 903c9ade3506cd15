"""What tells why outputs or a game between two networks collapse."""
