"""Files with one JSON report per line, in which trackers keep what they could not send yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from logdoctor.run import Series, Setting
from logdoctor.run.notice import INTERRUPTED_WRITE
from logdoctor.sources.tables.counters import LARGEST_STEP
from logdoctor.sources.tables.json.json_text import decode, foreign_name, is_affordable
from logdoctor.sources.tables.json.records import LONGEST_SETTING
from logdoctor.sources.tables.lost_lines import Span
from logdoctor.sources.tables.text import Block, readable
from logdoctor.sources.trackers.scalars import Scalars

_CUT = "breaks off: it is still being written, or the writer was killed"


def take_reports(blocks: Iterable[Block], take: Callable[[Any], None], kind: str) -> list[Span]:
    """Hand over what each line holds; return the lines that are none of the kind, named as the end of a sentence.

    `take` uses a line whole or raises what Python raises for a missing field, a wrong type or a wrong value.
    """
    spans: list[Span] = []
    for block in blocks:
        for i, line in enumerate(block.lines):
            if block.overlong or not _is_taken(line, take):
                cut = not block.ended and i == len(block.lines) - 1
                spans.append(Span.of(block, i, _CUT, INTERRUPTED_WRITE) if cut else Span.of(block, i, f"is no {kind}"))
    return spans


def _is_taken(line: str, take: Callable[[Any], None]) -> bool:
    if not line.strip():
        return True
    try:
        if not is_affordable(line) or foreign_name(line):
            return False
        take(decode(line))
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return False
    return True


def reported_step(step: object) -> int:
    """Return the step of a report; raises TypeError or ValueError where it is none."""
    at = reported_number(step)
    if not at.is_integer() or abs(at) >= LARGEST_STEP:
        raise ValueError("no step")
    return int(at)


def reported_number(value: object) -> float:
    """Return a number of a report; raises TypeError where it is none: Python takes `true` for 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    return float(value)


def add_setting(settings: dict[str, Setting], name: str, value: object) -> None:
    """Keep a plain value under its name; a dump of a whole configuration is none."""
    if isinstance(value, int | float):
        settings[readable(name)] = value
    elif isinstance(value, str) and len(value) <= LONGEST_SETTING:
        settings[readable(name)] = readable(value)


class Reported:
    """The points of every name; one that was reported without a step stands behind the one before it."""

    def __init__(self) -> None:
        self._scalars = Scalars()
        self._next: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._next)

    def add(self, name: str, points: Iterable[tuple[object, float, float]]) -> None:
        """Add points of one name, each with its step, or None, its value, and its time in seconds since 1970.

        Raises TypeError or ValueError, and keeps none of them, where a step is none.
        """
        checked = [(None if step is None else reported_step(step), value, time) for step, value, time in points]
        for step, value, time in checked:
            at = self._next.get(name, 0) if step is None else step
            self._scalars.add(name, at, value, time)
            self._next[name] = at + 1

    def series(self) -> tuple[Series, ...]:
        """Return what was gathered, in the order in which the names appeared."""
        return self._scalars.series()
