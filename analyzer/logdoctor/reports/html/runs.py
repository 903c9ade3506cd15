"""The table of runs, and the curves of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

import numpy as np

from logdoctor.diagnosis import Diagnosis, Examined, is_judged, is_judged_in_part
from logdoctor.finding import Severity
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.chart import WHOLE, chart
from logdoctor.reports.html.curves import further, panels
from logdoctor.reports.html.names import RunName, cut
from logdoctor.reports.html.shapes import Chart
from logdoctor.reports.html.sparks import Spark, spark
from logdoctor.run import Run, Series, roles
from logdoctor.wording import number, place, shown_state

SETTINGS = 60
"""Settings of a run that are shown; the JSON report has all."""

FURTHER = 12
"""Most panels of a run besides its losses and strips; the list of series names all."""

FIRST_FRAME, FURTHER_FRAME = replace(WHOLE, points=400), replace(WHOLE, points=160)
"""The frame of a run's first chart, and that of the smaller ones."""

WORDS = {"error": "failed", "warning": "warning", "note": "note", "": "sound"}
"""The state of a run by its worst finding."""

NOT_JUDGED = "not judged"
"""The state of a run without a training loss and without findings."""

IN_PART = "judged in part"
"""The same where something stands in for that loss."""


@dataclass(frozen=True)
class LossView:
    """The loss that runs are compared by: that of validation, else that of training."""

    measured_on: str = ""
    """The split; empty where a run logs neither."""
    best: str = ""
    best_at: str = ""
    best_value: float | None = None
    last: str = ""
    last_is_broken: bool = False
    last_value: float | None = None


@dataclass(frozen=True)
class RunView:
    """One row of the table, and what it opens."""

    name: RunName
    link: str
    severity: str
    """Of its worst finding; empty where it has none."""
    word: str
    rank: int
    spark: Spark | None
    loss: LossView
    ends_in: str
    end_step: int
    state: str
    findings: tuple[tuple[str, str], ...]
    """Rule and link of each."""
    charts: tuple[Chart, ...]
    settings: tuple[tuple[str, str], ...]
    settings_left_out: int
    series: tuple[tuple[str, str, str], ...]
    """Name, role and points of each."""


def run_link(name: str) -> str:
    """Return the fragment of a link to a run: `run=sgd/lr%3D0.1`."""
    return f"run={quote(name.encode('utf-8', 'surrogatepass'), safe='/')}"


def run_views(
    diagnosis: Diagnosis, names: dict[str, RunName], links: dict[tuple[str, str], str], *, curves: bool = True
) -> list[RunView]:
    """Return the runs, worst first; `links` lead from run and rule to where the finding is shown.

    Without `curves` there are rows alone.
    """
    made = [_view(one, names[one.run.name], links, curves=curves) for one in diagnosis.runs]
    return sorted(made, key=lambda one: (-one.rank, one.name.anchor))


def _view(examined: Examined, name: RunName, links: dict[tuple[str, str], str], *, curves: bool) -> RunView:
    run = examined.run
    found = [one for one in examined.findings if not one.explained_by]
    worst = max(found, key=lambda one: one.severity.rank, default=None)
    severity = str(worst.severity) if worst else ""
    longest = max((one for one in run.series if len(one)), key=len, default=None)
    rules = dict.fromkeys(one.rule for one in found)
    return RunView(
        name=name,
        link=run_link(run.name),
        severity=severity or ("" if is_judged(run) else "note"),
        word=WORDS[severity] if found or is_judged(run) else IN_PART if is_judged_in_part(run) else NOT_JUDGED,
        rank=1 + Severity(severity).rank if severity else 0,
        spark=spark(run),
        loss=_loss(run),
        ends_in=_end(run, longest),
        end_step=longest.curve.last_step if longest is not None else 0,
        state=shown_state(run),
        findings=tuple((rule, links.get((run.name, rule), "")) for rule in rules),
        charts=tuple(_charts(run, name)) if curves else (),
        settings=tuple(
            (printable(cut(key, 60)), printable(cut(str(value), 90)))
            for key, value in sorted(run.hyperparameters.items())[:SETTINGS]
        ),
        settings_left_out=max(0, len(run.hyperparameters) - SETTINGS),
        series=tuple((printable(one.name), one.role.id, f"{len(one):,}") for one in run.series),
    )


def _loss(run: Run) -> LossView:
    judged = next((one for role in (roles.ValLoss, roles.TrainLoss) if (one := run.find(role)) and len(one)), None)
    if judged is None:
        return LossView()
    finite, last = judged.finite, float(judged.curve.values[-1])
    best = int(np.argmin(finite.values)) if len(finite) else None
    return LossView(
        measured_on="val" if judged.role is roles.ValLoss else "train",
        best=number(float(finite.values[best])) if best is not None else "",
        best_at=place(finite, int(finite.steps[best])) if best is not None else "",
        best_value=float(finite.values[best]) if best is not None else None,
        last=number(last),
        last_is_broken=not np.isfinite(last),
        last_value=last if np.isfinite(last) else None,
    )


def _end(run: Run, series: Series | None) -> str:
    if series is None:
        return ""
    last = series.curve.last_step
    planned = f" of {run.planned_steps:,}" if run.planned_steps and run.planned_steps > last else ""
    return f"{place(series, last)}{planned}"


def _charts(run: Run, name: RunName) -> Sequence[Chart]:
    first = panels(run)
    rest = further(run, first)[:FURTHER]
    made = [chart(f"curves-{name.anchor}", name.anchor, first, frame=FIRST_FRAME)] if first else []
    return [
        *made,
        *(
            chart(f"curves-{name.anchor}-{at}", name.anchor, [panel], frame=FURTHER_FRAME)
            for at, panel in enumerate(rest, start=1)
        ),
    ]
