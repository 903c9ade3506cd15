"""A gradient norm that falls to almost nothing although the loss has not been learnt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from logdoctor import (
    Finding,
    GradNorm,
    Quantity,
    Rule,
    Severity,
    Span,
    TrainLoss,
    confidence_from,
    example_run,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, geometric, line
from logdoctor.evidence.optimization.vanished_gradients import FIRST, VanishedNorm, why_vanished
from logdoctor.signals import ChanceLevels, Hyperparameters, Siblings, Trend
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, place

USUAL = 0.1
"""Share of its usual level that a norm still has shortly before it dies all at once."""

MARGINS: dict[str, Any] = {"rewards/margins": flat(0.0, 40)}

STEEPER = 2.0
"""Fall of its logarithm where it dies, in units of that before: that of a fit falls by the same ratio all along."""

MOST = 0.9
"""Share of the norms that must be next to nothing where the gradient has vanished."""


@dataclass(frozen=True)
class VanishingGradients(Rule):
    """The gradient norm falls by orders of magnitude, or is next to nothing throughout, and the loss rests unlearnt.

    A model that has learnt everything has no gradient left either. So the loss must rest where it began, above that, or
    at chance; or the gradient must have died all at once with much of the loss left.
    """

    id = "vanishing-gradients"
    title = "The gradient vanishes before the loss is learnt"
    severity = Severity.ERROR
    causes = (
        "saturated-activations",
        "dead-activations",
        "bad-initialization",
        "learning-rate-too-high",
        "half-precision-underflow",
        "optimizer-not-stepping",
        "wrong-loss-or-output",
    )
    references = (
        "Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html",
    )
    limits = (
        "Needs 10 gradient norms and training losses. The norm over all weights hides single layers: the first may "
        "get no gradient while the last ones keep the norm up."
    )
    explains = ("stalled-at-chance", "no-learning", "plateau", "slow-convergence", "still-improving")

    ratio: float = threshold(
        1e-3, "norm as a share of its start below which it has vanished (AUTOTRAINER's ratio of first to last layer)"
    )
    nothing: float = threshold(
        1e-7, "norm below which there is no gradient whatever it was before: SageMaker Debugger's VanishingGradient"
    )
    max_fall: float = threshold(0.02, "fall of the loss as a share of its start that counts as none, as in no-learning")
    near_chance: float = threshold(
        0.02, "distance from a chance level, as a share of it, that counts as there, as in stalled-at-chance"
    )
    left: float = threshold(
        0.1, "loss left as a share of the start where the gradient died all at once; a perfect fit leaves less"
    )
    dying: float = threshold(
        0.05, "share of the run within which a gradient dies all at once; a fit that converges takes a good part of it"
    )
    min_points: float = threshold(10.0, "values of the norm and of the loss: runwise wants as many below its threshold")

    examples = (
        fires(
            "falls by four orders of magnitude, the loss hardly moves",
            train_loss=line(2.32, 2.3).noisy(0.001),
            grad_norm=geometric(1.0, 1e-5).heavy_tailed(0.3),
        ),
        fires(
            "zero from the first step on",
            settings={"precision": "16-mixed"},
            train_loss=flat(2.303).noisy(0.003),
            grad_norm=flat(0.0),
        ),
        fires("a loss of zero, which no network can lower", train_loss=flat(0.0), grad_norm=flat(0.0)),
        fires(
            "a billionth throughout",
            train_loss=flat(2.303).noisy(0.003),
            grad_norm=flat(1e-9).heavy_tailed(0.3),
        ),
        fires(
            "dies after a jump above the start",
            settings={"lr": 1.0},
            siblings=(example_run({"lr": 0.1}, train_loss=decay(2.3, 0.3)),),
            train_loss=decay(2.3, 1.6, 30).followed_by(flat(2.9, 90)).noisy(0.01),
            grad_norm=flat(1.0, 28).followed_by(geometric(4.0, 90.0, 2)).followed_by(flat(1e-6, 90)),
        ),
        fires(
            "falls to chance among ten classes",
            varies={"bits instead of nats": "ln 10 is the level of guessing in nats"},
            settings={"num_classes": 10},
            train_loss=decay(2.9, 2.3026, half_life=0.03).noisy(0.002),
            grad_norm=geometric(1.0, 1e-5).heavy_tailed(0.2),
        ),
        fires(
            "dies all at once in the middle of the descent",
            train_loss=decay(2.3, 0.5, 50).then(flat(0.0, 70)).noisy(0.01),
            grad_norm=flat(1.0, 46).heavy_tailed(0.2).followed_by(geometric(0.8, 1e-5, 5)).followed_by(flat(1e-5, 69)),
        ),
        silent("steady", train_loss=decay(2.3, 0.3).noisy(0.02), grad_norm=flat(0.8).heavy_tailed(0.4)),
        silent(
            "converged: the gradient is gone with the loss",
            train_loss=decay(1.0, 1e-5, half_life=0.05),
            grad_norm=decay(2.0, 1e-6, half_life=0.05),
        ),
        silent(
            "a perfect fit found at once",
            train_loss=decay(2.3, 0.3, 50).followed_by(flat(1e-4, 70)),
            grad_norm=flat(1.0, 50).heavy_tailed(0.2).followed_by(flat(1e-5, 70)),
        ),
        silent(
            "a regression that converges to the noise of its targets",
            train_loss=decay(1.0, 0.5, half_life=0.04),
            grad_norm=geometric(1.0, 1e-6),
        ),
        silent(
            "a long regression that converges within the first of its blocks",
            train_loss=decay(1.43, 0.48, 4000, half_life=0.0005),
            grad_norm=geometric(1.0, 1e-7, 4000),
        ),
        silent(
            "a regression whose gradient takes a tenth of the run to vanish",
            train_loss=decay(1.0, 0.5, half_life=0.04),
            grad_norm=flat(1.0, 50).followed_by(geometric(1.0, 1e-5, 20)).followed_by(flat(1e-5, 50)),
        ),
        silent(
            "a linear regression that converges within a fifth of its log",
            train_loss=decay(0.5, 0.0775, 100, half_life=0.02),
            grad_norm=geometric(1.34, 5e-4, 25).followed_by(geometric(4.2e-4, 1e-7, 75)),
        ),
        silent(
            "large at first, then falls a hundredfold at chance",
            train_loss=flat(2.303).noisy(0.003),
            grad_norm=decay(60.0, 0.3, half_life=0.02).heavy_tailed(0.2),
        ),
        silent(
            "small by its scale",
            train_loss=flat(2.303).noisy(0.003),
            grad_norm=flat(1e-5).heavy_tailed(0.3),
        ),
        silent(
            "near chance on the way down, before an end far from it",
            settings={"num_classes": 10},
            train_loss=line(2.5, 2.2).noisy(0.002),
            grad_norm=geometric(1.0, 1e-5).heavy_tailed(0.2),
        ),
        silent(
            "a preference loss whose policy is its reference",
            train_loss=flat(0.6931, 40),
            grad_norm=flat(0.0, 40),
            **MARGINS,
        ),
        silent("too short", train_loss=flat(2.303, 6), grad_norm=flat(0.0, 6)),
    )

    def check(
        self,
        norm: Trend[GradNorm],
        train: Trend[TrainLoss],
        chance: ChanceLevels,
        settings: Hyperparameters,
        siblings: Siblings,
    ) -> Iterator[Finding]:
        """Find from where on the norm is next to nothing, then ask whether the loss was learnt."""
        if min(len(norm), len(train)) < self.min_points:
            return
        begin = min(norm.first, median(norm.series.values[:FIRST]))  # a rate too high explodes at once
        limit = max(self.nothing, self.ratio * begin)
        since = after_last(norm.level > limit)
        if since >= len(norm.level) or (since == 0 and any(one.is_preference for one in chance.levels)):
            return  # a policy that is its own reference has no gradient by construction: see stalled-at-chance
        step = int(norm.steps[since])
        if float(np.quantile(norm.series.values[norm.series.steps >= step], MOST)) > limit:
            return  # a loss that is zero at most steps, as hinge losses are, has a gradient at the others
        unlearnt = self._unlearnt(train, chance)
        sudden = self._died_at_once(norm, since, limit)
        if not unlearnt and not (sudden and train.end >= self.left * abs(train.start)):
            return
        series = norm.series
        yield self.finding(
            f"{_message(norm, step, limit, begin)}; "
            f"{train.series.name} rests at {number(train.end)}, {unlearnt or 'where it was when the gradient died'}",
            Span(series.name, step, series.last_step, "vanished"),
            confidence=confidence_from(limit / max(norm.end, 1e-300), 2 * len(norm)),
            causes=why_vanished(VanishedNorm(norm, since, sudden), train, settings, siblings),
            evidence={
                "norm at the start": Quantity(begin),
                "norm at the end": Quantity(norm.end),
                "loss at the start": Quantity(train.first),
                "loss at the end": Quantity(train.end),
            },
        )

    def _unlearnt(self, train: Trend[TrainLoss], chance: ChanceLevels) -> str:
        """Say where the loss rests that shows that nothing was learnt; nothing where it does not."""
        if train.end > train.first + self.max_fall * abs(train.first):
            return f"above its start of {number(train.first)}"
        if train.first - train.end <= self.max_fall * abs(train.first):
            return "where it began"
        known = [one for one in chance.levels if not one.by_level_alone]
        at = [one for one in known if abs(train.end - one.level) <= self.near_chance * one.level]
        return f"at chance among {at[0].classes} classes" if at else ""

    def _died_at_once(self, norm: Trend[GradNorm], since: int, limit: float) -> bool:
        """Whether the norm was at its usual level shortly before it vanished."""
        span = max(2, round(self.dying * len(norm.level)))
        if since < 2 * span or not norm.level[since - span] >= USUAL * median(norm.level[:since]) > limit:
            return False
        at = norm.level[since - span]
        return bool(np.log(at / limit) / span > STEEPER * np.log(norm.start / at) / (since - span))


def _message(norm: Trend[GradNorm], step: int, limit: float, begin: float) -> str:
    """Say how the norm vanished, or that there never was a gradient."""
    series = norm.series
    if not series.values.any():
        return f"{series.name} is 0 throughout"
    return f"{series.name} falls below {number(limit)} from {place(series, step)} on, it began at {number(begin)}"
