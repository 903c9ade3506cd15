"""A validation loss that stands in for training, where a run logs no training loss."""

from __future__ import annotations

from dataclasses import replace

from logdoctor.run.roles import AdversarialLoss, PolicyLoss, Reward, TrainComponentLoss, TrainLoss, ValLoss
from logdoctor.run.run import Run

TRAINED_BY = (TrainLoss, TrainComponentLoss, AdversarialLoss, PolicyLoss, Reward)
"""What training makes smaller or larger: beside any of it, a validation loss stands in for nothing."""


def with_validation_for_training(run: Run) -> Run | None:
    """Return the run with its validation loss in the role of the training loss; None where it does not stand alone.

    The series keeps its name and its split, so that a rule can tell.
    """
    if run.find(ValLoss) is None or any(run.all(role) for role in TRAINED_BY):
        return None
    series = tuple(replace(one, role=TrainLoss) if one.role is ValLoss else one for one in run.series)
    return replace(run, series=series)
