"""Why a loss diverges, spikes or oscillates."""
