"""Why a loss that has learnt something rests on a plateau."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.causes import because, likely_because, ranked
from logdoctor.evidence.optimization.plateau.more_to_be_had import MoreToBeHad
from logdoctor.evidence.optimization.stuck.signs import rate_died
from logdoctor.evidence.rate_fixes import decayed_from_there
from logdoctor.evidence.rates import only_higher_went_well, rate_too_high, rate_too_low
from logdoctor.evidence.told_by_settings import over_regularised, smaller_model, strong_regularisation
from logdoctor.evidence.usual_rates import AMPLE_RATE, MODEST, above_usual, is_beyond_usual, low_rate, rate_height
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.run.roles import LearningRate, TrainLoss
from logdoctor.signals import Hyperparameters, Schedule, Siblings, Trend, UpdateSigns, given_rate
from logdoctor.wording import percent

DECAYED = 0.1
"""Last rate as a share of its peak from which down a loss does not circle a minimum at too high a rate."""

NOISY = 1e-3
"""Noise of a resting loss as a share of its level from which it may circle a minimum, as at too high a rate."""

AT_ONCE = 0.05
"""Share of the run within which a loss has come to rest at once."""

LITTLE = 0.1
"""Part of the fall that may come after that."""

LEARNT = 0.1
"""Level as a share of the start down to which a loss has learnt most of what there is, whatever its rate."""

SMOOTH = 0.002
"""Noise as a share of the level up to which no update overshoots: a convex model converges at any rate that does not
throw it. Runs that rest because of their rate waver by twice as much and more."""

LARGE = 15.0
"""Level above which a loss is one of targets in their own units, which take rates as large with an optimizer whose step
is its rate: a cross-entropy lies below ln of three million classes."""

VARIANCE = 1.0
"""Loss of guessing the mean of normalised targets: below it a regression may rest at its noise, and train with SGD,
whatever its framework takes by default."""


@dataclass(frozen=True, eq=False)
class RestingLoss:
    """A training loss beside what tells why it may rest: its rate, the settings, other curves, sibling runs."""

    train: Trend[TrainLoss]
    schedule: Schedule | None
    signs: UpdateSigns
    settings: Hyperparameters
    siblings: Siblings

    @property
    def rate_beyond(self) -> str:
        """A rate far beyond what trains with its optimizer, where the loss rests high and wavers."""
        train, settings = self.train, self.settings
        if train.noise <= SMOOTH * abs(train.end):
            return ""
        least = LEARNT * train.start if settings.optimizer else max(LEARNT * train.start, VARIANCE)
        high = least < train.end <= LARGE
        return above_usual(settings.run, settings) if high and is_beyond_usual(settings) else ""

    def decayed_by(self, step: int, *, decayed: float, dead: float) -> str:
        """Say so where the rate had decayed by the step at which the loss goes flat, and is dead for half of the run.

        `decayed` and `dead` are shares of its peak.
        """
        schedule, middle = self.schedule, int(self.train.steps[len(self.train.steps) // 2])
        if schedule is None or schedule.share_at(step) > decayed or schedule.share_at(middle) > dead:
            return rate_died(self.settings.run)
        return f"the learning rate is down to {percent(schedule.share_at(step))} of its peak where the loss goes flat"

    def causes(self, more: MoreToBeHad, *, died: str) -> tuple[Cause, ...]:
        """Rank the causes of its rest; `more` says what more was to be had, `died` that the rate did.

        A network whose accuracy differs from evaluation to evaluation answers by the input: it may be too small, but is
        hardly dead.
        """
        settings, siblings, lower = self.settings, self.siblings, more.lower
        answers, strong, low = self.signs.many_answers, strong_regularisation(settings), low_rate(settings, siblings)
        small, slow = smaller_model(lower) if lower else "", only_higher_went_well(siblings)
        same_rate = lower is not None and given_rate(lower.run) == given_rate(siblings.run) is not None
        against = f"sibling run {lower.run.name} has the same rate" if lower is not None and same_rate else ""
        explained = bool(died or strong or small or same_rate or slow or low)
        at_once = self.train.at(AT_ONCE) - self.train.end <= LITTLE * max(self.train.fall, 1e-300)
        found = ranked(
            likely_because("schedule-decays-too-soon", died),
            *([rate_too_low(siblings, Strength.LIKELY, pro=[low])] if slow or low else []),
            over_regularised(settings, Strength.LIKELY if strong else Strength.UNLIKELY, pro=[strong]),
            because(
                "model-too-small",
                Strength.LIKELY if small else Strength.POSSIBLE if answers else Strength.UNLIKELY,
                pro=[small],
            ),
            self._circling(more.beyond, against, explained=explained),
            because(
                "dead-activations",
                pro=["the loss is flat within a twentieth of the run"] if at_once else [],
                contra=[answers],
            ),
            because("bad-initialization", contra=[answers]),
        )
        return tuple(one for one in found if one.strength is not Strength.UNLIKELY or one.contra)

    def _circling(self, beyond: str, against: str, *, explained: bool) -> Cause:
        """Weigh a rate so high that the loss circles a minimum: it wavers, at a large rate that has not decayed."""
        decayed = self._rate_has_decayed
        calm = explained or (decayed and not self._is_large(1))
        noise, level = self.train.noise, abs(self.train.end)
        wavers = noise > NOISY * level and not calm
        circles = f"it wavers by {percent(noise / level)} around its level" if wavers and level else ""
        may_be = likely_if(wavers and not decayed and self._is_large(MODEST))
        strength = Strength.LIKELY if beyond else Strength.UNLIKELY if calm else may_be
        cause = rate_too_high(self.siblings, strength, pro=[beyond, circles], contra=[against])
        return decayed_from_there(cause, self.settings.run) if circles and not beyond else cause

    def _is_large(self, least: float) -> bool:
        """Whether steps may be too long at the rate: so high for its optimizer, or ample for any."""
        run = self.settings.run
        height, rate = rate_height(run, self.settings), given_rate(run) or 0.0
        return rate >= AMPLE_RATE if height is None else height >= least

    @property
    def _rate_has_decayed(self) -> bool:
        """Whether the logged rate ends far below its peak."""
        logged = self.settings.run.find(LearningRate)
        if logged is None or not len(logged.finite):
            return False
        rates = logged.finite.values
        return bool(rates[-1] <= DECAYED * rates.max())
