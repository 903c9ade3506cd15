"""A loss that is NaN or infinite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from logdoctor import (
    Cause,
    Confidence,
    Finding,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    because,
    example_run,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.evidence import rate_too_high
from logdoctor.signals import NonFinite, NonFiniteLosses, Siblings
from logdoctor.wording import counted, number, place

NAN = float("nan")


@dataclass(frozen=True)
class NanLoss(Rule):
    """A loss became NaN or infinite: the weights are lost from there on unless the step was skipped.

    Every NaN in a log is true, so this needs no statistics. What takes care is what is not a NaN loss: cells that stand
    for "not recorded" (the sources leave those out with a notice) and a validation loss that was never computed.
    """

    id = "nan-loss"
    title = "A loss is NaN or infinite"
    severity = Severity.ERROR
    causes = ("learning-rate-too-high", "no-gradient-clipping", "log-of-zero", "half-precision-overflow", "bad-batch")
    references = ("https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection",)
    explains = (
        "divergence",
        "no-learning",
        "oscillation",
        "loss-spike",
        "plateau",
        "slow-convergence",
        "still-improving",
        "non-finite-gradients",
        "excessive-clipping",
    )

    growth: float = threshold(
        2.0,
        "factor between the last finite values and the level before them that counts as a rise; ordinary batch noise "
        "stays below a factor of two",
    )
    recovered: float = threshold(
        0.5,
        "share of finite values after the first NaN from which the run is taken to have skipped the bad steps: a run "
        "whose weights are NaN never logs a finite loss again",
    )

    examples = (
        fires("NaN from epoch 68 on", train_loss=decay(2.3, 0.7, 68).followed_by(flat(NAN, 30))),
        fires("grows until it is infinite", train_loss=given(2.0 ** np.arange(40)).followed_by(given([np.inf] * 5))),
        fires(
            "NaN without warning in half precision",
            settings={"precision": "16-mixed"},
            train_loss=decay(2.3, 0.5).with_value(80, *[NAN] * 40),
        ),
        fires("three skipped steps", train_loss=decay(2.3, 0.2).with_value(60, NAN, NAN, NAN)),
        fires(
            "NaN at once, a lower rate converged",
            settings={"lr": 1.0},
            siblings=(example_run({"lr": 0.1}, train_loss=decay(2.3, 0.1)),),
            train_loss=given([2.3]).followed_by(flat(NAN, 50)),
        ),
        fires(
            "only validation is NaN at the end",
            train_loss=decay(2.3, 0.5),
            val_loss=decay(2.3, 0.6).with_value(119, NAN),
        ),
        silent("all finite", train_loss=decay(2.3, 0.2).noisy(0.02)),
        silent("validation was never computed", train_loss=decay(2.3, 0.2), val_loss=flat(NAN)),
        silent("a metric is NaN, the loss is not", train_loss=line(2.0, 1.0), train_f1=flat(NAN)),
    )

    def check(self, run: Run, losses: NonFiniteLosses, siblings: Siblings) -> Iterator[Finding]:
        """Report the loss that turned first; the others are its consequences."""
        for bad in islice(losses.found, 1):
            series, skipped = bad.series, bad.recovered / (len(bad.mask) - bad.first) >= self.recovered
            last = int(series.steps[np.flatnonzero(bad.mask)[-1]])
            yield self.finding(
                f"{series.name} turns {bad.word} in {place(series, bad.first_step)}"
                + self._aftermath(bad, skipped=skipped),
                Span(series.name, bad.first_step, last, bad.word),
                *(Span(o.series.name, o.first_step, int(o.series.steps[-1]), o.word) for o in losses.found[1:]),
                confidence=Confidence.HIGH,
                severity=Severity.WARNING if skipped else Severity.ERROR,
                causes=self._causes(bad, run, siblings),
                evidence={
                    "non-finite values": Quantity(bad.count, "values"),
                    "sound values before": Quantity(bad.first, "values"),
                    "finite values after": Quantity(bad.recovered, "values"),
                    **({"last finite value": Quantity(float(bad.before[-1]))} if bad.first else {}),
                },
            )

    @staticmethod
    def _aftermath(bad: NonFinite, *, skipped: bool) -> str:
        before = f", after {counted(bad.first, 'sound value')}" if bad.first else ", the first value logged"
        if skipped:
            return f"{before}; it is finite again in {counted(bad.recovered, 'later value')}"
        return before + ("" if bad.recovered else ", and stays so to the end")

    def _causes(self, bad: NonFinite, run: Run, siblings: Siblings) -> tuple[Cause, ...]:
        before = np.abs(bad.before[np.isfinite(bad.before)])
        level = float(np.median(before[-20:-3])) if len(before) > 6 else float(before[0]) if len(before) > 1 else None
        rise = float(before[-3:].max()) / level if level else None
        grew = rise is not None and rise >= self.growth
        at_once = bad.first <= 1
        pro, contra = [], []
        if grew and level is not None:
            pro.append(f"the last finite values rise to {number(float(before[-3:].max()))} from {number(level)}")
        if at_once:
            pro.append("the first update already destroys the loss")
        if not grew and not at_once and rise is not None:
            contra.append(f"the {counted(min(len(before), 20), 'value')} before show no rise")
        strength = Strength.LIKELY if grew or at_once else Strength.POSSIBLE
        sudden = [f"{place(bad.series, bad.first_step)} comes without warning"] if contra else []
        clipped = [name for name in run.hyperparameters if "clip" in name.lower() or "max_grad_norm" in name.lower()]
        half = [
            name for name, value in run.hyperparameters.items() if "16" in str(value) and "precision" in name.lower()
        ]
        causes = [rate_too_high(siblings, strength, pro=pro, contra=contra)]
        if not clipped:
            causes.append(
                because("no-gradient-clipping", pro=["the settings name no clipping"] if run.hyperparameters else [])
            )
        if half:
            causes.append(
                because("half-precision-overflow", pro=[f"the settings name {half[0]} {run.hyperparameters[half[0]]}"])
            )
        causes.append(because("log-of-zero", Strength.POSSIBLE if sudden else Strength.UNLIKELY, pro=sudden))
        causes.append(
            because(
                "bad-batch",
                Strength.POSSIBLE if sudden or bad.recovered else Strength.UNLIKELY,
                pro=["later values are finite: only some steps are hit"] if bad.recovered else [],
                contra=["a bad batch gives one jump, not a rise"] if grew else [],
            )
        )
        return ranked(*causes)
