"""Comparisons of runs in the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logdoctor.diagnosis import Diagnosis
from logdoctor.reports.advice import measured
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.names import RunName
from logdoctor.reports.html.sweep import Sweep, sweep


@dataclass(frozen=True)
class ComparisonView:
    """What runs show together; as a chart where they differ in their learning rate."""

    id: str
    rule: str
    message: str
    runs: tuple[RunName, ...]
    evidence: tuple[tuple[str, str, str], ...]
    """Name, value, unit."""
    sweep: Sweep | None


def comparison_views(diagnosis: Diagnosis, names: Mapping[str, RunName]) -> tuple[ComparisonView, ...]:
    """Return the comparisons in their order."""
    examined = {one.run.name: one for one in diagnosis.runs}
    made = []
    for at, one in enumerate(diagnosis.comparisons, start=1):
        message = printable(one.message)
        numbers = [(name, *measured(name, quantity)) for name, quantity in one.evidence.items()]
        made.append(
            ComparisonView(
                id=f"comparison-{at}",
                rule=one.rule,
                message=message[:1].upper() + message[1:],
                runs=tuple(names[run] for run in one.runs if run in names),
                evidence=tuple((printable(name), printable(value), printable(unit)) for name, value, unit in numbers),
                sweep=sweep(f"sweep-{at}", one, examined, names),
            )
        )
    return tuple(made)
