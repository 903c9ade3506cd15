"""A learning rate that is full from the first step, before the network stands it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Confidence,
    Finding,
    Quantity,
    Rule,
    Series,
    Severity,
    Span,
    Strength,
    TrainLoss,
    because,
    confidence_from,
    example_run,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, given, line
from logdoctor.evidence.codebook import is_of_codes
from logdoctor.evidence.schedule.full_rate import FullRateEffect, FullRateStart, FullRateThresholds
from logdoctor.evidence.schedule.thrown_at_start import ThrownAtStart
from logdoctor.evidence.schedule.warm_up import causes_of_throw
from logdoctor.finding import MEDIUM_MARGIN
from logdoctor.signals import Schedule, Siblings, Trend, given_rate
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, place

OVERSHOT = decay(3.2, 0.3, 300).with_value(4, 5.1, 6.9, 7.5, 5.0, 4.1).noisy(0.02)
"""The first full steps throw the loss to twice its start."""

BURSTING = decay(12.0, 2.2, 12, half_life=0.2).followed_by(decay(2.2, 0.5, 108)).noisy(0.01)
"""The log begins when the first steps have thrown the loss up already, and it falls to where learning begins."""

JUMPED = decay(3.2, 2.4, 60).followed_by(line(4.1, 3.9, 40)).followed_by(decay(3.9, 1.0, 200)).noisy(0.02)
"""The loss rises in the middle of its fall."""

ADAM = {"optimizer": "AdamW"}


@dataclass(frozen=True)
class MissingWarmup(Rule):
    """The first steps at the full learning rate throw the loss up, or keep it high, before it learns.

    Adaptive optimizers divide by statistics that have not formed yet, so that a full rate is too high at first. A
    constant rate is sound where it does no harm: the rule needs an overshoot of the loss above its start that comes
    only once, or a sibling with another warm-up that goes much lower. Where the log begins after the overshoot, the
    loss comes down at once, in leaps or with a burst of the gradient, though not by orders of magnitude. A later jump
    is judged by its harm. A run that its first updates threw to several times its start is reported whatever its
    optimizer, even in a log of few values.
    """

    id = "missing-warmup"
    title = "The full learning rate comes too early"
    severity = Severity.WARNING
    causes = ("missing-warmup", "learning-rate-jump", "learning-rate-too-high", "no-gradient-clipping")
    references = (
        "Ma and Yarats (2021), On the adequacy of untuned warmup, arXiv:1910.04209",
        "Goyal et al. (2017), Accurate, large minibatch SGD, arXiv:1706.02677, section 2.2",
    )
    explains = ("plateau",)
    limits = (
        "Sees a loss thrown to three times its start; for less it needs 40 values, an optimizer other than plain SGD, "
        "and a rate that is logged, far too high or set without a warm-up. A jump of the rate needs 40 values."
    )

    full: float = threshold(0.8, "rate as a share of its peak that counts as full: a decay may have begun")
    early: float = threshold(0.02, "share of the run that is its beginning: warm-ups take 1 to 5 % of the steps")
    overshoot: float = threshold(
        0.3,
        "rise of the loss above its start as a share of the later fall: one step of Adam at 0.03 lifts a small network "
        "by 0.15 that then learns perfectly",
    )
    least_fall: float = threshold(
        0.25,
        "share of its start that the later fall counts for at least: what rests near guessing hardly falls, and any "
        "ripple would be large beside that",
    )
    min_z: float = threshold(8.0, "the same rise in units of the noise: of a thousand batches, none reaches it")
    once: float = threshold(
        1.0,
        "the same rise as a ratio, in units of the largest ratio of the next values to their level plus two deviations "
        "(all in logarithms): below it, single batches differ like that everywhere",
    )
    jump: float = threshold(
        4.0, "factor by which the rate must jump within one logged interval to be no ramp; step decays use 2 to 10"
    )
    sibling_share: float = threshold(
        0.25,
        "what the sibling with a warm-up ends lower, as a share of its fall; working runs stay below an eighth",
    )
    min_points: float = threshold(40.0, "values a run needs: three at its beginning, the rest to know their noise")

    examples = (
        fires("overshoots at the full rate of Adam", settings=ADAM, train_loss=OVERSHOT, lr=cosine(3e-3, 300)),
        fires(
            "overshoots, and the settings name no warm-up",
            settings={"optimizer": "adam", "warmup_steps": 0, "lr": 3e-3},
            train_loss=OVERSHOT,
        ),
        fires(
            "the gradient bursts with it",
            settings=ADAM,
            train_loss=OVERSHOT,
            lr=flat(3e-3, 300),
            grad_norm=decay(0.9, 0.5, 300).with_value(1, 15.0, 9.0, 4.0),
        ),
        fires(
            "rests high, where a sibling with a warm-up learns",
            settings={**ADAM, "lr": 1e-2, "warmup_steps": 0},
            train_loss=decay(3.2, 2.9, 300, half_life=0.01).noisy(0.05),
            siblings=(
                example_run(
                    settings={**ADAM, "lr": 1e-2, "warmup_steps": 30}, train_loss=decay(3.2, 0.4, 300).noisy(0.05)
                ),
            ),
        ),
        fires(
            "the same, where the rate of the sibling was logged as not a number",
            settings={**ADAM, "lr": 1e-2, "warmup_steps": 0},
            train_loss=decay(3.2, 2.9, 300, half_life=0.01).noisy(0.05),
            siblings=(
                example_run(
                    settings={**ADAM, "lr": 1e-2, "warmup_steps": 30},
                    train_loss=decay(3.2, 0.4, 300).noisy(0.05),
                    lr=flat(float("nan"), 300),
                ),
            ),
        ),
        fires(
            "overshoots before the first gradient norm is logged",
            axis=Axis.STEP,
            settings=ADAM,
            train_loss=OVERSHOT,
            lr=cosine(3e-3, 300),
            grad_norm=flat(1.0, 300).noisy(0.05).without(0, 60),
        ),
        fires(
            "the rate jumps to full and the loss with it",
            train_loss=JUMPED,
            lr=flat(1e-5, 60).followed_by(flat(1e-3, 240)),
        ),
        fires(
            "a smaller overshoot of a run that learns slowly",
            settings=ADAM,
            train_loss=decay(3.2, 1.2, 300, half_life=0.3)
            .noisy(0.1)
            .with_value(0, 3.2)
            .with_value(4, 4.4, 5.0, 4.4, 4.0),
            lr=cosine(3e-3, 300),
        ),
        fires(
            "the log begins after the overshoot, with a burst of the gradient",
            settings=ADAM,
            train_loss=BURSTING,
            lr=flat(0.1, 120),
            grad_norm=decay(30.0, 1.5, 12, half_life=0.12).followed_by(flat(1.0, 108)),
        ),
        fires(
            "the log begins after the overshoot, and the loss leaps",
            axis=Axis.STEP,
            settings=ADAM,
            train_loss=given([23.0, 30.0, 8.2, 17.5, 19.0, 9.2, 7.2, 5.0])
            .followed_by(decay(4.0, 1.5, 112))
            .noisy(0.01),
            lr=cosine(0.2, 120),
        ),
        fires(
            "thrown to twice its start, and the rate is known to be far too high",
            settings={**ADAM, "lr": 1.0},
            varies={"steps instead of epochs": "a single step may be an odd batch"},
            train_loss=given([0.96, 2.2, 1.1, 0.5, 0.4, 0.3, 0.25, 0.22, 0.2, 0.2, 0.19, 0.19]),
        ),
        fires(
            "thrown to three times its start at a rate that is not logged, and learns",
            axis=Axis.STEP,
            train_loss=given([4.2, 11.0, 15.0, 17.4, 16.0, 8.5]).followed_by(decay(3.6, 3.0, 194).noisy(0.05)),
        ),
        fires(
            "thrown without clipping, where a sibling that clips learns",
            settings={"task": "text", "lr": 4.0, "max_grad_norm": 0.0},
            siblings=(example_run({"task": "text", "lr": 4.0, "max_grad_norm": 1.0}, train_loss=decay(3.7, 1.5)),),
            axis=Axis.STEP,
            train_loss=given([3.7, 4.1, 22.7, 18.0, 20.0])
            .followed_by(decay(10.0, 2.0, 200, half_life=0.1))
            .noisy(0.02),
        ),
        fires(
            "SGD throws the loss a hundredfold",
            settings={"optimizer": "SGD"},
            train_loss=given([2.6, 6.5, 120.0, 650.0, 450.0]).followed_by(decay(400.0, 1.7, 295, half_life=0.05)),
            lr=cosine(0.3, 300),
        ),
        fires(
            "the log begins at twice guessing, and the rate is known to be far too high",
            varies={"bits instead of nats": "guessing is known in nats"},
            axis=Axis.STEP,
            settings={**ADAM, "lr": 0.2, "num_classes": 12},
            train_loss=given([5.85, 3.4, 2.5, 2.4]).followed_by(decay(2.1, 2.0, 86).noisy(0.07)),
        ),
        fires(
            "an evaluation before training says how far the log begins above it",
            axis=Axis.STEP,
            train_loss=decay(120.0, 0.4, 60, half_life=0.01).noisy(0.05).without(0, 0),
            val_loss=given([1.0, 4.4, 1.5, 0.9]).followed_by(decay(0.7, 0.5, 56)),
        ),
        silent(
            "thrown to twice its start at an ordinary rate",
            settings={**ADAM, "lr": 1e-3},
            train_loss=given([0.96, 2.2, 1.1, 0.5, 0.4, 0.3, 0.25, 0.22, 0.2, 0.2, 0.19, 0.19]),
        ),
        silent(
            "half a dozen batches of a model that was trained before",
            axis=Axis.STEP,
            train_loss=given([0.0039, 0.0266, 0.017, 0.0032, 0.004, 0.0035]),
            val_loss=given([0.6672, 0.6681, 0.6664, 0.6657, 0.665, 0.6647]),
        ),
        silent(
            "the log begins as high, and nothing says where the run did",
            axis=Axis.STEP,
            train_loss=decay(120.0, 0.4, 60, half_life=0.01).noisy(0.05).without(0, 0),
        ),
        silent(
            "thrown high again by later data",
            axis=Axis.STEP,
            train_loss=given([4.2, 15.0, 17.4, 8.5, 3.6]).followed_by(decay(3.4, 3.0, 45).with_value(30, 9.0)),
        ),
        silent(
            "thrown to three times its start during a warm-up",
            settings={"warmup_steps": 10},
            axis=Axis.STEP,
            train_loss=given([4.2, 15.0, 17.4, 8.5, 3.6]).followed_by(decay(3.4, 3.0, 45).noisy(0.05)),
        ),
        silent(
            "begins high and falls, at a rate far too high for most",
            settings={**ADAM, "lr": 0.3},
            axis=Axis.STEP,
            train_loss=given([5.85, 3.4, 2.5, 2.4]).followed_by(decay(2.1, 2.0, 86).noisy(0.07)),
        ),
        silent(
            "falls as fast with neither leaps nor a burst of the gradient",
            settings=ADAM,
            train_loss=BURSTING,
            lr=flat(0.1, 120),
            grad_norm=decay(4.0, 1.5, 12, half_life=0.3).followed_by(flat(1.0, 108)),
        ),
        silent(
            "a burst of the gradient while the loss falls to half",
            settings=ADAM,
            train_loss=decay(4.0, 2.0, 12, half_life=0.2).followed_by(line(2.0, 1.6, 108)).noisy(0.01),
            lr=flat(0.1, 120),
            grad_norm=decay(30.0, 1.5, 12, half_life=0.12).followed_by(flat(1.0, 108)),
        ),
        silent(
            "falls fast by leaps as they come later, too",
            settings=ADAM,
            train_loss=BURSTING.heavy_tailed(0.2),
            lr=flat(0.1, 120),
        ),
        silent("no harm done", settings=ADAM, train_loss=decay(3.2, 0.3, 300).noisy(0.02), lr=cosine(3e-3, 300)),
        silent("SGD at a constant rate", settings={"optimizer": "SGD"}, train_loss=OVERSHOT, lr=flat(0.1, 300)),
        silent(
            "overshoots during its warm-up",
            settings=ADAM,
            train_loss=OVERSHOT,
            lr=line(0.0, 3e-3, 30).followed_by(cosine(3e-3, 270)),
        ),
        silent(
            "a small overshoot of one step",
            settings=ADAM,
            train_loss=decay(3.2, 0.3, 300).with_value(1, 3.95).noisy(0.02),
            lr=cosine(3e-3, 300),
        ),
        silent(
            "a ripple of a loss that never learns",
            settings=ADAM,
            train_loss=decay(1.63, 1.61, 120, half_life=0.05).with_value(2, 1.67).noisy(0.0005),
            lr=flat(4e-3, 120),
        ),
        silent(
            "single examples, whose losses are like that throughout",
            settings=ADAM,
            train_loss=decay(2.3, 0.6, 300).heavy_tailed(0.6).with_value(0, 2.3).with_value(3, 8.0),
            lr=flat(1e-3, 300),
        ),
        silent(
            "rises late",
            settings=ADAM,
            train_loss=decay(3.2, 0.3, 300).with_value(40, 6.9, 7.5, 5.0).noisy(0.02),
            lr=cosine(3e-3, 300),
        ),
        silent(
            "an overshoot within the noise",
            settings=ADAM,
            train_loss=decay(3.2, 2.2, 300).noisy(0.07, seed=1).with_value(0, 3.2).with_value(3, 3.7),
            lr=flat(1e-3, 300),
        ),
        silent("a short log", settings=ADAM, train_loss=given(OVERSHOT.values[3:41]), lr=cosine(3e-3, 38)),
        silent(
            "far behind a sibling with a warm-up, of which no settings are known",
            train_loss=decay(3.2, 2.9, 300, half_life=0.01).noisy(0.05),
            lr=flat(1e-2, 300),
            siblings=(
                example_run(
                    train_loss=decay(3.2, 0.4, 300).noisy(0.05),
                    lr=line(0.0, 1e-2, 30).followed_by(cosine(1e-2, 270)),
                ),
            ),
        ),
        silent(
            "far behind a sibling with a warm-up, and another rate that the settings do not name",
            settings={"train_batch_size": 32},
            train_loss=decay(3.2, 2.9, 300, half_life=0.5).noisy(0.05),
            lr=flat(0.1, 300),
            siblings=(
                example_run(
                    settings={"train_batch_size": 32},
                    train_loss=decay(3.2, 0.4, 300).noisy(0.05),
                    lr=line(0.0, 3e-3, 30).followed_by(cosine(3e-3, 270)),
                ),
            ),
        ),
        silent(
            "a little behind a sibling with a warm-up",
            settings={**ADAM, "lr": 1e-2, "warmup_steps": 0},
            train_loss=decay(3.2, 0.6, 300).noisy(0.02),
            siblings=(
                example_run(
                    settings={**ADAM, "lr": 1e-2, "warmup_steps": 30}, train_loss=decay(3.2, 0.4, 300).noisy(0.02)
                ),
            ),
        ),
        silent(
            "the rate jumps to full and the loss goes on falling",
            train_loss=decay(3.2, 0.4, 300).noisy(0.02),
            lr=flat(1e-5, 60).followed_by(flat(1e-3, 240)),
        ),
        silent(
            "the rate doubles, and the loss rises",
            train_loss=JUMPED,
            lr=flat(5e-4, 60).followed_by(flat(1e-3, 240)),
        ),
        silent(
            "codes that follow the encoder, which is ahead of them at first",
            total_loss=given([3.1, 7.2, 33.0, 16.0, 6.5, 3.5, 2.1]).followed_by(decay(1.6, 0.5, 53)).noisy(0.01),
            vq_loss=given([0.15, 5.3, 31.9, 14.9, 5.4, 2.5, 1.1]).followed_by(decay(0.6, 0.3, 53)).noisy(0.01),
            recon_loss=given([2.95, 1.9, 1.1, 1.1, 1.1, 1.0, 1.0]).followed_by(decay(1.0, 0.2, 53)).noisy(0.01),
        ),
        fires(
            "the reconstruction is thrown with the codes",
            total_loss=given([3.1, 9.3, 35.0, 27.0, 17.0, 11.0, 7.0]).followed_by(decay(3.8, 0.6, 53)).noisy(0.01),
            vq_loss=given([0.15, 5.3, 22.0, 16.0, 9.0, 5.0, 3.0]).followed_by(decay(1.2, 0.3, 53)).noisy(0.01),
            recon_loss=given([2.95, 4.0, 13.0, 11.0, 8.0, 6.0, 4.0]).followed_by(decay(2.6, 0.3, 53)).noisy(0.01),
        ),
        fires(
            "the reconstruction is thrown, whatever the codes do",
            total_loss=given([3.1, 7.2, 33.0, 16.0, 6.5, 3.5, 2.1]).followed_by(decay(1.6, 0.5, 53)).noisy(0.01),
            vq_loss=given([0.15, 0.3, 1.1, 1.0, 0.5, 0.4, 0.3]).followed_by(decay(0.3, 0.2, 53)).noisy(0.01),
            recon_loss=given([2.95, 6.9, 31.9, 15.0, 6.0, 3.1, 1.8]).followed_by(decay(1.3, 0.3, 53)).noisy(0.01),
        ),
    )

    def check(self, start: FullRateStart, thrown: ThrownAtStart | None) -> Iterator[Finding]:
        """Look for an overshoot, a sibling with a warm-up that learns, a jump of the rate, and a run thrown at once."""
        train, schedule, settings = start.train, start.schedule, start.settings
        if schedule is not None and schedule.is_range_test:
            return
        full, many = start.is_full(self.full), len(train) >= self.min_points
        if many and (jumped := self._jumped(train, schedule)):
            yield jumped
        if start.is_of_scale or is_of_codes(start.siblings.run, train.series, int(train.series.values.argmax())):
            return
        is_judged = many and full and settings.is_adaptive is not False
        if is_judged and (effect := start.effect(self.thresholds_for(FullRateThresholds))):
            yield self._too_early(start, effect)
        elif thrown is not None and (full or schedule is None) and not settings.warmup:
            yield self._thrown(train.series, thrown, start.siblings)

    def _too_early(self, start: FullRateStart, effect: FullRateEffect) -> Finding:
        """Report what the full rate did to the loss before it learnt."""
        train, is_sure = start.train, effect.is_measured and start.settings.is_adaptive
        return self.finding(
            f"{train.series.name} {effect.clause}, with the full learning rate from the first step on",
            Span(train.series.name, train.series.first_step, effect.last_step, "no warm-up"),
            confidence=confidence_from(MEDIUM_MARGIN, len(train)) if is_sure else Confidence.MEDIUM,
            causes=start.causes(effect),
            evidence={
                "start": Quantity(train.first),
                "highest early loss": Quantity(effect.peak),
                "end": Quantity(train.end),
            },
        )

    def _thrown(self, series: Series, thrown: ThrownAtStart, siblings: Siblings) -> Finding:
        """Report first updates that threw the loss so far that neither noise nor the kind of optimizer matters."""
        at, rate = int(series.steps[thrown.index]), given_rate(siblings.run)
        known = f" ({thrown.known_from})" if thrown.known_from else ""
        with_rate = "" if rate is None else f", with a learning rate of {number(rate)}"
        return self.finding(
            f"{series.name} is thrown from {number(thrown.start)}{known} to {number(thrown.peak)} at "
            f"{place(series, at)}{with_rate}, before it learns",
            Span(series.name, series.first_step, at, "thrown"),
            confidence=Confidence.MEDIUM,
            causes=causes_of_throw(thrown, siblings, at),
            evidence={"start": Quantity(thrown.start), "highest early loss": Quantity(thrown.peak)},
        )

    def _jumped(self, train: Trend[TrainLoss], schedule: Schedule | None) -> Finding | None:
        """A jump of the rate to its full value, never seen before, and the rise of the loss after it."""
        rates, steps = (schedule.rates, schedule.series.steps) if schedule else (np.zeros(1), np.zeros(1))
        full = int(np.argmax(rates >= self.full * rates.max()))
        if full < 2 or rates[0] <= 0 or np.diff(rates[:full]).min() < 0 or rates[full] < self.jump * rates[full - 1]:
            return None
        series, at = train.series, int(steps[full])
        where = int(np.searchsorted(series.steps, at))
        before, after = series.values[max(where - 5, 0) : where], series.values[where + 1 : where + 11]
        rise = median(after) - median(before) if min(len(before), len(after)) >= 3 else 0.0
        least = max(self.overshoot * abs(train.first - train.end), 1e-300)
        if rise < max(least, self.min_z * train.noise):
            return None
        said = f"the rate goes from {number(rates[full - 1])} to {number(rates[full])} at {place(series, at)}"
        return self.finding(
            f"{said}, and {series.name} rises by {number(rise)}",
            Span(series.name, int(series.steps[where]), int(series.steps[min(where + 10, len(series) - 1)]), "rises"),
            confidence=confidence_from(rise / least, len(train)),
            causes=(because("learning-rate-jump", Strength.LIKELY, pro=[said]),),
            evidence={"rise": Quantity(rise)},
        )
