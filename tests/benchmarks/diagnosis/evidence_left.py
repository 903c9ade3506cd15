"""What it means that a change of the log took away what a verdict stands on.

Nothing here looks at how a rule decides. Evidence is gone in two cases:

- Too little is left of it. What a lost finding was about, as its spans say, was taken in part, and fewer than COURSE
  points of a stretch remain: a swing of four points, an overfitting of eight evaluations. Of a finding that is gained
  this is never so: fewer points are no reason to say more.
- It stood alone. The taken values that the others do not show, such as a spike of one point or the first loss of a run
  that is at once below it, of whatever curve of the run, are put back without any other that was taken; and what is
  said of it is what was said of the whole log. A value is not shown that lies outside of what its two neighbours span
  (at an end: the nearest, and where the line through the two nearest leads), by more than ALONE times the usual
  distance of a value from between its neighbours, and far enough to be seen.

A finding that came or went for any other reason changed although its evidence is there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from logdoctor import Finding, Run, Series
from logdoctor.finding import Span

COURSE = 6
"""Points that show a course: two for each of its beginning, its middle and its end, for one may be an outlier."""

ALONE = 6.0
"""Distance in units of the usual one that noise does not reach: once in a billion values."""

MAD_TO_SIGMA = 1.4826
"""The median absolute deviation of a normal distribution times this is its standard deviation."""

SEEN = 0.05
"""The same distance as a share of the curve's own range, of nine values of ten, below which nobody sees it: between the
points of a smooth curve there is no noise, and any bend would stand alone."""

RARE = 0.1
"""Share of a curve's values up to which they stand alone; more are its way."""


def too_few_left(lost: Finding, before: Run, after: Run) -> bool:
    """Whether a stretch that a finding was about lost points, and too few remain to show a course."""
    return any(_points_in(span, after) < min(_points_in(span, before), COURSE) for span in lost.spans)


def _points_in(span: Span, run: Run) -> int:
    steps = next((one.steps for one in run.series if one.name == span.series), np.array([], dtype=np.int64))
    return int(((steps >= span.first_step) & (steps <= span.last_step)).sum())


def with_what_stood_alone(before: Run, after: Run) -> Run:
    """Return a run as it is logged now, with those of the values that were taken which stood alone."""
    now = {one.name: one.steps for one in after.series}
    kept = (one.take(np.isin(one.steps, now[one.name]) | stands_alone(one)) for one in before.series)
    return replace(after, series=tuple(kept))


def stands_alone(series: Series) -> np.ndarray:
    """Return which points their neighbours do not show, shape (n,)."""
    finite = np.flatnonzero(np.isfinite(series.values))
    alone = ~np.isfinite(series.values)
    if len(finite) >= COURSE:
        values, at = series.values[finite], series.steps[finite].astype(float)
        ends = 2 * values[[1, -2]] - values[[2, -3]]
        before, after = np.append(ends[0], values[:-1]), np.append(values[1:], ends[1])
        share = np.diff(at)[:-1] / np.maximum(at[2:] - at[:-2], 1.0)
        off = np.abs(values[1:-1] - before[1:-1] - (after - before)[1:-1] * share)
        outside = np.maximum(values - np.maximum(before, after), np.minimum(before, after) - values)
        usual, height = MAD_TO_SIGMA * float(np.median(off)), float(np.subtract(*np.quantile(values, [0.95, 0.05])))
        alone[finite] = outside > max(ALONE * usual, SEEN * height)
    return alone & bool(alone.mean() <= RARE)
