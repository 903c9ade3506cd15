"""Two runs of one analysis that hold the same curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from logdoctor import (
    Axis,
    Cause,
    Confidence,
    Finding,
    Fix,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    ValLoss,
    because,
    example_run,
    fires,
    likely_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import Curve, decay, flat
from logdoctor.run import Setting
from logdoctor.signals import Duplicates, differing, is_seed, main_curve
from logdoctor.wording import counted, number

MAX_SETTINGS = 3

LOSS = decay(2.3, 0.2).noisy(0.02)
EARLIER = LOSS.each_taking(flat(0.5))


def _other(settings: Mapping[str, Setting] | None = None, **curves: Curve) -> Run:
    """Return another run of the same analysis, which an example is compared with."""
    return replace(example_run(settings, Axis.EPOCH, 0, **curves), name="other")


@dataclass(frozen=True)
class DuplicateRun(Rule):
    """The main curve of the run is, value for value, that of another run of the analysis.

    The log exists twice, or the program did exactly the same twice: a seed that is not used turns five repetitions into
    one. Curves that are nearly constant are alike for other reasons and prove nothing.
    """

    id = "duplicate-run"
    title = "Two runs hold the same curve"
    severity = Severity.NOTE
    causes = ("copied-log", "setting-without-effect")
    limits = (
        "Compares the main losses of the runs of one analysis value by value. A copy that is shorter, thinned, "
        "smoothed or rounded differently passes for another run."
    )

    min_distinct: float = threshold(
        10.0,
        "different values that the curve must hold; fewer can be alike by accident, as in a log rounded to two digits",
    )

    examples = (
        fires("the same log twice", siblings=(_other(train_loss=LOSS),), train_loss=LOSS),
        fires("the same times too", siblings=(_other(train_loss=EARLIER),), train_loss=EARLIER),
        fires(
            "another seed made no difference",
            settings={"seed": 2, "lr": 0.1},
            siblings=(_other({"seed": 1, "lr": 0.1}, train_loss=LOSS),),
            train_loss=LOSS,
        ),
        fires(
            "the same training validated on other data",
            siblings=(_other(train_loss=LOSS, val_loss=decay(2.3, 0.5)),),
            train_loss=LOSS,
            val_loss=decay(2.3, 0.4),
        ),
        silent("two seeds", siblings=(_other(train_loss=decay(2.3, 0.2).noisy(0.02, seed=1)),), train_loss=LOSS),
        silent("two runs that learn nothing", siblings=(_other(train_loss=flat(0.69)),), train_loss=flat(0.69)),
        silent(
            "rounded to two digits",
            siblings=(_other(train_loss=Curve(decay(0.14, 0.1).values.round(2))),),
            train_loss=Curve(decay(0.14, 0.1).values.round(2)),
        ),
    )

    def check(self, run: Run, duplicates: Duplicates) -> Iterator[Finding]:
        """Report the run unless it is the first of those that hold its curve."""
        original, curve = duplicates.original, main_curve(run)
        if original is None or curve is None:
            return
        finite = curve.values[np.isfinite(curve.values)]
        if len(np.unique(finite)) < self.min_distinct:
            return
        more = f" and {counted(len(duplicates.group) - 2, 'more run')}" if len(duplicates.group) > 2 else ""
        changed = _changed(run, original)
        though = f", though the runs differ in {', '.join(changed)}" if changed else ""
        yield self.finding(
            f"{counted(len(curve), 'value')} of {curve.name} are those of run {original.name}{more}{though}",
            Span(curve.name, int(curve.steps.min()), int(curve.steps.max()), "identical"),
            confidence=Confidence.HIGH,
            causes=self._causes(run, original),
            evidence={
                "identical values": Quantity(len(curve), "values"),
                "runs with this curve": Quantity(len(duplicates.group), "runs"),
            },
        )

    @staticmethod
    def _causes(run: Run, original: Run) -> tuple[Cause, ...]:
        copy, again = [], []
        apart = _seconds_apart(run, original)
        if apart is not None and apart == 0:
            copy.append("the times at which they were written are identical too")
        elif apart is not None:
            again.append(f"they were written {number(apart)} seconds apart")
        changed = _changed(run, original)
        if changed:
            told = ", ".join(f"{name} {there} and {here}" for name, (here, there) in changed.items())
            again.append(f"their settings differ: {told}")
        if _other_validation(run, original):
            again.append("the validation losses differ")
        fixes = [
            Fix(
                f"check that {name} reaches the program: {there} and {here} gave the same", basis="the settings of both"
            )
            for name, (here, there) in changed.items()
            if is_seed(name)
        ]
        return ranked(
            because("copied-log", likely_if(copy), pro=copy, contra=again),
            because("setting-without-effect", likely_if(again and not copy), pro=again, contra=copy, fixes=fixes),
        )


def _changed(run: Run, original: Run) -> dict[str, tuple[Setting, Setting]]:
    """Return the settings in numbers that differ, the first few; folders and names differ between any two runs."""
    pairs = differing(run.hyperparameters, original.hyperparameters).items()
    numbers = [(name, pair) for name, pair in pairs if all(isinstance(value, int | float) for value in pair)]
    return dict(numbers[:MAX_SETTINGS])


def _seconds_apart(one: Run, other: Run) -> float | None:
    """Return how much later the first value of one curve was written; None where a log has no times."""
    times = [curve.wall_times for run in (one, other) if (curve := main_curve(run)) is not None]
    if len(times) < 2 or times[0] is None or times[1] is None:
        return None
    apart = abs(float(times[0][0] - times[1][0]))
    return apart if np.isfinite(apart) else None


def _other_validation(one: Run, other: Run) -> bool:
    here, there = one.find(ValLoss), other.find(ValLoss)
    return here is not None and there is not None and not np.array_equal(here.values, there.values, equal_nan=True)
