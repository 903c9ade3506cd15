"""How two runs differ, for machines: schema `logdoctor-compare/1`, strict JSON to which keys may be added."""

from __future__ import annotations

from typing import Any

from logdoctor.compared import Compared, CurveDifference, CurveSummary
from logdoctor.reports.strict_json import value, written
from logdoctor.version import VERSION

SCHEMA = "logdoctor-compare/1"


def render(compared: Compared) -> str:
    """Return a comparison as a JSON document."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "logdoctor", "version": VERSION},
        "reference": list(compared.reference),
        "new": list(compared.new),
        "settings": [
            {"name": one.name, "reference": [value(v) for v in one.reference], "new": [value(v) for v in one.new]}
            for one in compared.settings
        ],
        "curves": [_curve(one) for one in compared.curves],
        "remarks": list(compared.remarks),
    }
    return written(document, indent=1)


def _curve(one: CurveDifference) -> dict[str, Any]:
    return {
        "role": one.role,
        "series": one.series,
        "new_series": one.new_series,
        "axis": one.axis,
        "change": str(one.change),
        "reference": _summary(one.reference),
        "new": _summary(one.new),
        "first_step": one.first_step,
        "overlap": one.overlap,
        "beyond": one.beyond,
        "problem": one.problem,
    }


def _summary(side: CurveSummary | None) -> dict[str, Any] | None:
    return None if side is None else {"end": value(side.end), "best": value(side.best), "average": value(side.average)}
