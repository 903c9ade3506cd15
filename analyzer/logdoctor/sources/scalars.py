"""Scalars that a log holds one by one, gathered by name into series."""

from __future__ import annotations

from array import array

from logdoctor.run import Series


class Scalars:
    """Gathers the points of every name in the order of writing, in the memory that the series take in the end."""

    def __init__(self) -> None:
        self._points: dict[str, tuple[array[int], array[float], array[float]]] = {}

    def add(self, name: str, step: int, value: float, time: float) -> None:
        """Add a point, with its time in seconds since 1970 or NaN; raises OverflowError for a step over 64 bits."""
        if name not in self._points:
            self._points[name] = array("q"), array("d"), array("d")
        steps, values, times = self._points[name]
        steps.append(step)
        values.append(value)
        times.append(time)

    def series(self) -> tuple[Series, ...]:
        """Return what was gathered, in the order in which the names appeared."""
        return tuple(Series.of(name, *points) for name, points in self._points.items())
