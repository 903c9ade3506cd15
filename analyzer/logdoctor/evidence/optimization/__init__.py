"""Why a loss stays where it is, or falls slowly."""
