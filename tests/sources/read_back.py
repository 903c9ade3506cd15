"""What was read from a log, in a form that a test can compare with what was written."""

from __future__ import annotations

from logdoctor.run import Run
from logdoctor.sources.source import Log

Points = dict[str, list[tuple[int, float]]]


def points(log: Log) -> Points:
    """Return the steps and values of every series, by its name."""
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in log.series}


def curve(run: Run, name: str | None = None) -> dict[int, float]:
    """Return the values by step of the one series of a run, or of the one of that name."""
    (series,) = (one for one in run.series if name in (None, one.name))
    return dict(zip(series.steps.tolist(), series.values.tolist(), strict=True))
