"""Scalars that a log holds one by one, collected by name into series."""

from __future__ import annotations

from logdoctor.run import Series
from logdoctor.sources.tables.compact.growing import GrowingPoints


class Scalars:
    """Gathers the points of every name in the order of writing, in the memory that the series take in the end."""

    def __init__(self) -> None:
        self._points: dict[str, GrowingPoints] = {}

    def add(self, name: str, step: int, value: float, time: float) -> None:
        """Add a point, with its time in seconds since 1970 or NaN; raises OverflowError for a step over 64 bits."""
        self._points.setdefault(name, GrowingPoints()).add(step, value, time)

    def series(self) -> tuple[Series, ...]:
        """Return what was gathered, in the order in which the names appeared."""
        return tuple(Series.of(name, *points.arrays()) for name, points in self._points.items())
