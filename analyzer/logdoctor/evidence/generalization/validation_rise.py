"""How far validation has to rise, and training to fall on, before a run overfits."""

from __future__ import annotations

import numpy as np

from logdoctor.run import Series
from logdoctor.run.roles import ValLoss, ValMetric
from logdoctor.signals import Gap, Trend
from logdoctor.signals.optimization.accuracy import examples_of
from logdoctor.signals.optimization.stand_ins import is_of_errors
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.smoothing import SMOOTHED

HALVED = 0.5
"""Training loss as a share of what it was when validation was best, below which more is memorised than not."""

BORNE_OUT = 0.5
"""Part of a rise of validation that is enough where the metric falls with it: two things that agree."""

PLAINLY = 0.1
"""Fall of the metric as a share of its best, from which the loss need rise by no more than luck explains: wrong labels
memorised cost a tenth."""

SURELY = 2.0
"""The same fall in units of what it takes to be one."""

SURE_RISE = 2.0
"""Rise of validation in units of its noise, from which what is learnt may be memorised."""

APART = 0.5
"""Distance of validation from training at the end as a share of training's fall, from which it is."""

LEARNT = 0.05
"""The least fall, as a share of the start, that this distance is measured by."""

FEW = 4
"""Evaluations that are enough where each is higher than the last: once in 24 by chance, were there no falling loss to
bring them down."""

EVALUATED = 2
"""The same where training was evaluated with validation, on as many batches: what those stray by shows in both."""

AT_MOST = 5
"""Evaluations up to which all that can bend a curve is one of them."""

GROWN = 1.1
"""The last of them in units of the first, from which they have risen."""

SURELY_FALLS = 2.0
"""Fall of training from the first to the last third since the best in units of its standard error, that is no luck."""

LEFT = 2.0
"""Validation loss at the end in units of the training loss there, and of its own lowest, from which it has left
training behind."""

AT_REST = 0.1
"""What training has moved since validation was best as a share of the rise of validation, up to which it rests."""

LAST = 3
"""Fewest values at the end that must lie high, where validation stays there: two jumps may meet."""

NEARLY_ALL = 0.9
"""Share of the last values of validation that must lie high, where it stays there."""

HALF_LEFT = 0.5
"""Part of the rise that is left at each of them."""

ERRORS_STRAY = 0.02
"""Share of examples by which an accuracy that was chosen as the best is beaten by itself: of a thousand, one in ten of
them wrong, two standard deviations."""

FEW_EXAMPLES = 60
"""Examples up to which a metric that has lost a tenth has lost six of them, which may come back."""


def part_to_rise(metric: Trend[ValMetric] | None, share: float, sigmas: float) -> float:
    """Return what part of a rise of validation is enough: all of it, or less where a metric tells of the same.

    A metric does that ends below its best by a share of it and by so many times the noise of its level.
    """
    if metric is None:
        return 1.0
    best = float(metric.level.max())
    fallen, noise = best - metric.end, sigmas * metric.level_noise
    plainly = fallen > max(PLAINLY * abs(best), SURELY * noise)
    if plainly and not examples_of(metric.series, FEW_EXAMPLES):
        return 0.0
    return BORNE_OUT if fallen > max(share * abs(best), noise) else 1.0


def rises_ever(val: Trend[ValLoss], trained: Series | None = None) -> bool:
    """Whether of few evaluations each is higher than the one before, from the lowest on, and the last far above that.

    What so few values bend would pass for noise. Where the training loss was evaluated with them, it has to fall on
    from each to the next, to less than half of validation.
    """
    lowest = int(np.argmin(val.series.values))
    since = val.series.values[lowest:]
    rises = bool((np.diff(since) > 0).all()) and bool(since[-1] >= GROWN * since[0] > 0)
    if not rises or len(val) > AT_MOST:
        return False
    falls = trained is not None and bool((np.diff(trained.values[lowest:]) < 0).all())
    left_behind = falls and trained is not None and bool(since[-1] >= LEFT * trained.values[-1])
    return len(since) >= (EVALUATED if left_behind else FEW)


def falls_on(gap: Gap, least: float) -> bool:
    """Whether training falls by more than that, from the first third since validation was best to the last, surely.

    However noisy its batches are, medians of a third of them are not.
    """
    since = gap.train_since_best
    third = len(since) // 3
    if not third:
        return False
    fall = median(since[:third]) - median(since[-third:])
    return fall > max(least, SURELY_FALLS * gap.train.error_of(third, third))


def rises_from_rest(gap: Gap, least: float) -> bool:
    """Whether validation rises by more than that for good, to far above its lowest and a training loss at rest.

    Weights that were thrown, as by a bad batch, show in training as well: it never rises by half as much.
    """
    train, val = gap.train, gap.val
    risen, moved = val.end - val.best, abs(gap.train_at_best - train.end)
    far = val.end >= LEFT * max(val.best, train.end) > 0
    thrown = float(gap.train_level[val.best_at :].max()) > gap.train_at_best + HALF_LEFT * risen
    return far and stays_up(val) and not thrown and risen > least and moved <= AT_REST * risen


def stays_up(val: Trend[ValLoss]) -> bool:
    """Whether half of the rise is left, at least, at the last three values, or at nearly all of the last fifth."""
    last = val.series.values[-max(LAST, len(val) // 5) :]
    return float(np.quantile(last, 1 - NEARLY_ALL)) >= val.best + HALF_LEFT * (val.end - val.best)


def by_chance(val: Trend[ValLoss], sigmas: float, trained: Series | None = None) -> float:
    """Return how far validation may end above its lowest by its noise alone; 0 where few values rise one by one.

    The lowest of m independent values lies sqrt(2 ln m) sigmas below their level by luck. Errors of an accuracy that
    stand in for a loss stray by what their examples let them, however slowly.
    """
    luck = float(np.sqrt(2 * np.log(max(len(val.level) / SMOOTHED, 1.0))))
    strays = ERRORS_STRAY if is_of_errors(val.series) else 0.0
    return max(strays, 0.0 if rises_ever(val, trained) else (sigmas + luck) * val.level_noise)


def memorises_only(gap: Gap) -> bool:
    """Whether what little is learnt is memorised: validation ends worse than it began, and far from training."""
    train, val = gap.train, gap.val
    least = APART * max(train.start - train.end, LEARNT * train.start)
    return val.end - val.first > SURE_RISE * val.level_noise and val.end - train.end > least
