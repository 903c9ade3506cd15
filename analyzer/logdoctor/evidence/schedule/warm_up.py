"""Why a run would have needed a warm-up: siblings that have one, the gradient of the first steps, the rate itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.causes import because
from logdoctor.evidence.rates import rate_too_high
from logdoctor.evidence.schedule.thrown_at_start import ThrownAtStart
from logdoctor.evidence.siblings import cured_first
from logdoctor.evidence.usual_rates import above_usual, greatest_height, rate_height
from logdoctor.finding import Cause, Fix, Strength, likely_if
from logdoctor.run import Run
from logdoctor.run.roles import GradNorm, LearningRate, TrainLoss
from logdoctor.signals import Hyperparameters, Sibling, Siblings, Trend, given_rate
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

BURST = 5.0
"""Gradient norm in units of its median from which it speaks: networks begin with one of two or three times that."""


def warmed_sibling(train: Trend[TrainLoss], siblings: Siblings, *, full: float, share: float) -> Sibling | None:
    """Return the sibling that differs in its warm-up alone, as the settings say, and ends far lower.

    Far is a share of its own fall; a rate below `full` of its peak at first is a warm-up. Peaks further apart than that
    are two rates, whatever the settings leave out.
    """
    own = _logged_rates(siblings.run).max(initial=0.0)
    for one in siblings:
        fall, rates = one.train.start - one.train.end, _logged_rates(one.run)
        ramps = len(rates) > 0 and rates[0] < full * rates.max()
        low, high = sorted((own, rates.max(initial=0.0)))
        told_alike = bool(siblings.run.hyperparameters) and all("warm" in name.lower() for name in one.differs)
        same = told_alike and not 0 < low < full * high
        if same and (ramps or one.differs) and fall > 0 and train.end - one.train.end >= share * fall:
            return one
    return None


def _logged_rates(run: Run) -> NDArray[np.float64]:
    logged = run.find(LearningRate)
    return np.empty(0) if logged is None else logged.finite.values


def causes_of_full_rate(
    grads: Trend[GradNorm] | None, settings: Hyperparameters, siblings: Siblings, warmed: Sibling | None, until: int
) -> tuple[Cause, ...]:
    """Return the causes of an overshoot over the steps until a given one: a warm-up first, unless the rate is known."""
    pro, fixes = [f"the optimizer is {settings.optimizer_name}"] if settings.is_adaptive else [], []
    if grads is not None and (later := median(grads.series.values)) > 0:
        burst = float(grads.series.values[grads.series.steps <= until].max(initial=0.0)) / later
        said = f"the gradient norm is {number(burst)} times its usual value within the first steps"
        pro += [said] if burst >= BURST else []
    if warmed is not None:
        pro.append(f"sibling run {warmed.run.name}, with a warm-up, ends at {number(warmed.train.end)}")
        fixes = [Fix("warm up as the sibling run does", f"sibling run {warmed.run.name}", "the sibling's settings")]
    high = _too_high(settings)
    warm_up = because("missing-warmup", likely_if(not high or warmed), pro=pro, fixes=fixes or [_warm_up_over(until)])
    rate = rate_too_high(siblings, likely_if(high), pro=[high])
    return _or_clipping(siblings, *((rate, warm_up) if high else (warm_up, rate)))


def _too_high(settings: Hyperparameters) -> str:
    """Say so where the rate is above what usually trains with its optimizer, or, not known, with one of Adam's kind."""
    if rate_height(settings.run, settings) is not None:
        return above_usual(settings.run, settings)
    rate, most = given_rate(settings.run), greatest_height(settings.run, settings)
    is_high = rate is not None and most is not None and most > 1
    return f"a rate of {number(rate)} is above the usual for an optimizer with a second moment" if is_high else ""


def causes_of_throw(thrown: ThrownAtStart, siblings: Siblings, until: int) -> tuple[Cause, ...]:
    """Return the causes of a run that its first updates threw: what swings strongly from the start has too high a rate.

    With a warm-up that rate may yet do, or with clipping, where a sibling shows it.
    """
    said = f"the first updates throw the loss to {number(thrown.peak / thrown.start)} times its start"
    return _or_clipping(
        siblings,
        rate_too_high(siblings, Strength.LIKELY, pro=[said]),
        because("missing-warmup", Strength.POSSIBLE, fixes=[_warm_up_over(max(until, 1))]),
    )


def _or_clipping(siblings: Siblings, *causes: Cause) -> tuple[Cause, ...]:
    """Rank causes of a first stretch of harm; the clipping of a sibling that went well comes first."""
    found = cured_first(siblings, *causes, because("no-gradient-clipping", Strength.UNLIKELY))
    return tuple(one for one in found if one.strength is not Strength.UNLIKELY)


def _warm_up_over(until: int) -> Fix:
    return Fix(f"warm up over the first {number(2 * until)} steps", basis="twice as long as the harm lasted")
