"""Duplicate runs: those of one analysis that hold the same main curve, value for value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss


@dataclass(frozen=True)
class Duplicates:
    """A run among those of the same main curve."""

    run: Run
    group: tuple[Run, ...] = ()
    """Every run of that curve in the order of the analysis, this one among them."""

    @classmethod
    def among(cls, run: Run, others: Iterable[Run]) -> Duplicates:
        """Return the duplicates of a run among others, which go before it."""
        return find_duplicates([*(other for other in others if other is not run), run])[run]

    @property
    def original(self) -> Run | None:
        """The first run of the group, unless that is this one."""
        return self.group[0] if self.group and self.group[0] is not self.run else None


def find_duplicates(runs: Sequence[Run]) -> Mapping[Run, Duplicates]:
    """Find the duplicates of every run, in time linear in their data."""
    groups: dict[bytes, list[Run]] = {}
    keys = {run: _key(run) for run in runs}
    for run, key in keys.items():
        groups.setdefault(key, []).append(run)
    return {run: Duplicates(run, tuple(groups[key]) if key else (run,)) for run, key in keys.items()}


def main_curve(run: Run) -> Series | None:
    """Return the curve by which runs are told apart: the training loss, else the validation loss."""
    return run.find(TrainLoss) or run.find(ValLoss)


def _key(run: Run) -> bytes:
    """Return what only runs of the same main curve share; nothing where there is no such curve.

    Steps do not count, for a copy in another format may count them from one. Values count as event files hold them.
    """
    main = main_curve(run)
    if main is None or not len(main):
        return b""
    with np.errstate(over="ignore"):
        return blake2b(main.values.astype(np.float32).tobytes()).digest()
