"""Steps missing from a series although its file is not damaged: a hole, or an end before that of other series.

Lost records may leave no trace in a file, and a trainer that omits non-finite values leaves a gap.
"""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.finding import Span
from logdoctor.run import Run, Series
from logdoctor.signals import holes, pace_of
from logdoctor.wording import place

MIN_POINTS = 20
"""Values needed to know the usual interval; none of the losses of 769 sound and failed runs with so many has a hole."""

HOLE_PACES = 1.5
"""A distance of so many usual intervals lacks at least one record."""

MIN_CUT = 10
"""Usual intervals by which an end must lie before those of other series: less is the last flush of a writer."""

MIN_CUT_SHARE = 0.1
"""The same as a share of the neighbours' steps."""


@dataclass(frozen=True)
class Gap:
    """Where steps are missing."""

    text: str
    span: Span


def gap_in(series: Series, run: Run) -> Gap | None:
    """Return the first hole in a regularly logged series, else where it ends before its neighbours, else None."""
    pace = pace_of(series)
    if pace is None or len(series.curve) < MIN_POINTS:
        return None
    for hole in holes(series, HOLE_PACES):
        text = f"{series.name} lacks steps between {place(series, hole.before)} and {hole.after:,}"
        return Gap(text, Span(series.name, hole.before, hole.after, "steps missing"))
    end, first = series.curve.last_step, series.curve.first_step
    beside = [one for one in run.series if _logged_beside(one, series, pace)]
    longest = max(beside, key=lambda one: one.curve.last_step, default=series)
    last = longest.curve.last_step
    if last - end < max(MIN_CUT * pace, MIN_CUT_SHARE * (last - first)):
        return None
    text = f"{series.name} ends at {place(series, end)}, {longest.name} at {place(longest, last)}"
    return Gap(text, Span(series.name, end, last, "steps missing"))


def _logged_beside(one: Series, series: Series, pace: int) -> bool:
    """Tell whether the program logs both together: with the same axis, first step and interval."""
    begins = len(one.curve) >= MIN_POINTS and one.curve.first_step == series.curve.first_step
    return one is not series and one.axis is series.axis and begins and pace_of(one) == pace
