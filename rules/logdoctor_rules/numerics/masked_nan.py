"""A NaN loss that the trainer hides behind an ordinary number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
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
    likely_if,
    possible_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.evidence import rate_too_high
from logdoctor.evidence.numerics.least_float import at_least_float
from logdoctor.evidence.numerics.origin import Origin
from logdoctor.evidence.usual_rates import above_usual
from logdoctor.signals import MaskedLoss, NonFiniteLosses
from logdoctor.signals.numerics.masked import zero_alone
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.signals.statistics.median import median
from logdoctor.wording import counted, number, place

NAN, INF = float("nan"), float("inf")
BEFORE = decay(2.3, 0.6, 60).noisy(0.02)


@dataclass(frozen=True)
class MaskedNan(Rule):
    """The training loss is logged as exactly 0, or as the mean of the run so far, where it was NaN.

    The gradient norm reveals it. Where none is logged, a loss that drops from its usual level to exactly 0 at once and
    stays there is weaker evidence. A loss that reaches 0 with finite gradients is not a NaN.
    """

    id = "masked-nan"
    title = "The log hides a NaN loss"
    severity = Severity.ERROR
    causes = (
        "learning-rate-too-high", "half-precision-overflow", "no-gradient-clipping", "log-of-zero",
        "unstable-operation", "bad-batch", "data-not-normalised", "label-out-of-range", "bad-initialization",
    )  # fmt: skip
    references = (
        "https://github.com/huggingface/transformers/pull/13619",
        "https://github.com/huggingface/trl/issues/6702",
    )
    limits = (
        "Certain only with a gradient norm; without one it takes 5 zeros at the end and another curve that goes on. A "
        "NaN shown as anything but 0, a running mean or Caffe's 87.3365 goes unnoticed."
    )
    explains = (
        "nan-loss",
        "non-finite-gradients",
        "vanishing-gradients",
        "excessive-clipping",
        "no-learning",
        "plateau",
        "stalled-at-chance",
        "slow-convergence",
        "still-improving",
        "oscillation",
        "divergence",
        "loss-spike",
        "overfitting",
        "generalization-gap",
    )

    recovered: float = threshold(
        0.5,
        "share of ordinary values after the first masked one from which the bad steps were skipped; weights that are "
        "NaN never give an ordinary loss again",
    )
    min_zeros: float = threshold(
        5.0,
        "zeros that a log must end with where no gradient norm shows the NaN: a logger's last row may be empty, not "
        "several in a row",
    )
    drop: float = threshold(
        0.05,
        "loss just before the zeros as a share of its start, from which the drop to exactly 0 is sudden: a loss that "
        "gets there by learning falls below a hundredth first, even where the log rounds to two digits",
    )
    growth: float = threshold(
        3.0, "factor between the last sound gradient norms and the usual one that counts as a rise: batch noise of two"
    )

    examples = (
        fires(
            "Hugging Face: zero beside NaN to the end",
            settings={"learning_rate": 1e-2, "fp16": True},
            siblings=(example_run({"learning_rate": 1e-3, "fp16": True}, train_loss=decay(2.3, 0.4)),),
            axis=Axis.STEP,
            train_loss=decay(2.3, 1.2, 70).noisy(0.02).followed_by(flat(0.0, 50)),
            grad_norm=flat(0.9, 68).noisy(0.05).followed_by(given([7.0, 30.0])).followed_by(flat(NAN, 50)),
        ),
        fires(
            "zero beside NaN from the first value on",
            settings={"bf16": True, "max_grad_norm": 1.0},
            train_loss=flat(0.0, 60),
            grad_norm=flat(NAN, 60),
            learning_rate=flat(1e-4, 60),
        ),
        fires(
            "the mean of the run again and again",
            varies={"every second point": "a mean of other points"},
            train_loss=BEFORE.followed_by(flat(float(BEFORE.values.mean()), 60)),
            grad_norm=flat(0.9, 60).noisy(0.05).followed_by(flat(INF, 60)),
        ),
        fires(
            "NaN first, then a gradient of zero",
            train_loss=decay(2.3, 0.6, 60).noisy(0.02).followed_by(flat(0.0, 60)),
            grad_norm=flat(0.9, 60).noisy(0.05).followed_by(given([NAN] * 3)).followed_by(flat(0.0, 57)),
        ),
        fires(
            "two steps are masked and skipped",
            train_loss=decay(2.3, 0.6).noisy(0.02).with_value(60, 0.0, 0.0),
            grad_norm=flat(0.9).noisy(0.05).with_value(60, NAN, NAN),
        ),
        fires(
            "no gradient norm: from its usual level to exactly zero at once",
            train_loss=decay(2.3, 1.2, 70).noisy(0.02).followed_by(flat(0.0, 50)),
            learning_rate=flat(1e-3),
        ),
        fires(
            "no gradient norm: zeros, and validation stands still to the last digit",
            train_loss=decay(2.3, 1.2, 70).noisy(0.02).followed_by(flat(0.0, 50)),
            val_loss=decay(2.3, 1.3, 70).followed_by(flat(1.3, 50)),
            loss_scale=flat(65536.0, 70).followed_by(given(65536.0 / 2.0 ** np.arange(1, 51))),
        ),
        fires(
            "no gradient norm: zeros, while lines go on that say how long each step takes",
            train_loss=decay(3.4, 1.9, 15).noisy(0.05).followed_by(flat(0.0, 17)),
            time=flat(15.0, 32).noisy(2.0),
        ),
        fires(
            "Caffe: a loss of 87.3365 to the end",
            varies={"bits instead of nats": "the smallest float32 costs so much in nats"},
            train_loss=given([21.4]).followed_by(flat(87.3365, 20)),
        ),
        fires(
            "Caffe: nothing else is logged",
            varies={"bits instead of nats": "the smallest float32 costs so much in nats"},
            axis=Axis.STEP,
            first_step=1_170,
            train_loss=flat(87.3363, 2),
        ),
        silent(
            "solved within a few epochs, and two decimals show it as zero",
            train_loss=given([1.61, 0.19, 0.01]).followed_by(flat(0.0, 11)),
        ),
        silent("learns", train_loss=decay(2.3, 0.3).noisy(0.02), grad_norm=flat(0.9).noisy(0.05)),
        silent("a loss that passes there", train_loss=line(120.0, 60.0)),
        silent("two values there", train_loss=given([88.1, 87.9, 87.3366, 87.3364])),
        silent(
            "a perfect fit: zero beside zero",
            train_loss=decay(1.0, 0.001, 60, half_life=0.05).followed_by(flat(0.0, 60)),
            grad_norm=decay(1.0, 0.001, 60, half_life=0.05).followed_by(flat(0.0, 60)),
        ),
        silent(
            "a perfect fit, no gradient norm",
            train_loss=decay(1.0, 0.001, 60, half_life=0.05).followed_by(flat(0.0, 60)),
            learning_rate=flat(1e-3),
        ),
        silent(
            "a hinge loss that is often zero, one norm overflows there",
            train_loss=given([0.0 if i % 3 else 0.4 for i in range(120)]),
            grad_norm=given([0.0 if i % 3 else 0.7 for i in range(120)]).with_value(40, NAN),
        ),
        silent(
            "the norm is NaN, the loss is alive",
            train_loss=decay(2.3, 0.3).noisy(0.02),
            grad_norm=flat(0.9, 60).noisy(0.05).followed_by(flat(NAN, 60)),
        ),
        silent(
            "the last sound value again and again: the steps are skipped",
            train_loss=BEFORE.followed_by(flat(float(BEFORE.values[-1]), 60)),
            grad_norm=flat(0.9, 60).noisy(0.05).followed_by(flat(INF, 60)),
        ),
        silent(
            "a policy loss that begins at zero",
            train_loss=flat(0.0, 5).followed_by(flat(0.05, 115).noisy(0.02)),
            grad_norm=flat(0.9).noisy(0.05),
        ),
        silent(
            "padded with zeros, the rate too",
            train_loss=decay(2.3, 1.2, 70).noisy(0.02).followed_by(flat(0.0, 50)),
            learning_rate=flat(1e-3, 70).followed_by(flat(0.0, 50)),
        ),
        silent(
            "the last row is empty",
            train_loss=decay(2.3, 1.2).noisy(0.02).with_value(118, 0.0, 0.0),
            learning_rate=flat(1e-3),
        ),
        silent(
            "zero at the end, and validation goes on",
            train_loss=decay(2.3, 1.2, 70).noisy(0.02).followed_by(flat(0.0, 50)),
            val_loss=decay(2.3, 1.0),
        ),
        silent("Caffe: one value of 87.3365, and no other", train_loss=flat(87.3365, 1)),
    )

    def check(self, run: Run, masked: MaskedLoss, losses: NonFiniteLosses, origin: Origin) -> Iterator[Finding]:
        """Report the first masked value, known from the gradient norm beside it or from the drop to zero."""
        series, shown = masked.series, masked.gradient if masked.count else None
        zeros = 0 if masked.count else self._sudden_zeros(run, masked)
        if not masked.count and not zeros:
            if (least := at_least_float(run, origin.siblings)) is not None:
                yield self.observed(least)
            return
        first = masked.first if masked.count else len(series) - zeros
        step = int(series.steps[first])
        if any(one.series.name == series.name and one.first_step < step for one in losses.found):
            return  # the log did show the first NaN: that is the finding
        last = int(series.steps[np.flatnonzero(masked.mask)[-1]]) if masked.count else series.last_step
        skipped = masked.recovered >= self.recovered * (len(series) - first)
        proven = bool(shown) and first > 0
        yield self.finding(
            f"{series.name} is exactly {number(float(series.values[first]))} from {place(series, step)} on"
            + (f", where {shown.name} is not a number" if shown else ", at once from its usual level")
            + ": it stands in for a NaN"
            + (f"; {counted(masked.recovered, 'later value')} are ordinary" if skipped else ""),
            Span(series.name, step, last, "masked"),
            *([Span(shown.name, step, shown.last_step, "not a number")] if shown else []),
            confidence=Confidence.HIGH if proven else Confidence.MEDIUM,
            severity=Severity.WARNING if skipped else Severity.ERROR,
            causes=self._causes(origin, step, skipped=skipped),
            to_tell_apart=["the loss as it is (logging_nan_inf_filter=False in transformers): where it first breaks"],
            evidence={
                "masked values": Quantity(masked.count or zeros, "values"),
                "ordinary values before": Quantity(first, "values"),
                "ordinary values after": Quantity(masked.recovered, "values"),
            },
        )

    def _sudden_zeros(self, run: Run, masked: MaskedLoss) -> int:
        """Return how many zeros end a loss that dropped there from its usual level; 0 where other series explain it."""
        series = masked.series
        zeros = len(series) - after_last(series.values != 0)
        before = series.values[: len(series) - zeros]
        if masked.gradient is not None or zeros < self.min_zeros or not len(before) or (before == 0).any():
            return 0
        few = max(1, min(5, len(before) // 2))  # none of the last that is one of the first
        sudden = abs(median(before[-few:])) >= self.drop * abs(median(before[:few]))
        return zeros if sudden and zero_alone(run, series, int(series.steps[len(before)])) else 0

    def _causes(self, origin: Origin, step: int, *, skipped: bool) -> tuple[Cause, ...]:
        grown, calm = origin.norm_before(step, self.growth)
        settings, siblings = origin.settings, origin.siblings
        sudden = possible_if(not grown)
        far = [*grown, *filter(None, [above_usual(siblings.run, settings)])]
        causes = [
            rate_too_high(siblings, likely_if(far), pro=far, contra=calm),
            because(
                "bad-batch",
                Strength.LIKELY if skipped else sudden,
                pro=["later values are ordinary: only some steps are hit"] if skipped else calm,
            ),
            because("unstable-operation", sudden, pro=calm),
            because("log-of-zero", sudden, pro=calm),
        ]
        half = [*origin.half, *(["a loss scale is logged"] if origin.walk is not None else [])]
        if half or not settings.names_precision:  # trainers that hide a NaN mostly run in half precision
            causes.insert(0, because("half-precision-overflow", Strength.LIKELY if half else sudden, pro=half))
        if not settings.clip_norm:
            unclipped = ["the settings switch clipping off"] if settings.clip_norm == 0 else []
            causes.append(because("no-gradient-clipping", pro=[*grown, *unclipped], contra=calm))
        return ranked(*causes)
