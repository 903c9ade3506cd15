"""A warning that the scheduler was stepped before the optimizer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import Confidence, Finding, Rule, Severity, Strength, because, fires, silent
from logdoctor.curves import decay
from logdoctor.lines import line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import GRADIENT_OVERFLOW, RATE_REDUCED, SCHEDULER_ORDER
from logdoctor.signals import Console, Hyperparameters

ORDER = "UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`."


@dataclass(frozen=True)
class SchedulerOrderWarning(Rule):
    """The learning-rate scheduler was stepped before the first step of the optimizer: the first rate is skipped.

    With mixed precision this is a false positive: the scaler skips the first steps of the optimizer while it searches
    for its scale, and the order in the program is right.
    """

    id = "scheduler-order-warning"
    title = "The scheduler was stepped before the optimizer"
    severity = Severity.NOTE
    causes = ("scheduler-stepped-wrongly",)
    references = ("https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate",)
    limits = (
        "Needs torch's warning in the text log. A first step that a gradient scaler skipped gives it too, and is ruled "
        "out only where half precision or an overflow is logged."
    )

    examples = (
        fires(
            "in the first step",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(SCHEDULER_ORDER, ORDER, "out.log", 12, 0),),
        ),
        fires(
            "in half precision",
            settings={"precision": "16-mixed"},
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(SCHEDULER_ORDER, ORDER, "out.log", 12, 0),),
        ),
        fires(
            "beside a step that overflowed",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(GRADIENT_OVERFLOW, "Gradient overflow.  Skipping step", "out.log", 11, 0),
                TextEvent(SCHEDULER_ORDER, ORDER, "out.log", 12, 0),
            ),
        ),
        silent(
            "a scheduler that lowers the rate",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(RATE_REDUCED, "reducing learning rate of group 0 to 1e-4", "out.log", 90, 60),),
        ),
    )

    def check(self, console: Console, settings: Hyperparameters) -> Iterator[Finding]:
        """Report the warning, and whether mixed precision explains it."""
        line = line_of(console, SCHEDULER_ORDER)
        if line is None:
            return
        contra = [f"{settings.half_precision}: the scaler may have skipped the first step"] * bool(
            settings.half_precision
        )
        if console.of(GRADIENT_OVERFLOW):
            contra.append("steps of the optimizer were skipped for overflow")
        strength = Strength.UNLIKELY if contra else Strength.LIKELY
        yield self.finding(
            line.says("the scheduler was stepped before the optimizer"),
            *line.spans,
            places=line.places,
            confidence=Confidence.MEDIUM if contra else Confidence.HIGH,
            causes=(because("scheduler-stepped-wrongly", strength, contra=contra),),
            evidence=line.evidence,
        )
