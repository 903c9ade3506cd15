"""Whether two logs tell of the same run: the same quantities with the same values."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Series, naming
from logdoctor.run.roles import Counter, Unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDING = 1e-3
"""Relative difference that is rounding: Hugging Face writes four decimals, event files single precision."""

AGREEING = 0.95
"""Share of common points that must agree; a resumed run may have written a few of them anew."""

GLANCE = 16
"""Points at the beginning that are compared first."""

Quantity = tuple[str, ...]
"""What is measured, whatever the log calls it: `train/loss` and `loss` are one."""


class Relation(Enum):
    """What two logs are to each other."""

    SAME = "same"
    """They share a quantity, and its values agree."""
    CONTRARY = "contrary"
    """They share a quantity, and its values differ."""
    APART = "apart"
    """They share no quantity that can be compared."""


def quantity(series: Series) -> Quantity:
    """Return what a series measures, with its split, so that names of several frameworks meet."""
    split = naming.split_of(series.name) or series.split
    role = naming.role_of(series.name, split)
    if role in (Unknown, Counter):
        return ("", *naming.words(series.name))
    return (role.id, *naming.stem_of(series.name))


def relation(ours: Mapping[Quantity, Series], theirs: Mapping[Quantity, Series]) -> Relation:
    """Compare every quantity that two logs share; counters and settings say nothing."""
    shared = [key for key in ours if key[0] and key in theirs]
    known = [verdict for key in shared if (verdict := same_values(theirs[key], ours[key])) is not None]
    if not known:
        return Relation.APART
    return Relation.SAME if sum(known) * 2 > len(known) else Relation.CONTRARY


def same_values(one: Series, other: Series) -> bool | None:
    """Tell whether two series hold the same points, as far as both go; None when they cannot be compared."""
    if one.axis is not other.axis:
        return _equal(one.values, other.values) if len(one) == len(other) else None
    a, b = one.curve, other.curve
    head = min(len(a), len(b), GLANCE)
    if head == GLANCE and (a.steps[:head] == b.steps[:head]).all() and not _equal(a.values[:head], b.values[:head]):
        return False  # logs of two runs of one program: a glance tells them apart
    _, in_a, in_b = np.intersect1d(a.steps, b.steps, assume_unique=True, return_indices=True)
    if not len(in_a):
        return None
    return _equal(a.values[in_a], b.values[in_b])


def _equal(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    with np.errstate(invalid="ignore"):
        close = np.abs(a - b) <= ROUNDING * np.maximum(np.abs(a), np.abs(b)) + 1e-12
    same = close | (np.isnan(a) & np.isnan(b)) | (a == b)
    return bool(same.mean() >= AGREEING)
