"""A chart in words and numbers, for readers who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from logdoctor.finding import Finding
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.curves import Curve, Panel, flagged_steps
from logdoctor.run import Series
from logdoctor.wording import axis_word, number

ROWS = 8
"""Rows of the table of values that each series adds, beside the flagged steps."""


def described(curve: Curve, contents: Sequence[Panel]) -> str:
    """Say a curve in a sentence, for those who do not see it."""
    title = next(content.title for content in contents if curve in content.curves)
    series, finite = curve.series, curve.series.finite
    word = axis_word(series.axis)
    name = ", ".join(dict.fromkeys((title, curve.label or printable(series.name))))
    broken = series.steps[~np.isfinite(series.values)]
    lost = (
        f"; {len(broken):,} values are NaN or infinite, the first at {word} {int(broken[0]):,}" if len(broken) else ""
    )
    if not len(finite):
        return f"{name}: no finite value{lost}."
    first, last = int(finite.steps[0]), int(finite.steps[-1])
    low, high = int(np.argmin(finite.values)), int(np.argmax(finite.values))
    return (
        f"{name}: {number(float(finite.values[0]))} at {word} {first:,}, {number(float(finite.values[-1]))} at {word} "
        f"{last:,}, lowest {number(float(finite.values[low]))} at {word} {int(finite.steps[low]):,}, "
        f"highest {number(float(finite.values[high]))} at {word} {int(finite.steps[high]):,}{lost}."
    )


def values(contents: Sequence[Panel], finding: Finding | None) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the columns and rows of a table of some values: both ends, some between, and what is flagged."""
    curves = [curve for content in contents for curve in content.curves]
    titles = [content.title for content in contents for _ in content.curves]
    names = tuple(
        f"{title}, {curve.label}" if curve.label else title for title, curve in zip(titles, curves, strict=True)
    )
    logged = {step for one in curves for step in one.series.steps[[0, -1]].tolist()}
    for one in curves[:2]:
        logged |= set(one.series.steps[np.linspace(0, len(one.series) - 1, ROWS).astype(int)].tolist())
    logged |= {step for step in flagged_steps(finding) if any((one.series.steps == step).any() for one in curves)}
    return names, tuple((f"{step:,}", *(_value_at(one.series, step) for one in curves)) for step in sorted(logged))


def _value_at(series: Series, step: int) -> str:
    at = int(np.searchsorted(series.steps, step))
    return number(float(series.values[at])) if at < len(series) and series.steps[at] == step else ""
