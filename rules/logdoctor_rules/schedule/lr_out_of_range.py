"""A learning rate far outside what its optimizer usually takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from logdoctor import (
    Confidence,
    Finding,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    TrainLoss,
    fires,
    likely_if,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, geometric, line
from logdoctor.evidence import rate_too_high, rate_too_low
from logdoctor.signals import Hyperparameters, Schedule, Siblings, Trend, given_rate
from logdoctor.wording import number

USUAL: tuple[tuple[str, float, float], ...] = (
    ("adadelta", 1e-2, 10.0),
    ("adafactor", 1e-5, 1.0),
    ("adagrad", 1e-4, 1.0),
    ("lion", 1e-7, 1e-3),
    ("adam", 1e-6, 1e-2),
    ("rmsprop", 1e-6, 1e-2),
    ("lamb", 1e-5, 1e-1),
    ("sgd", 1e-4, 1.0),
    ("momentum", 1e-4, 1.0),
    ("gradientdescent", 1e-4, 1.0),
)
"""Beginning of an optimizer's name, lowest and highest usual peak rate: fine-tuning with Adam at 1e-5, vision at 1e-3,
SGD on ImageNet at 0.1, a decade around them (practitioners' notes; UMLAUT warns outside 1e-7 to 0.01)."""

NAMED: dict[str, Any] = {"lr-AdamW": flat(1e-8)}
"""The rate as Lightning's LearningRateMonitor names it."""


@dataclass(frozen=True)
class LrOutOfRange(Rule):
    """The learning rate lies far outside what is usual for the optimizer of the run.

    What is usual depends on model, batch and loss, so this is a note; where the loss agrees, because it breaks or ends
    no lower than it began, confidence is high, and another rule reports the failure itself. Optimizers that set their
    own scale, and unknown ones, are not judged unless the framework's default is known.
    """

    id = "lr-out-of-range"
    title = "The learning rate is far outside the usual range"
    severity = Severity.NOTE
    causes = ("learning-rate-too-high", "learning-rate-too-low")
    references = ("Schoop et al. (2021), UMLAUT, doi:10.1145/3411764.3445538",)
    limits = (
        "Needs the rate and an optimizer with a usual range. Over all models that range spans decades, so a rate that "
        "is ten times too high for this model may lie within it."
    )

    factor: float = threshold(
        10.0, "factor outside the usual range from which a rate is far from it: a decade more than tuning explores"
    )
    effect: float = threshold(
        0.02, "fall as a share of the start below which the loss agrees that the rate is wrong (no-learning's)"
    )

    examples = (
        fires("Adam at 1 diverges", settings={"optimizer": "Adam", "lr": 1.0}, train_loss=line(2.3, 9.0)),
        fires("Adam at 1 learns all the same", settings={"optimizer": "Adam", "lr": 1.0}, train_loss=decay(2.3, 1.9)),
        fires("SGD at 1e-8", settings={"optimizer": "SGD", "lr": 1e-8}, train_loss=line(2.3, 2.28).noisy(0.001)),
        fires(
            "AdamW at 1e-8, by the name of the rate",
            train_loss=flat(2.3).noisy(0.01),
            **NAMED,
        ),
        silent("Adam at 0.03", settings={"optimizer": "Adam", "lr": 0.03}, train_loss=decay(2.3, 0.2)),
        silent("Adam at 3e-7", settings={"optimizer": "Adam", "lr": 3e-7}, train_loss=decay(2.3, 0.2)),
        silent("SGD at 8", settings={"optimizer": "SGD", "lr": 8.0}, train_loss=decay(2.3, 0.2)),
        silent(
            "an optimizer that sets its own scale", settings={"optimizer": "Prodigy", "lr": 1.0}, train_loss=flat(2.3)
        ),
        silent("an unknown optimizer", settings={"lr": 1e-9}, train_loss=flat(2.3)),
        silent(
            "a range test",
            settings={"optimizer": "SGD"},
            train_loss=decay(2.3, 0.8).noisy(0.01),
            lr=geometric(1e-7, 99.0),
        ),
    )

    def check(
        self,
        run: Run,
        train: Trend[TrainLoss],
        schedule: Schedule | None,
        settings: Hyperparameters,
        siblings: Siblings,
    ) -> Iterator[Finding]:
        """Compare the peak rate with the usual range, and look at what became of the loss."""
        by_default = f"{settings.default_optimizer}, the default," if settings.default_optimizer else ""
        rate, named = given_rate(run), settings.optimizer_name or by_default
        name = named.lower().replace("_", "").replace("-", "")
        usual = next(((low, high) for known, low, high in USUAL if name.startswith(known)), None)
        if rate is None or usual is None or (schedule is not None and schedule.is_range_test):
            return
        low, high = usual
        if low / self.factor <= rate <= high * self.factor:
            return
        too_high = rate > high
        logged = run.find(TrainLoss)
        breaks = logged is not None and len(logged.curve) > len(train)
        stays = train.start - train.end <= self.effect * abs(train.start)
        agrees = (breaks or stays) if too_high else stays
        said = f"the rate is {number(rate)}; {named} usually takes {number(low)} to {number(high)}"
        ends = "turns NaN or infinite" if breaks and too_high else "ends hardly lower than it began"
        cause = rate_too_high if too_high else rate_too_low
        yield self.finding(
            said + (f", and {train.series.name} {ends}" if agrees else ""),
            Span(train.series.name, train.series.first_step, train.series.last_step),
            confidence=Confidence.HIGH if agrees else Confidence.LOW,
            causes=(cause(siblings, likely_if(agrees), pro=[said]),),
            evidence={"rate": Quantity(rate), "lowest usual": Quantity(low), "highest usual": Quantity(high)},
        )
