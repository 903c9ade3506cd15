"""The curves as the page's script reads them: few enough points to send by mail, nothing of note left out.

`{"runs": {"0": {"name", "series": [{"n": name, "a": axis, "r": role, "x": steps, "y": values, "b": broken,
"g": pauses, "of": points}], "t": times, "e": epochs}}}`. Steps are differences; values have five significant digits;
`b` lists the stretches of values that are not finite as first step, last step and count; `of` is there when points
were left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logdoctor.reports.escaping import printable
from logdoctor.reports.html.curves import is_curve
from logdoctor.reports.html.geometry import gaps, runs_of, thinned
from logdoctor.run import Run, Series, roles

MAX_POINTS, MIN_POINTS = 2_000, 100
"""Points of one series, at most and at least."""

RUN_POINTS, PAGE_POINTS = 10_000, 50_000
"""Points of all series of a run, and of a page, as far as `MIN_POINTS` allows: about 100 KB and 530 KB."""

DIGITS = 5

MAX_STRETCHES = 200
"""Stretches of broken values that are listed one by one; beyond it neighbours are joined."""

CLOCK_POINTS = 60
"""Points that map steps to epochs or times; between them the script interpolates."""


def embedded(runs: Iterable[tuple[int, Run]]) -> str:
    """Return the curves of some runs, by their numbers, as JSON that may stand in a script element."""
    numbered = [(at, run, [one for one in run.series if is_curve(one)]) for at, run in runs]
    count = sum(len(series) for _, _, series in numbered)
    room = min(RUN_POINTS * len(numbered), PAGE_POINTS)
    points = max(MIN_POINTS, min(MAX_POINTS, room // max(count, 1)))
    return script_json({"runs": {str(at): _run(run, series, points) for at, run, series in numbered}})


def script_json(value: object) -> str:
    """Write JSON that no parser of HTML takes for markup, nor one of scripts for the end of a line."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _run(run: Run, series: Sequence[Series], points: int) -> dict[str, Any]:
    counter = next((one for one in run.series if one.role is roles.Counter and "epoch" in one.name.lower()), None)
    timed = next((one for one in run.series if one.wall_times is not None and len(one) > 1), None)
    return {
        "name": printable(run.name),
        "series": [_series(one.curve, points) for one in series],
        **(
            {"e": _clock(counter.curve.steps, counter.curve.values)} if counter is not None and len(counter) > 1 else {}
        ),
        **({"t": _times(timed.curve)} if timed is not None else {}),
    }


def _series(series: Series, points: int) -> dict[str, Any]:
    finite = series.finite
    kept = thinned(finite.values, points)
    whole = len(kept) == len(finite)
    steps = finite.steps[kept]
    breaks = [[before, after] for before, after in gaps(series)[:MAX_STRETCHES]]
    broken = _broken(series)
    return {
        "n": printable(series.name),
        "a": str(series.axis),
        "r": series.role.id,
        "x": np.diff(steps, prepend=0).tolist(),
        "y": [_short(value) for value in finite.values[kept].tolist()],
        **({"b": broken} if broken else {}),
        **({"g": breaks} if breaks else {}),
        **({} if whole else {"of": len(finite)}),
    }


def _broken(series: Series) -> list[list[int]]:
    """Return the stretches without a finite value: first step, last step, how many."""
    found = runs_of(~np.isfinite(series.values))
    if len(found) > MAX_STRETCHES:
        parts = np.array_split(np.arange(len(found)), MAX_STRETCHES)
        joined = [
            (found[part[0]][0], found[part[-1]][1], sum(found[i][1] - found[i][0] for i in part)) for part in parts
        ]
    else:
        joined = [(first, end, end - first) for first, end in found]
    return [[int(series.steps[first]), int(series.steps[end - 1]), n] for first, end, n in joined]


def _short(value: float) -> float | int:
    rounded = float(f"{value:.{DIGITS}g}")
    return int(rounded) if rounded == int(rounded) and abs(rounded) < 10**DIGITS else rounded


def _clock(steps: NDArray[np.int64], values: NDArray[np.float64]) -> list[list[float]]:
    usable = np.flatnonzero(np.isfinite(values))
    chosen = usable[np.unique(np.linspace(0, len(usable) - 1, CLOCK_POINTS).astype(int))] if len(usable) else usable
    return [steps[chosen].tolist(), [_short(one) for one in values[chosen].tolist()]]


def _times(series: Series) -> list[list[float]]:
    assert series.wall_times is not None  # noqa: S101 - the caller chose a series that has them
    start = series.wall_times[np.isfinite(series.wall_times)]
    return _clock(series.steps, series.wall_times - (start[0] if len(start) else 0.0))
