"""How often a training stepped its schedule, after every step or once an epoch, inferred from its rates."""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Mapping

import torch

from logdoctor.replay.window.session import Session
from logdoctor.replay.window.snapshot import Snapshot

SAME_RATE = 1e-6
"""Relative difference up to which two rates are the same: they went through a text and back."""

FEWEST = 3
"""Logged rates under which nothing is concluded."""


def moves_of(session: Session, start: Snapshot, last: int) -> frozenset[int] | None:
    """Return the steps after which the training moved its schedule; None where it did after every step.

    The schedule is run on its own, without the model, at either pace: the logged rates fit one of them, or neither, and
    then the usual pace is kept.
    """
    rates, scheduler = session.material.rates, start.training.scheduler
    compared = {step: rates[step] for step in range(start.step, last + 1) if step in rates}
    plateau = isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau)
    if scheduler is None or plateau or session.material.recipe.train_step is not None or len(compared) < FEWEST:
        return None
    if _fits(session, start, compared, every=True, moves=()):
        return None
    moves = frozenset(step for step, rate in rates.items() if not _same(rates.get(step + 1, rate), rate))
    return moves if _fits(session, start, compared, every=False, moves=moves) else None


def _fits(
    session: Session, start: Snapshot, compared: Mapping[int, float], *, every: bool, moves: Collection[int]
) -> bool:
    """Run the schedule alone, and tell whether it gives the rates that were logged."""
    session.at(start)
    training = start.training
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a schedule that goes on without updates
        for step in range(start.step, max(compared) + 1):
            own = float(training.optimizer.param_groups[0]["lr"]) if training.optimizer is not None else math.nan
            if step in compared and not _same(own, compared[step]):
                return False
            if every or step in moves:
                training.scheduler.step()
    return True


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=SAME_RATE)
