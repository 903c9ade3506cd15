"""A gradient norm that is NaN or infinite while the loss is not."""

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
    because,
    confidence_from,
    example_run,
    fires,
    likely_if,
    possible_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, geometric, given, line
from logdoctor.evidence import rate_too_high
from logdoctor.evidence.numerics.learning import Learning
from logdoctor.evidence.numerics.origin import Origin
from logdoctor.signals import BrokenGradients, LossImpact
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.wording import counted, number, place

NAN, INF = float("nan"), float("inf")

TO_TELL = (
    "the gradient norm of each layer: all break at once where a scale is too high, one first where an operation fails"
)
"""What to log where nothing says why gradients break."""


@dataclass(frozen=True)
class NonFiniteGradients(Rule):
    """Steps whose gradient is NaN or infinite although the loss is finite: they are skipped, or they ruin the weights.

    A dynamic loss scale causes such steps on purpose: many in a row at the start, while it searches for its level, and
    later single ones when it tries a higher one. Many of them, or several in a row, after the start are reported.
    """

    id = "non-finite-gradients"
    title = "Gradients are NaN or infinite while the loss is finite"
    severity = Severity.WARNING
    causes = (
        "half-precision-overflow",
        "loss-scale-exhausted",
        "unstable-operation",
        "learning-rate-too-high",
        "no-gradient-clipping",
        "bad-batch",
    )
    references = (
        "https://docs.pytorch.org/docs/stable/amp.html#gradient-scaling",
        "Micikevicius et al. (2018), Mixed Precision Training, arXiv:1710.03740",
    )
    limits = (
        "Needs 10 gradient norms on the axis of the training loss, or 3 that are all a log shows which begins late; "
        "without a loss only norms count that stay non-finite to the end. Up to 32 of them at the start, and single "
        "ones later, are taken for a loss scale at work. The norm does not show which layer is at fault."
    )
    explains = ("no-learning", "plateau", "stalled-at-chance", "slow-convergence", "still-improving")

    probe: float = threshold(
        32.0,
        "non-finite values in a row at the start that are a loss scale looking for its level: Megatron begins at 2**32 "
        "and halves at each",
    )
    min_count: float = threshold(
        3.0, "non-finite values after the start: one or two are a loss scale that tries a higher level"
    )
    max_share: float = threshold(
        0.05,
        "share of them from which they are no trials: scalers try a higher level every 1000 (DeepSpeed, Megatron) to "
        "2000 (torch) steps, some settings every 50",
    )
    min_run: float = threshold(
        5.0, "non-finite values in a row from which they are a fault however rare: that halves a scale 32-fold"
    )
    min_points: float = threshold(
        10.0,
        "values of the gradient norm that a run must have whose beginning is logged: fewer may all lie within the "
        "start of a loss scale",
    )
    growth: float = threshold(
        3.0, "factor between the last sound gradient norms and the usual one that counts as a rise: batch noise of two"
    )

    examples = (
        fires(
            "NaN in one step of ten",
            train_loss=decay(2.3, 0.6).noisy(0.02),
            grad_norm=given([NAN if i % 10 == 7 else 0.9 for i in range(120)]).noisy(0.05),
        ),
        fires(
            "NaN to the end, from where the loss is no longer logged",
            axis=Axis.STEP,
            train_loss=decay(4.0, 3.0, 60).noisy(0.02).followed_by(flat(3.0, 40)).without(60, 99),
            grad_norm=flat(0.8, 60).noisy(0.05).followed_by(flat(NAN, 40)),
        ),
        fires(
            "infinite to the end, the loss rests",
            settings={"fp16": True, "lr": 0.1},
            siblings=(example_run({"fp16": True, "lr": 0.01}, train_loss=decay(2.3, 0.4)),),
            train_loss=decay(2.3, 1.2, 58).followed_by(flat(1.25, 62)).noisy(0.02),
            grad_norm=flat(0.9, 56).noisy(0.05).followed_by(given([6.0, 40.0])).followed_by(flat(INF, 62)),
        ),
        fires(
            "every step is skipped from the first on",
            train_loss=flat(2.3).noisy(0.02),
            grad_norm=flat(NAN),
        ),
        fires(
            "the steps are skipped: the loss repeats its last value",
            train_loss=decay(2.3, 1.2, 60).followed_by(flat(1.2, 60)),
            grad_norm=flat(0.9, 60).noisy(0.05).followed_by(flat(NAN, 60)),
        ),
        fires(
            "a cluster in a long run, its scale falls",
            varies={"every second point": "three in a row are left of six"},
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.6, 2000).noisy(0.02),
            grad_norm=flat(0.9, 2000).noisy(0.05).with_value(1200, *[INF] * 6),
            loss_scale=flat(65536.0, 1200)
            .followed_by(given(65536 / 2.0 ** np.arange(1, 7)))
            .followed_by(flat(1024.0, 794)),
        ),
        fires(
            "a start that lasts for most of the run",
            train_loss=decay(2.3, 0.3).noisy(0.02),
            grad_norm=flat(0.9).noisy(0.05).with_value(0, *[INF] * 80),
        ),
        fires(
            "NaN to the end, and no loss is logged",
            grad_norm=flat(0.9, 60).noisy(0.05).followed_by(flat(NAN, 60)),
        ),
        fires(
            "a piece from the middle of a run: NaN in each of its lines",
            axis=Axis.STEP,
            first_step=44_000,
            train_loss=given([4.35, 4.41, 4.33, 4.37]),
            grad_norm=flat(NAN, 4),
        ),
        fires(
            "such a piece of a trainer that leaves out a loss that is no number",
            axis=Axis.STEP,
            first_step=5_400,
            lr=flat(3e-4, 4),
            grad_norm=flat(NAN, 4),
        ),
        silent(
            "no loss is logged, and the norm comes back", grad_norm=flat(0.9).noisy(0.05).with_value(40, *[NAN] * 20)
        ),
        silent(
            "validation goes on falling meanwhile, and no training loss is logged",
            val_loss=decay(2.3, 0.3).noisy(0.02),
            grad_norm=flat(0.9, 60).noisy(0.05).followed_by(flat(NAN, 60)),
        ),
        silent("no loss is logged, and the norm begins late", grad_norm=flat(NAN, 60).followed_by(flat(0.9, 60))),
        silent("no loss is logged, and the norm was never computed", grad_norm=flat(NAN)),
        silent("all finite", train_loss=decay(2.3, 0.3).noisy(0.02), grad_norm=flat(0.9).noisy(0.05)),
        silent(
            "the loss scale looks for its level",
            train_loss=decay(2.3, 0.3).noisy(0.02),
            grad_norm=flat(0.9).noisy(0.05).with_value(0, *[INF] * 16),
        ),
        silent(
            "a trial of a higher scale now and then",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.3, 4000).noisy(0.02),
            grad_norm=given([INF if i % 1000 == 900 else 0.9 for i in range(4000)]).noisy(0.05),
        ),
        silent(
            "three trials of a scale that is doubled every fifty steps",
            train_loss=decay(2.3, 0.3, 130).noisy(0.02),
            grad_norm=flat(0.9, 130).noisy(0.05).with_value(40, INF).with_value(80, INF).with_value(120, INF),
        ),
        silent(
            "two trials in a short log",
            train_loss=decay(2.3, 0.3, 40).noisy(0.02),
            grad_norm=flat(0.9, 40).noisy(0.05).with_value(25, INF, INF),
        ),
        silent(
            "the loss is NaN as well",
            train_loss=decay(2.3, 0.6, 60).followed_by(flat(NAN, 60)),
            grad_norm=flat(0.9, 60).followed_by(flat(NAN, 60)),
        ),
        silent(
            "the loss is masked",
            train_loss=decay(2.3, 0.6, 60).noisy(0.02).followed_by(flat(0.0, 60)),
            grad_norm=flat(0.9, 60).followed_by(flat(NAN, 60)),
        ),
        silent(
            "the loss exploded first, and took the norm along",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.6, 60).noisy(0.02).followed_by(geometric(1.0, 1e30, 60)),
            grad_norm=flat(0.9, 60).noisy(0.05).followed_by(geometric(1.0, 1e19, 30)).followed_by(flat(INF, 30)),
        ),
        silent("the norm was never computed", train_loss=decay(2.3, 0.3).noisy(0.02), grad_norm=flat(NAN)),
        silent("too short", train_loss=flat(2.3, 4), grad_norm=flat(NAN, 4)),
        silent(
            "a piece from the middle of a run, and the loss falls all the same: the norm was not computed",
            axis=Axis.STEP,
            first_step=5_400,
            train_loss=line(2.4, 2.0, 12),
            grad_norm=flat(NAN, 12),
        ),
        silent(
            "a run that goes on without its loss scale, which is searched anew from step to step",
            axis=Axis.STEP,
            first_step=44_000,
            train_loss=given([2.41, 2.35, 2.44, 2.4]),
            grad_norm=flat(INF, 4),
        ),
        silent(
            "a trial of a higher scale in four lines from the middle of a run",
            axis=Axis.STEP,
            first_step=5_400,
            train_loss=given([2.41, 2.38, 2.4, 2.39]),
            grad_norm=given([0.9, INF, 0.8, 0.9]),
        ),
    )

    def check(
        self, broken: BrokenGradients, loss: LossImpact | None, learning: Learning, origin: Origin
    ) -> Iterator[Finding]:
        """Count the non-finite norms after the start, as long as the loss is a number."""
        found = self._after_start(broken)
        nothing_else = self._is_all_that_is_shown(broken)
        least = self.min_count if nothing_else else self.min_points
        if len(broken.mask) < least or self._is_rare(found) or (loss is None and not broken.alone):
            return
        first = found.broken.first_step
        if loss is not None and loss.lost_before(first) >= 1.0:
            return  # the loss rose first: that is the finding
        to_the_end = nothing_else or (bool(found.mask[-1]) and found.longest >= self.min_run)
        if loss is None and (not to_the_end or (found.share == 1.0 and not nothing_else)):
            return  # where nothing else is logged, a norm that comes back may not have been computed in between
        learns = learning.goes_on_from(first if broken.trailing_step is None else broken.trailing_step)
        if learns and (found.share == 1.0 or loss is None):
            return  # the norm was not computed
        word = "NaN" if np.isnan(found.broken.values).any() else "infinite"
        yield self._finding(found, word, loss, self._causes(word, first, origin), to_the_end=to_the_end, learns=learns)

    def _after_start(self, broken: BrokenGradients) -> BrokenGradients:
        """Leave out the start, in which a loss scale looks for its level."""
        is_start = broken.leading < len(broken.mask) and (broken.leading <= self.probe or broken.alone)
        return broken.since(broken.leading) if is_start else broken

    def _is_all_that_is_shown(self, broken: BrokenGradients) -> bool:
        """Whether a log that begins late shows no other norm; a run that goes on may look for its scale once more."""
        series, mask = broken.series, broken.mask
        if not (len(mask) and mask.all() and begins_late(series)):
            return False
        return bool(np.isnan(series.values).any()) or series.last_step - series.first_step >= self.probe

    def _is_rare(self, found: BrokenGradients) -> bool:
        few_in_a_row = found.share < self.max_share and found.longest < self.min_run
        return len(found.broken) < self.min_count or few_in_a_row

    def _finding(
        self,
        found: BrokenGradients,
        word: str,
        loss: LossImpact | None,
        causes: tuple[Cause, ...],
        *,
        to_the_end: bool,
        learns: bool,
    ) -> Finding:
        name, bad = found.series.name, found.broken
        counted_as = (4 if found.share == 1.0 else 3) * len(bad)  # three that are all there is are no rare ones
        confidence = confidence_from(max(found.share / self.max_share, found.longest / self.min_run), counted_as)
        harmless = confidence is Confidence.LOW or (to_the_end and learns)
        lasting = to_the_end and loss is not None
        beside = "no training loss is logged" if loss is None else loss.state_over(bad)
        stays = f"; it never recovers{', and the loss falls all the same' if learns else ''}"
        return self.finding(
            f"{name} is {word} in {counted(len(bad), 'value')} of {len(found.mask):,}, the first at "
            f"{place(bad, bad.first_step)}, while {beside}" + (stays if to_the_end else ""),
            Span(name, bad.first_step, bad.last_step, word),
            confidence=confidence,
            severity=Severity.NOTE if harmless else Severity.ERROR if lasting else self.severity,
            causes=causes,
            to_tell_apart=[] if causes[0].strength is Strength.LIKELY else [TO_TELL],
            evidence={
                "non-finite values": Quantity(len(bad), "values"),
                "their share": Quantity(found.share, "share"),
                "most in a row": Quantity(found.longest, "values"),
            },
        )

    def _causes(self, word: str, first: int, origin: Origin) -> tuple[Cause, ...]:
        grown, calm = origin.norm_before(first, self.growth)
        half, walk = origin.half, origin.walk
        scaled = [f"a loss scale is logged, it ends at {number(walk.end)}"] if walk is not None else []
        causes = [
            because("half-precision-overflow", likely_if(half or scaled), pro=[*half, *scaled]),
            because(
                "unstable-operation",
                likely_if(word == "NaN" and not half and not scaled),
                pro=[*calm, *(["the values are NaN: scaling alone overflows to infinity"] if word == "NaN" else [])],
            ),
            rate_too_high(origin.siblings, likely_if(grown), pro=grown, contra=calm),
            because("bad-batch", possible_if(not grown)),
        ]
        if walk is not None and walk.halvings >= self.min_run:
            causes.append(because("loss-scale-exhausted", pro=[f"the scale is halved {walk.halvings} times in a row"]))
        if not origin.settings.clip_norm:
            causes.append(because("no-gradient-clipping", possible_if(grown), pro=grown))
        return ranked(*causes)
