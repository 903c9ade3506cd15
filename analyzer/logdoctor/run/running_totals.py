"""Losses that are summed since the run began, as gensim reports that of word2vec."""

from __future__ import annotations

import numpy as np

from logdoctor.run.series import Series

_MIN_POINTS, _MIN_POINTS_OF_MEANS = 5, 10
"""Values needed to recognise such a sum; more where it begins at a value that a mean could begin at."""

_NO_MEAN = 12.0
"""First value above which a loss is hardly a mean: guessing among 160,000 classes costs less."""

_NO_MORE = 1.05
"""Largest increment in units of the one before: batches vary a little from epoch to epoch."""

_NEARLY_AS_MUCH = 0.7
"""Least of the first increments in units of the one before: a loss that merely jumped soon comes to rest."""

_FIRST = 4
"""Values after the first that must add so much; in single precision, later sums stop growing."""

_PIECE = 4096
"""Values examined at a time, so that a curve of millions is not copied."""


def is_running_total(series: Series) -> bool:
    """Recognise a sum since the beginning by its increments, the first value included: none exceeds the one before.

    A loss that diverges rises faster and faster, or jumps and rests.
    """
    values = series.values
    first = float(values[0]) if len(values) >= _MIN_POINTS else 0.0
    if not first > 0 or len(values) < (_MIN_POINTS if first > _NO_MEAN else _MIN_POINTS_OF_MEANS):
        return False
    beginning = values[: _FIRST + 1]
    if not np.isfinite(beginning).all():
        return False
    added = np.diff(beginning, prepend=0.0)
    if not (added[1:] >= _NEARLY_AS_MUCH * added[:-1]).all():
        return False  # nearly every other curve
    return all(_adds_no_more(series, begin) for begin in range(0, len(values) - 2, _PIECE))


def _adds_no_more(series: Series, begin: int) -> bool:
    """Tell whether the increments in a piece never grow, at equal distances in steps."""
    piece = slice(begin, begin + _PIECE + 2)
    if not np.isfinite(series.values[piece]).all():
        return False
    strides, added = np.diff(series.steps[piece]), np.diff(series.values[piece])
    if begin == 0:
        added = np.append(series.values[0], added)
    even = strides == series.steps[1] - series.steps[0]
    return bool(even.all() and (added >= 0).all() and (added[1:] <= _NO_MORE * added[:-1]).all())
