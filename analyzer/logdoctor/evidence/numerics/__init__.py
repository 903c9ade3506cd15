"""Why a loss or a gradient is no finite number."""
