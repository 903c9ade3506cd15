"""Learning-rate schedules beyond those of the sample logs; share of the training done to a factor."""

from __future__ import annotations

from tests.sample_training.train import Schedule


def linear(progress: float) -> float:
    """Fall in a straight line to zero."""
    return 1 - progress


def early(schedule: Schedule, times: float) -> Schedule:
    """Run through a schedule too fast and stay at its end."""
    return lambda progress: schedule(min(1.0, progress * times))


def warm_up(share: float) -> Schedule:
    """Rise in a straight line, then stay."""
    return lambda progress: min(1.0, (progress + 1e-3) / share)
