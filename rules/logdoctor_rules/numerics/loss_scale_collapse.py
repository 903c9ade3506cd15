"""A loss scale that is halved again and again until nothing is left of it."""

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
    Severity,
    Span,
    Strength,
    TrainLoss,
    because,
    confidence_from,
    example_run,
    fires,
    likely_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import Curve, decay, flat, given, rise
from logdoctor.evidence import rate_too_high
from logdoctor.evidence.numerics.origin import UNSCALED_NORM, Origin
from logdoctor.run.text_event import GRADIENT_OVERFLOW, NON_FINITE_STOP, TextEvent
from logdoctor.signals import Change, LossImpact, LossScaleWalk, MaskedLoss, NonFiniteLosses, Trend
from logdoctor.wording import counted, number, place

NAN = float("nan")

GROWTH = 3.0
"""Factor of the gradient norm over its usual level that counts as a rise: batch noise of two stays below."""

MINIMUM = (("min", "loss", "scale"), ("min", "scale"), ("minimum", "loss", "scale"))
"""How DeepSpeed, fairseq and Megatron spell the least loss scale in their settings, as words."""


def halved(start: float, times: int) -> Curve:
    """Return a scale that is halved at each value."""
    return given(start / 2.0 ** np.arange(1, times + 1))


def overflows(scales: list[float], at: int) -> tuple[TextEvent, ...]:
    """Return the lines that Apex writes at each overflow, one a step."""
    line = "Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to {}"
    return tuple(TextEvent(GRADIENT_OVERFLOW, line.format(s), "log.txt", 1, at + i) for i, s in enumerate(scales))


@dataclass(frozen=True)
class LossScaleCollapse(Rule):
    """The dynamic loss scale is halved down to about one, or without pause to the end of the log.

    Each halving is a skipped step. A scale that searches for its level at the start, or is halved occasionally and
    doubled again, works as intended. One that ends where the loss is not scaled at all shows that gradients overflow
    whatever the scale: no step is taken any more.
    """

    id = "loss-scale-collapse"
    title = "The loss scale collapses"
    severity = Severity.ERROR
    causes = ("loss-scale-exhausted", "half-precision-overflow", "learning-rate-too-high", "unstable-operation")
    references = (
        "Micikevicius et al. (2018), Mixed Precision Training, arXiv:1710.03740",
        "https://docs.pytorch.org/docs/stable/amp.html#gradient-scaling",
    )
    limits = (
        "Needs a scale that moves in powers of two, as a curve or in messages about overflow. It cannot tell which "
        "operation overflows."
    )
    explains = (
        "masked-nan",
        "nan-loss",
        "non-finite-gradients",
        "divergence",
        "loss-spike",
        "no-learning",
        "plateau",
        "stalled-at-chance",
        "slow-convergence",
        "still-improving",
        "oscillation",
    )

    floor: float = threshold(
        1.0, "scale at which nothing is scaled: the least one of Megatron and DeepSpeed; torch's scaler goes on below"
    )
    min_fall: float = threshold(
        5.0, "halvings that a descent to that floor takes: scales begin at 2**15 or more, and fewer are no collapse"
    )
    min_halvings: float = threshold(
        8.0,
        "halvings without a doubling that end the log, below a scale that had worked: a settled scale needs one or "
        "two, and gradients that grow a hundredfold are an event",
    )
    worked: float = threshold(
        10.0, "values for which a scale held before it counts as one that had worked; the search at the start has none"
    )
    max_idle: float = threshold(
        0.05, "share of the run after the last halving from which the scale has settled; scalers halve every step"
    )
    examples = (
        fires(
            "down to one, and the loss rests",
            settings={"fp16": True},
            axis=Axis.STEP,
            train_loss=decay(6.0, 3.0, 200).followed_by(flat(3.0, 60)).noisy(0.03),
            loss_scale=flat(65536.0, 200).followed_by(halved(65536.0, 16)).followed_by(flat(1.0, 44)),
        ),
        fires(
            "down to zero after the loss rose",
            settings={"fp16": True, "lr": 0.1},
            siblings=(example_run({"fp16": True, "lr": 0.01}, train_loss=decay(6.0, 2.5)),),
            axis=Axis.STEP,
            train_loss=decay(6.0, 3.0, 160).then(rise(2.5, 100)).noisy(0.03),
            loss_scale=flat(65536.0, 220).followed_by(halved(65536.0, 40)),
        ),
        fires(
            "NaN gradients at any scale",
            axis=Axis.STEP,
            train_loss=decay(6.0, 3.0, 200).followed_by(flat(3.0, 60)).noisy(0.03),
            grad_norm=flat(0.9, 200).noisy(0.05).followed_by(flat(NAN, 60)),
            loss_scale=flat(65536.0, 200).followed_by(halved(65536.0, 60)),
        ),
        fires(
            "halved to the end of the log",
            axis=Axis.STEP,
            train_loss=decay(6.0, 3.0, 213).noisy(0.03),
            loss_scale=flat(2.0**20, 200).followed_by(halved(2.0**20, 10)).followed_by(flat(2.0**10, 3)),
        ),
        fires(
            "logged every hundred steps: one fall of many halvings",
            train_loss=decay(6.0, 3.0, 61).noisy(0.03),
            loss_scale=flat(2.0**20, 60).followed_by(given([2.0**-30])),
        ),
        fires(
            "the loss was NaN before",
            train_loss=decay(6.0, 3.0, 200).followed_by(flat(NAN, 60)),
            loss_scale=flat(65536.0, 202).followed_by(halved(65536.0, 58)),
        ),
        fires(
            "lines of overflow at every step, no scale logged",
            events=overflows([65536.0 / 2**k for k in range(1, 21)], at=100),
            train_loss=decay(6.0, 3.0, 120).noisy(0.03),
        ),
        fires(
            "few lines of overflow, and the trainer gives up",
            events=(
                *overflows([16.0, 8.0, 4.0, 2.0], at=100),
                TextEvent(NON_FINITE_STOP, "Exception: Current loss scale already at minimum", "log.txt", 9, 119),
            ),
            train_loss=decay(6.0, 3.0, 120).noisy(0.03),
        ),
        fires(
            "nothing but zeros is logged from there on",
            train_loss=decay(1.0, 0.4, 40).noisy(0.02).followed_by(flat(0.0, 80)),
            loss_scale=flat(65536.0, 41).followed_by(halved(65536.0, 79)),
        ),
        fires(
            "a row shows ten halvings, and the loss is masked from there on",
            settings={"precision": "16-mixed"},
            train_loss=decay(1.0, 0.4, 40).noisy(0.02).followed_by(flat(0.0, 80)),
            grad_norm=flat(0.5, 40).noisy(0.05).followed_by(flat(NAN, 80)),
            loss_scale=flat(65536.0, 40).followed_by(given(64.0 / 32.0 ** np.arange(20))).followed_by(flat(0.0, 60)),
        ),
        fires(
            "in three decimals, as fairseq prints it",
            axis=Axis.STEP,
            train_loss=decay(6.0, 3.0, 200).followed_by(flat(3.0, 20)).noisy(0.03),
            loss_scale=flat(128.0, 200).followed_by(given(np.round(128.0 / 2.0 ** np.arange(1, 21), 3))),
        ),
        silent("constant", train_loss=decay(6.0, 3.0).noisy(0.03), loss_scale=flat(65536.0)),
        silent(
            "a trainer gave up, and was started again",
            events=(
                *overflows([16.0, 8.0, 4.0, 2.0], at=57),
                TextEvent(NON_FINITE_STOP, "Exception: Current loss scale already at minimum", "log.txt", 9, 60),
            ),
            train_loss=decay(6.0, 3.0, 120).noisy(0.03),
        ),
        silent("bfloat16 needs none", train_loss=decay(6.0, 3.0).noisy(0.03), loss_scale=flat(1.0)),
        silent(
            "looks for its level at the start",
            axis=Axis.STEP,
            train_loss=decay(6.0, 3.0, 260).noisy(0.03),
            loss_scale=halved(2.0**32, 16).followed_by(flat(65536.0, 244)),
        ),
        silent(
            "a log that ends while the scale looks for its level",
            train_loss=flat(10.8, 16).noisy(0.03),
            loss_scale=halved(2.0**32, 16),
        ),
        silent(
            "halved and doubled again",
            train_loss=decay(6.0, 3.0, 240).noisy(0.03),
            loss_scale=given(2.0 ** (16 + np.arange(240) // 20 % 3)),
        ),
        silent(
            "settled lower, and stays there",
            train_loss=decay(6.0, 3.0, 260).noisy(0.03),
            loss_scale=flat(2.0**20, 60).followed_by(halved(2.0**20, 10)).followed_by(flat(2.0**10, 190)),
        ),
        silent(
            "three halvings at the end",
            train_loss=decay(6.0, 3.0, 203).noisy(0.03),
            loss_scale=flat(2.0**16, 200).followed_by(halved(2.0**16, 3)),
        ),
        silent(
            "a small scale that goes down to one",
            train_loss=decay(6.0, 3.0).noisy(0.03),
            loss_scale=flat(8.0, 60).followed_by(halved(8.0, 3)).followed_by(flat(1.0, 57)),
        ),
        silent(
            "three lines of overflow at the start",
            events=overflows([32768.0, 16384.0, 8192.0], at=1),
            train_loss=decay(6.0, 3.0, 120).noisy(0.03),
        ),
    )

    def check(
        self,
        walk: LossScaleWalk,
        loss: LossImpact | None,
        losses: NonFiniteLosses | None,
        masked: MaskedLoss | None,
        origin: Origin,
    ) -> Iterator[Finding]:
        """Look at where the last descent of the scale led, and whether the trainer gave up there."""
        least = max(self.floor, origin.settings.number(MINIMUM) or 0.0)
        sunk = walk.end <= least and walk.halvings >= self.min_fall
        sinking = walk.halvings >= self.min_halvings and walk.held >= self.worked and walk.idle <= self.max_idle
        if not (sunk or sinking or walk.gave_up):
            return
        series, step = walk.series, walk.first_step
        lost_at = _first_nan(walk, losses, masked)
        # A log row that shows several halvings and the first NaN says that the halvings began before it.
        nan_first = any(at < step or (at == step and walk.first_drop <= 1) for at in lost_at)
        rose = loss is not None and loss.lost_before(step) >= 1.0
        rests = walk.idle > self.max_idle  # a scale that is still halved skips every step
        learns = sunk and not walk.gave_up and rests and not lost_at and loss is not None and _learns(loss.train, step)
        goes_on = "; the loss goes on falling all the same" if learns else ""
        confidence = confidence_from(walk.halvings / self.min_fall, 2 * len(series))
        causes = self._causes(walk, origin, rose=rose, nan_first=nan_first)
        yield self.finding(
            _course(walk)
            + ("; the loss was NaN before" if nan_first else "; the loss had risen before" if rose else "")
            + ("; the trainer gives up" if walk.gave_up else goes_on),
            Span(series.name, step, series.last_step, "falling scale"),
            confidence=Confidence.HIGH if walk.gave_up else confidence,
            # What came second explains nothing: a lesser finding hides no worse one.
            severity=Severity.NOTE if learns else Severity.WARNING if nan_first or rose else self.severity,
            causes=causes,
            to_tell_apart=[] if causes[0].strength is Strength.LIKELY else [UNSCALED_NORM],
            evidence={
                "scale before": Quantity(walk.before),
                "last scale": Quantity(walk.end),
                "halvings": Quantity(walk.halvings),
            },
        )

    def _causes(self, walk: LossScaleWalk, origin: Origin, *, rose: bool, nan_first: bool) -> tuple[Cause, ...]:
        rise = origin.grads.rise_until(walk.first_step) if origin.grads is not None else None
        calm = [] if rose or nan_first else ["the loss is as low as ever before the first halving"]
        before = ["the loss had risen before the first halving"] if rose else []
        grown = [f"the gradient norm rises {number(rise)}-fold before it"] if rise and rise >= GROWTH else []
        what = "nothing is scaled" if walk.end > 0 else "every gradient is zero"
        below = [f"the scale goes down to {number(walk.end)}, where {what}"] if walk.end <= self.floor else []
        return ranked(
            because("half-precision-overflow", likely_if(origin.half or nan_first), pro=origin.half),
            because("loss-scale-exhausted", likely_if(below), pro=below),
            rate_too_high(origin.siblings, likely_if(before or grown), pro=[*before, *grown], contra=calm),
            because("unstable-operation", pro=calm if below else []),
        )


def _course(walk: LossScaleWalk) -> str:
    """Say where the last descent led, or where the scale is that a trainer gives up on before the log shows one."""
    scale = "the log's lines of overflow put the loss scale"
    if not walk.halvings:
        return f"{scale} at {number(walk.end)}" if walk.from_text else f"{walk.series.name} ends at {number(walk.end)}"
    return (
        f"{scale if walk.from_text else f'{walk.series.name} is halved'} from {number(walk.before)} to "
        f"{number(walk.end)} from {place(walk.series, walk.first_step)} on, "
        f"{counted(walk.halvings, 'halving')} without a doubling"
    )


def _first_nan(walk: LossScaleWalk, losses: NonFiniteLosses | None, masked: MaskedLoss | None) -> list[int]:
    """Return the steps at which losses beside the scale were no number for the first time, or were logged as zero."""
    found = losses.found if losses is not None else ()
    first = [one.first_step for one in found if one.series.axis is walk.series.axis]
    return [*first, masked.first_step] if masked is not None and masked.count else first


def _learns(train: Trend[TrainLoss], step: int) -> bool:
    """Whether a loss goes on falling after a step, and is not one value for ever."""
    change, values = Change.since(train, step), train.series.values[train.series.steps >= step]
    return change is not None and change.falls and len(np.unique(values)) > 1
