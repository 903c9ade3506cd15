"""Reports with everything in them that a report can hold, for the tests of formats."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from logdoctor.curves import decay, flat
from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import (
    Cause,
    Comparison,
    Confidence,
    Crashed,
    Finding,
    Fix,
    NotApplicable,
    Outcomes,
    Place,
    Quantity,
    Severity,
    Span,
    Strength,
)
from logdoctor.gated import Check, Gated, Outcome, Suppressed
from logdoctor.reports.report import Report
from logdoctor.rule import example_run
from logdoctor.run import Notice, Run, SourceFile, State, TextEvent
from logdoctor.run.notice import DAMAGE

NAN = float("nan")


def finding(rule: str, message: str, severity: Severity = Severity.ERROR, series: str = "train_loss") -> Finding:
    """A finding with all that a rule may say."""
    return Finding(
        rule=rule,
        title=f"The title of {rule}",
        message=message,
        severity=severity,
        confidence=Confidence.HIGH,
        spans=(Span(series, 60, 99, "NaN"),),
        evidence={"last": Quantity(np.inf, "nats"), "count": Quantity(3), "share": Quantity(0.4, "share")},
        causes=(
            Cause(
                "bad-batch",
                "one batch is bad",
                Strength.LIKELY,
                pro=("the loss jumps",),
                contra=("once",),
                fixes=(Fix("look at the batch"), Fix("lower the rate", "sibling run b")),
            ),
        ),
        references=("https://example.org/paper",),
        group=f"{rule}/bad-batch/{series}/.",
    )


def run(name: str, folder: str = "", series: str = "train_loss", files: tuple[str, ...] = ()) -> Run:
    """A run with both losses, of which the training loss turns NaN."""
    losses: dict[str, Any] = {series: decay(2.3, 0.1, 60).followed_by(flat(NAN, 40)), "val_loss": decay(2.3, 0.2, 100)}
    paths = files or (f"{name}/metrics.csv", f"{name}/events.out.tfevents.1")
    formats = {"csv": "csv", "log": "text", "yaml": "settings"}
    return replace(
        example_run({"lr": 0.1, "eps": NAN}, **losses),
        name=name,
        home=name,
        folder=folder or name,
        sources=tuple(SourceFile(path, formats.get(path.rpartition(".")[2], "tfevents"), 12) for path in paths),
        state=State.INTERRUPTED,
    )


def diagnosis() -> Diagnosis:
    """Two runs: findings of each severity, a consequence, places, damage, a rule that failed, a comparison."""
    bad = replace(
        run("sweep/a"),
        notices=(Notice(DAMAGE, "sweep/a/events.out.tfevents.1", "bytes 3 to 8 fail their checksum", 3, 9),),
        events=(TextEvent("traceback", "ValueError: x", "sweep/a/out.log", 812, 60),),
    )
    places = (Place("sweep/a/out.log", 812, 814), Place("sweep/a/events.out.tfevents.1", byte_start=3, byte_end=9))
    findings = (
        finding("nan-loss", "train_loss turns NaN at epoch 60"),
        replace(finding("crashed", "the program ended with an exception", Severity.WARNING), places=places),
        finding("still-improving", "train_loss fell by 3 %", Severity.NOTE),
        replace(finding("divergence", "train_loss rises"), explained_by="nan-loss"),
    )
    outcomes = Outcomes(
        findings,
        passed=("overfitting", "plateau"),
        not_applicable=(NotApplicable("gan-collapse", "no adversarial loss in this run"),),
        crashed=(Crashed("loss-spike", "Traceback\nZeroDivisionError: division by zero"),),
    )
    sound = Outcomes(passed=("nan-loss", "overfitting", "plateau"))
    compared = Comparison("rate-sweep", ("sweep/a", "sweep/b"), "0.1 goes well", {"best rate": Quantity(0.1)})
    return Diagnosis((Examined(bad, outcomes), Examined(run("sweep/b"), sound)), (compared,))


def gated(fail_on: Severity | None = Severity.ERROR) -> Gated:
    """What a gate found: a check of each outcome, something suppressed, a remark."""
    found = diagnosis()
    checks = tuple(
        Check(
            kind="assertion" if outcome is not Outcome.STALE else "reference",
            name=f"best val_loss <= {at}",
            run="sweep/a" if outcome is not Outcome.INCONCLUSIVE else "absent-*",
            series="val_loss",
            level=Severity.NOTE if outcome is Outcome.INCONCLUSIVE else Severity.ERROR,  # and it counts all the same
            outcome=outcome,
            message=f"the best val_loss is {at}",
            evidence={"best": Quantity(0.2)},
            span=Span("val_loss", 3, 4) if outcome is Outcome.FAILED else None,
        )
        for at, outcome in enumerate(Outcome)
    )
    known = Suppressed(
        found.runs[1].run, finding("oscillation", "train_loss swings"), "adversarial by design", date(2027, 3, 1)
    )
    return Gated(found, fail_on, checks, (known,), ("a suppression of `plateau` is needed by nothing",))


def report(*, gate: bool = True) -> Report:
    """A report of all that."""
    return Report(diagnosis(), seconds=0.3, gated=gated() if gate else None)
