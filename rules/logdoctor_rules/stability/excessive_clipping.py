"""Gradients that are clipped at most steps, far below their usual norm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor import (
    Axis,
    Cause,
    Finding,
    Fix,
    GradNorm,
    Quantity,
    Rule,
    Severity,
    Span,
    TrainLoss,
    because,
    confidence_from,
    fires,
    likely_if,
    possible_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.evidence import rate_too_high
from logdoctor.signals import Hyperparameters, Siblings, Trend
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, percent, place

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME = 1e-3
"""Relative difference within which two norms are one: clipping adds an epsilon, and logs round."""

MEDIUM = 2.0
"""Margin for the confidence where only the repeated value speaks: it may be a coincidence of how the norm is logged."""

LOG_BEFORE = "log the norm before clipping, and set the threshold to its 90th percentile"


@dataclass(frozen=True)
class ExcessiveClipping(Rule):
    """Most steps are clipped, to a norm far below the usual one: the threshold sets the length of the step.

    Many sound recipes clip most of their steps (language models at 1.0, reinforcement learning at 0.5), so that alone
    is at most a note. It is a warning where training is slow as well, or where plain SGD leaves the gradient as large
    as it was.
    """

    id = "excessive-clipping"
    title = "Most gradients are clipped"
    severity = Severity.WARNING
    causes = ("clipping-too-tight", "learning-rate-too-high")
    references = (
        "https://github.com/google-research/tuning_playbook#how-can-optimization-failures-be-debugged-and-mitigated",
    )
    limits = (
        "Needs 20 gradient norms, and the threshold in the settings or a norm that is logged after clipping. A norm "
        "before clipping tells nothing where the threshold is not known."
    )
    explains = ("slow-convergence", "underfitting", "still-improving")

    min_ratio: float = threshold(
        10.0,
        "usual norm (the median of the later half, so that most steps are clipped) in units of the threshold: sound "
        "recipes clip by 1 to 5",
    )
    min_capped: float = threshold(
        0.9,
        "share of equal largest values in a norm that is logged after clipping, whose size before is not known: nearly "
        "all are cut",
    )
    min_pace: float = threshold(
        0.6,
        "fall from the middle to the last third of the run in units of that from the first to the middle third, from "
        "which it learns slowly, as in slow-convergence: 1 for a straight line",
    )
    max_fall: float = threshold(
        0.5, "fall as a share of the start above which a run has learnt, however slowly it goes on"
    )
    steep: float = threshold(
        0.25,
        "usual norm in units of that of the first tenth, from which there is slope left: where a loss comes to rest, "
        "its gradient shrinks; judged of SGD, whose clipped steps have one length",
    )
    high_end: float = threshold(
        0.3,
        "end of the loss as a share of its start from which such a slope was worth going down faster; small networks "
        "that learn end below a fifth",
    )
    min_points: float = threshold(20.0, "values of the norm: ten in its later half, enough for a median and a share")

    examples = (
        fires(
            "a hundred times too tight under SGD: the loss falls in a straight line",
            settings={"clip_norm": 0.01, "optimizer": "SGD", "lr": 0.1},
            train_loss=line(2.3, 1.6).noisy(0.01),
            grad_norm=flat(1.2).heavy_tailed(0.2),
        ),
        fires(
            "logged after clipping: nearly all at one value, and slow",
            train_loss=line(2.3, 1.6).noisy(0.01),
            grad_norm=given([0.004 if i % 30 == 11 else 0.01 for i in range(120)]),
        ),
        fires(
            "far too tight, though Adam does not mind",
            settings={"max_grad_norm": 0.01, "optim": "adamw_torch"},
            train_loss=line(2.3, 1.6).noisy(0.01),
            grad_norm=flat(1.2).heavy_tailed(0.2),
        ),
        fires(
            "far too tight, and yet it learns",
            settings={"max_grad_norm": 0.01, "optimizer": "SGD"},
            train_loss=decay(2.3, 0.3).noisy(0.02),
            grad_norm=flat(1.2).heavy_tailed(0.2),
        ),
        fires(
            "thirty times too tight under SGD, and hardly any fall",
            settings={"max_grad_norm": 0.01, "optimizer": "SGD"},
            train_loss=decay(2.34, 2.22, half_life=0.15).noisy(0.02),
            grad_norm=flat(0.3).heavy_tailed(0.2),
        ),
        fires(
            "far too tight under SGD: the loss levels off with its schedule, the gradient does not shrink",
            settings={"max_grad_norm": 0.01, "optimizer": "SGD"},
            train_loss=decay(2.3, 1.2, half_life=0.2).noisy(0.02),
            grad_norm=flat(1.2).heavy_tailed(0.2),
        ),
        fires(
            "the gradient has shrunk to a fifth (a note)",
            settings={"max_grad_norm": 0.01, "optimizer": "SGD"},
            train_loss=decay(2.3, 1.2, half_life=0.2).noisy(0.02),
            grad_norm=decay(1.2, 0.2, half_life=0.1).heavy_tailed(0.2),
        ),
        silent(
            "a language model at 1.0",
            settings={"max_grad_norm": 1.0},
            train_loss=decay(10.8, 3.0).noisy(0.05),
            grad_norm=flat(1.8).heavy_tailed(0.3),
        ),
        silent(
            "four times the threshold, and slow",
            settings={"clip_norm": 0.3},
            train_loss=line(2.3, 1.6).noisy(0.01),
            grad_norm=flat(1.2).heavy_tailed(0.2),
        ),
        silent(
            "far above the threshold at two steps of five",
            settings={"clip_norm": 0.1},
            train_loss=line(2.3, 1.6).noisy(0.01),
            grad_norm=given([2.0 if i % 5 < 2 else 0.05 for i in range(120)]).heavy_tailed(0.1),
        ),
        silent(
            "clipped only early",
            settings={"max_grad_norm": 1.0},
            train_loss=decay(10.8, 3.0).noisy(0.05),
            grad_norm=decay(60.0, 0.4, half_life=0.05).heavy_tailed(0.2),
        ),
        silent(
            "logged after clipping, four fifths at one value, and slow",
            train_loss=line(2.3, 1.6).noisy(0.01),
            grad_norm=given([0.4 if i % 5 == 3 else 0.5 for i in range(120)]),
        ),
        silent(
            "logged after clipping in a run that learns",
            train_loss=decay(2.3, 0.3).noisy(0.02),
            grad_norm=given([0.4 if i % 30 == 11 else 0.5 for i in range(120)]),
        ),
        silent(
            "logged after clipping, a fall that flattens",
            train_loss=decay(2.3, 1.5, half_life=0.2).noisy(0.01),
            grad_norm=given([0.4 if i % 30 == 11 else 0.5 for i in range(120)]),
        ),
        silent(
            "logged after clipping, most of the loss is gone",
            train_loss=line(2.3, 0.6).noisy(0.01),
            grad_norm=given([0.4 if i % 30 == 11 else 0.5 for i in range(120)]),
        ),
        silent(
            "too short",
            axis=Axis.STEP,
            settings={"clip_norm": 0.01},
            train_loss=line(2.3, 1.6, 12),
            grad_norm=flat(1.2, 12),
        ),
    )

    def check(
        self, norm: Trend[GradNorm], train: Trend[TrainLoss], settings: Hyperparameters, siblings: Siblings
    ) -> Iterator[Finding]:
        """Count the clipped steps of the later half, by the threshold or by the value that the norm never passes."""
        series, values = norm.series, norm.series.values
        late, highest = values[len(values) // 2 :], float(values.max())
        if len(values) < self.min_points or highest <= 0:
            return
        clip, top, usual = settings.clip_norm or 0.0, highest * (1 - SAME), median(late)
        unclipped = 0 < clip < top  # logged before clipping, else after it
        slow = self._slow(train) or (unclipped and settings.is_adaptive is False and self._slope_left(norm, train))
        if unclipped:
            level, share, margin = clip, float((late > clip).mean()), usual / clip / self.min_ratio
            is_tight = margin >= 1
        else:
            level, share, margin = highest, float((late >= top).mean()), MEDIUM
            is_tight = share >= self.min_capped and bool((values < top).any()) and slow
        if not is_tight:
            return
        first = int(series.steps[len(values) // 2])
        yield self.finding(
            f"{series.name} is clipped at {number(level)} in {percent(share)} of the steps "
            f"from {place(series, first)} on"
            + (f"; it is usually {number(usual)}" if unclipped else ", where it is logged after clipping")
            + (f"; {train.series.name} learns slowly" if slow else ""),
            Span(series.name, first, series.last_step, "clipped"),
            confidence=confidence_from(margin, len(values)),
            severity=Severity.NOTE if settings.is_adaptive or not slow else self.severity,
            causes=self._causes(late, level, settings, siblings, before=unclipped, slow=slow),
            evidence={
                "clipped": Quantity(share, "share"),
                "threshold": Quantity(level),
                **({"usual norm": Quantity(usual)} if unclipped else {}),
            },
        )

    def _slope_left(self, norm: Trend[GradNorm], train: Trend[TrainLoss]) -> bool:
        """Whether the gradient is as large as at first, and the loss still high: there is a slope to go down."""
        values = norm.series.values
        usual, at_first = np.median(values[len(values) // 2 :]), np.median(values[: max(3, len(values) // 10)])
        return bool(usual >= self.steep * at_first and train.end >= self.high_end * train.start)

    def _slow(self, train: Trend[TrainLoss]) -> bool:
        """Whether the loss falls surely, in almost a straight line, and has not come far."""
        beginning, middle, end = train.thirds
        fell = middle - end
        straight = fell >= self.min_pace * (beginning - middle) and fell > 4 * train.error_between_thirds
        return bool(straight and train.start - train.end < self.max_fall * abs(train.start))

    @staticmethod
    def _causes(
        late: NDArray[np.float64],
        level: float,
        settings: Hyperparameters,
        siblings: Siblings,
        *,
        before: bool,
        slow: bool,
    ) -> tuple[Cause, ...]:
        p90 = number(float(np.quantile(late, 0.9)))
        text = f"raise the threshold from {number(level)} to about {p90}, the 90th percentile of this run's norm"
        adaptive = [
            f"{settings.optimizer_name} divides by the usual size of the gradient, so its steps keep their length"
        ]
        return ranked(
            because(
                "clipping-too-tight",
                likely_if(not settings.is_adaptive),
                pro=["the loss falls slowly, as with short steps of one length" if slow else ""],
                contra=adaptive if settings.is_adaptive else [],
                fixes=[Fix(text, basis="this run's gradient norm") if before else Fix(LOG_BEFORE)],
            ),
            rate_too_high(siblings, possible_if(not slow), contra=["the loss falls slowly"] if slow else []),
        )
