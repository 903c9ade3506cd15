"""Batches that are bad."""

from __future__ import annotations

import math
from collections.abc import Callable

from tests.benchmarks.replay.models import Batch, Task
from tests.benchmarks.replay.runs import Plan, planned

from .fault import Fault, Place, causes


def _at(at: int, change: Callable[[Batch], Batch]) -> Callable[[int, Batch], Batch]:
    return lambda step, batch: change(batch) if step == at else batch


def outliers(task: Task, seed: int, at: int) -> Plan:
    """Inputs turned over and three hundred times too large, or for tokens weights of three thousand."""

    def change(batch: Batch) -> Batch:
        x, y, side, weight = (one.clone() for one in batch)
        if task.numeric:
            x *= -300.0
        else:
            weight[::2] = 3000.0
        return x, y, side, weight

    return planned(task, seed, batch=_at(at, change))


def nan_in_batch(task: Task, seed: int, at: int) -> Plan:
    """One NaN in the inputs, or for tokens in the weights of examples."""

    def change(batch: Batch) -> Batch:
        x, y, side, weight = (one.clone() for one in batch)
        (x if task.numeric else weight).view(-1)[seed % 32] = math.nan
        return x, y, side, weight

    return planned(task, seed, batch=_at(at, change))


def spoiled_example(task: Task, seed: int) -> int:
    """Return the example that the NaN lies in."""
    x, _, _, weight = task.batch(seed, 0)
    numbers = (x if task.numeric else weight)[0].numel()
    return seed % 32 // int(numbers)


def wrong_labels(task: Task, seed: int, at: int) -> Plan:
    """All labels of a batch are those of another class."""

    def change(batch: Batch) -> Batch:
        x, y, side, weight = batch
        return x, (y + 1 + seed % 2) % task.classes, side, weight

    return planned(task, seed, batch=_at(at, change))


DATA = (
    Fault("outliers", causes("bad-batch"), outliers),
    Fault("nan-in-batch", causes("bad-batch"), nan_in_batch, Place(leaf="batch"), spoiled_example),
    Fault("wrong-labels", causes("bad-batch"), wrong_labels),
)
