"""How right a replay is: trainings with planted faults, saved, flagged and replayed."""
