"""Of a large sweep, the runs that each run is compared with: all pairs would take longer than to read them."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from logdoctor.signals.comparison.outcome import Measured
from logdoctor.signals.settings.incidental import is_chosen
from logdoctor.signals.settings.learning_rate import is_seed, settings_of

MOST = 100
"""Runs of a set-up among which one is looked at, itself among them. A sweep of no more is compared whole."""


def neighbours(group: Sequence[Measured]) -> list[tuple[Measured, ...]]:
    """Return for each run of a group itself and those that differ from it in the fewest settings, in their order.

    Of those that differ in as many, the ones whose training loss ends lowest are taken: they set the example.
    """
    if len(group) <= MOST:
        return [tuple(group)] * len(group)
    codes, ranks = _codes(group), _ranks(group)
    return [tuple(group[k] for k in _nearest_to(i, codes, ranks)) for i in range(len(group))]


def _nearest_to(i: int, codes: NDArray[np.int64], ranks: NDArray[np.int64]) -> list[int]:
    differ = np.count_nonzero(codes != codes[i], axis=1)
    differ[i] = -1
    order = differ * len(codes) + ranks
    return sorted(np.argpartition(order, MOST)[:MOST].tolist())


def _codes(group: Sequence[Measured]) -> NDArray[np.int64]:
    """Return (runs, settings) numbers that are equal where two runs have the same value of a setting."""
    settings = [settings_of(one.run) for one in group]
    names = {name: None for one in settings for name in one if is_chosen(name) and not is_seed(name)}
    columns = [np.unique([repr(one.get(name)) for one in settings], return_inverse=True)[1] for name in names]
    varied = [column for column in columns if column.any()]
    return np.stack(varied, axis=1) if varied else np.zeros((len(group), 1), np.int64)


def _ranks(group: Sequence[Measured]) -> NDArray[np.int64]:
    """Return (runs,) the place of each by where its training loss ends; those that failed come last."""
    ends = [inf if one.train is None or one.failure else one.train.end for one in group]
    return np.argsort(np.argsort(ends, kind="stable"), kind="stable")
