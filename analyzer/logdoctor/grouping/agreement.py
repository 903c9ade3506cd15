"""Whether two logs belong to the same run: the same quantities with the same values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Axis, Series, naming
from logdoctor.run.roles import Counter, LearningRate, Throughput, Unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDING = 1e-3
"""Relative difference that may be rounding: Hugging Face writes four decimals, event files single precision."""

AGREEING = 0.95
"""Share of common points that must agree; a resumed run may have written a few of them again."""

WRITTEN = (3, 4, 5, 6)
"""Decimals, or significant digits, that consoles write; with fewer, curves of two runs may agree by chance."""

COARSE = 2
"""Decimals that some consoles write. Two curves that differ in them are different; if they agree, they are the same
only if they move."""

WRITTEN_EXACTLY = 1e-9
"""How far a value in double precision may lie from the digits that were written."""

SINGLE_PRECISION = 2.0**-23
"""Relative error of a value in an event file; a console rounds the same value from double precision."""

MOST_ROUNDED = 0.05
"""Largest relative rounding error of a value with which it still distinguishes two curves."""

LEAST_TELLING = 0.25
"""Share of points that must have enough digits to distinguish curves; values near zero may have too few."""

ROUNDED_EPOCH = 0.005 + 1e-9
"""How far an epoch is rounded that transformers 4 prints with two decimals."""

GLANCE = 16
"""Points at the beginning that are compared first."""

ENOUGH_MOVES = 5
"""Changes of value that two curves must share before their agreement point by point is no accident."""

FEWEST_MOVES_FROM_ONE = 3
"""The same where one counts from 0 and the other from 1: their steps agree too, so that fewer suffice."""

PER_CENT = 100.0

MOST_APART_IN_UNIT = 0.01
"""Relative difference of the largest first values of a share and of the same in per cent: consoles round `99.2%`."""

FEWEST_MET = 8
"""One in so many points of the shorter curve must share its step with the other: curves that count from 0 and from 1,
as TensorFlow's Estimator writes and prints, share steps by accident."""

FEWEST_MEANS = 3
"""Values that must be the means of what another curve shows between them before that is no accident."""

RATE_WORDS = frozenset({"lr", "rate"})
"""What is left of the names of a rate: `lr` and `learning_rate` are one."""

RAY = "ray/tune/"
"""Prefix under which Ray Tune repeats its tables in event files, where it also counts differently."""

Quantity = tuple[str, ...]
"""What is measured, whatever its name in the log: `train/loss` and `loss` are the same."""


class Relation(Enum):
    """What two logs are to each other."""

    SAME = "same"
    """They share quantities whose values agree."""
    CONTRARY = "contrary"
    """They share quantities whose values differ."""
    APART = "apart"
    """They share no quantity that can be compared."""


def quantity(series: Series) -> Quantity:
    """Return what a series measures, with its split, so that the names of different frameworks match."""
    name = series.name.removeprefix(RAY)
    split = naming.split_of(name) or series.split
    role = naming.role_of(name, split)
    if role in (Unknown, Counter):
        return ("", *naming.words(name))
    stem = naming.stem_of(name)
    return (role.id, *(word for word in stem if role is not LearningRate or word not in RATE_WORDS))


def relation(ours: Mapping[Quantity, Series], theirs: Mapping[Quantity, Series]) -> Relation:
    """Compare every quantity that two logs share; counters do not count, and speeds only if there is nothing else."""
    common = [key for key in ours if key[0] and key in theirs]
    shared = [key for key in common if key[0] != Throughput.id] or common
    known = [verdict for key in shared if (verdict := _agree(theirs[key], ours[key])) is not None]
    if not known:
        return Relation.APART
    return Relation.SAME if sum(known) * 2 > len(known) else Relation.CONTRARY


def _agree(one: Series, other: Series) -> bool | None:
    """Tell whether two series are of one training; None when they cannot be compared."""
    is_mean = _is_mean_of(one.curve, other.curve) or _is_mean_of(other.curve, one.curve)
    return True if is_mean else _same_values(one, other)


def _same_values(one: Series, other: Series) -> bool | None:
    """Tell whether two series hold the same points as far as both reach; None when they cannot be compared."""
    one, other = _in_one_unit(one, other)
    if one.axis is not other.axis:
        return _equal(one.values, other.values) if len(one) == len(other) else None
    a, b = one.curve, other.curve
    if _same_in_order(a.values, b.values):
        return True  # mmcv's text log counts through all epochs, its JSON within each
    head = min(len(a), len(b), GLANCE)
    if (
        head == GLANCE
        and (a.steps[:head] == b.steps[:head]).all()
        and _equal(a.values[:head], b.values[:head]) is False
    ):
        return False  # two runs of one program differ from the beginning
    if _same_from_one_on(a, b):
        return True
    _, in_a, in_b = np.intersect1d(a.steps, b.steps, assume_unique=True, return_indices=True)
    if not len(in_a) or len(in_a) * FEWEST_MET < min(len(a), len(b)):
        return None
    return _equal(a.values[in_a], b.values[in_b])


def _in_one_unit(one: Series, other: Series) -> tuple[Series, Series]:
    """Return both series in per cent where one of them is and the other is the same as a share, else as they are."""
    most = [_largest_of_first(series) for series in (one, other)]
    share, percent = min(most), max(most)
    if not 0 < share <= 1 < percent or abs(percent / share - PER_CENT) > PER_CENT * MOST_APART_IN_UNIT:
        return one, other
    a, b = (
        replace(s, values=s.values * PER_CENT) if size == share else s
        for s, size in zip((one, other), most, strict=True)
    )
    return a, b


def _largest_of_first(series: Series) -> float:
    """Return the largest magnitude at the beginning of a series, 0 where nothing there is finite."""
    begin = series.values[:GLANCE]
    return float(np.abs(begin[np.isfinite(begin)]).max(initial=0.0))


def _same_from_one_on(a: Series, b: Series) -> bool:
    """Tell whether one series counts epochs from 0 and the other from 1, with the same points; either may lack a few.

    Keras prints its epochs from 1 and writes them from 0; a console may lack the epoch in which it was interrupted.
    """
    if a.axis is not Axis.EPOCH or not len(a) or not len(b) or sorted((a.steps[0], b.steps[0])) != [0, 1]:
        return False
    _, in_a, in_b = np.intersect1d(a.steps - a.steps[0], b.steps - b.steps[0], assume_unique=True, return_indices=True)
    shared = a.values[in_a]
    with np.errstate(invalid="ignore"):
        moves = np.abs(np.diff(shared)) > ROUNDING * np.abs(shared[1:])
    most = len(in_a) >= AGREEING * min(len(a), len(b))
    return bool(most and moves.sum() >= FEWEST_MOVES_FROM_ONE and _equal(shared, b.values[in_b]))


def is_copy(one: Series, other: Series) -> bool:
    """Tell whether two series of one run hold the same values, even if they count steps differently."""
    if _same_values(one, other) or _begin_alike(one, other):
        return True
    if not len(one) or len(one) != len(other):
        return False
    are_disjoint = one.axis is not other.axis or one.steps[0] > other.steps[-1] or other.steps[0] > one.steps[-1]
    of_ray = one.name.startswith(RAY) != other.name.startswith(RAY)
    return (of_ray or not are_disjoint) and bool(_equal(one.values, other.values))


def _begin_alike(one: Series, other: Series) -> bool:
    """Tell whether one series is the beginning of the other, which may continue with a second value at its last step.

    This happens where the model is evaluated once more after training, and another log of the training ends before.
    """
    size = min(len(one), len(other))
    if not size or one.axis is not other.axis or (one.steps[:size] != other.steps[:size]).any():
        return False
    if naming.role_of(one.name, one.split) is Counter:
        return bool((np.abs(one.values[:size] - other.values[:size]) <= ROUNDED_EPOCH).all())
    return bool(_equal(one.values[:size], other.values[:size]))


def _same_in_order(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    """Tell whether two curves have the same values in order, whatever their steps; one may lack the last value."""
    size = min(len(a), len(b))
    if size < GLANCE or max(len(a), len(b)) > size + 1 or not _equal(a[:GLANCE], b[:GLANCE]):
        return False
    with np.errstate(invalid="ignore"):
        moves = np.abs(np.diff(a[:size])) > ROUNDING * np.abs(a[1:size])
    return bool(moves.sum() >= ENOUGH_MOVES and _equal(a[:size], b[:size]))


def _is_mean_of(one: Series, other: Series) -> bool:
    """Tell whether one series holds the mean of all that another one has logged since the value before.

    A table of steps and one of epochs, each with the loss of training, are of one run.
    """
    if one.axis is not other.axis or not FEWEST_MEANS <= len(one) <= len(other) / 2:
        return False
    if not np.isin(one.steps, other.steps).all():
        return False
    ends = np.searchsorted(other.steps, one.steps) + 1
    sums = np.append(0.0, np.cumsum(other.values))[np.append(0, ends)]
    return bool(_equal(one.values, np.diff(sums) / np.diff(np.append(0, ends))))


def _equal(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool | None:
    """Compare values point by point; None where too few digits were written to distinguish two curves."""
    with np.errstate(invalid="ignore"):
        difference, size = np.abs(a - b), np.maximum(np.abs(a), np.abs(b))
        exact = (np.isnan(a) & np.isnan(b)) | (a == b)
        same = exact | (difference <= ROUNDING * size + 1e-12)
        if same.mean() >= AGREEING:
            return True
        last_digit = np.maximum(_half_a_digit(a), _half_a_digit(b))
        same |= difference <= last_digit * (1 + 1e-9) + SINGLE_PRECISION * size
        telling = exact | (last_digit <= MOST_ROUNDED * size)
        moves = np.minimum(np.abs(np.diff(a)), np.abs(np.diff(b))) > 2 * 10.0**-COARSE
    if same.mean() < AGREEING:
        return False
    if COARSE in (_decimals(a), _decimals(b)) and moves.sum() < ENOUGH_MOVES:
        return None
    return True if telling.mean() >= LEAST_TELLING else None


def _decimals(values: NDArray[np.float64]) -> int | None:
    """Return how many decimals the values have at most, None where they are more than a console writes."""
    finite = values[np.isfinite(values)]
    return next((n for n in (COARSE, *WRITTEN) if (np.round(finite, n) == finite).all()), None)


def _half_a_digit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n,) the largest rounding error of each value; 0 where every digit was written.

    Consoles write a fixed number of decimals (`%.4f`) or of digits (`%8.3g`).
    """
    decimals = _decimals(values)
    half = np.full(len(values), 0.0 if decimals is None else 0.5 * 10.0**-decimals)
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.where(values == 0, 1.0, 10.0 ** np.floor(np.log10(np.abs(values))))
        mantissa = values / unit
        for digits in WRITTEN:
            rounded = np.round(mantissa, digits - 1)
            if (np.abs(rounded - mantissa)[np.isfinite(mantissa)] < WRITTEN_EXACTLY).all():
                half = np.fmax(half, 0.5 * 10.0 ** (1 - digits) * unit)
                break
    return half
