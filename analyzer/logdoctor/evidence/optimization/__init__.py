"""What tells why a loss stays where it is, or falls slowly."""
