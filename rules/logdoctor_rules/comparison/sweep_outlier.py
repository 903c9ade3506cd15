"""One run that ends far from the others of its set-up although its settings lie among theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import Comparison, GroupRule, Quantity, example_run, fires, silent, threshold
from logdoctor.curves import decay, flat
from logdoctor.run import Run, Setting, as_number
from logdoctor.signals import Member, SetUp
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA
from logdoctor.wording import number


def _sweep(*ends: float) -> tuple[Run, ...]:
    return tuple(example_run({"width": 8 * i}, train_loss=decay(2.3, end)) for i, end in enumerate(ends, start=1))


@dataclass(frozen=True)
class SweepOutlier(GroupRule):
    """One run of a set-up ends far worse than all others, and its settings do not say why.

    Its settings lie among those of runs that went well: the same values, or values between theirs. That leaves luck
    (look at its seed), a fault of the machine, or a setting that was not logged. A run at the edge of a sweep is no
    outlier: there the setting itself is the reason.
    """

    id = "sweep-outlier"
    title = "One run ends far from its siblings"
    limits = (
        "Needs 5 comparable runs of which only one is odd. It reports only runs that end badly, and cannot "
        "distinguish luck from a setting that was not logged."
    )

    min_runs: float = threshold(5.0, "runs of the set-up: with fewer, one of them cannot be called odd")
    min_z: float = threshold(
        6.0,
        "distance from the median of the others in units of their spread (from the median absolute deviation); of a "
        "dozen runs none lies so far out by chance, even with heavy tails",
    )
    min_share: float = threshold(
        0.2, "the same as a share of what the others gained: where all end alike, a small distance is many spreads"
    )

    examples = (
        fires(
            "one run in the middle learnt little",
            settings={"width": 20},
            siblings=_sweep(0.41, 0.40, 0.38, 0.37),
            train_loss=decay(2.3, 1.7),
        ),
        fires(
            "one run in the middle failed",
            settings={"width": 20},
            siblings=_sweep(0.41, 0.40, 0.38, 0.37),
            train_loss=decay(2.3, 1.7, 40).followed_by(flat(float("nan"), 80)),
        ),
        silent(
            "all end alike",
            settings={"width": 20},
            siblings=_sweep(0.41, 0.40, 0.38, 0.37),
            train_loss=decay(2.3, 0.42),
        ),
        silent(
            "a little off, though the others agree",
            settings={"width": 20},
            siblings=_sweep(0.400, 0.401, 0.400, 0.399),
            train_loss=decay(2.3, 0.5),
        ),
        silent(
            "the others lie far apart too",
            settings={"width": 20},
            siblings=_sweep(1.1, 0.8, 0.5, 0.2),
            train_loss=decay(2.3, 1.3),
        ),
        silent(
            "a run at the end of a wide spread",
            settings={"width": 20},
            siblings=_sweep(0.7, 0.6, 0.5, 0.4),
            train_loss=decay(2.3, 1.2),
        ),
        silent(
            "the edge of the sweep",
            settings={"width": 64},
            siblings=_sweep(0.41, 0.40, 0.38, 0.37),
            train_loss=decay(2.3, 1.7),
        ),
        silent(
            "the highest rate of its recipe, which went well with another width",
            settings={"width": 8, "lr": 0.1},
            siblings=(
                *(example_run({"width": 8, "lr": lr}, train_loss=decay(2.3, 0.4)) for lr in (0.001, 0.01, 0.03)),
                *(example_run({"width": 16, "lr": lr}, train_loss=decay(2.3, 0.41)) for lr in (0.01, 0.1)),
            ),
            train_loss=decay(2.3, 1.7),
        ),
        silent(
            "three runs",
            settings={"width": 12},
            siblings=_sweep(0.41, 0.40),
            train_loss=decay(2.3, 1.7),
        ),
    )

    def check(self, set_up: SetUp) -> Iterator[Comparison]:
        """Compare each run with all the others; more than one odd run is no outlier."""
        if len(set_up) < self.min_runs or len(set_up.failed) > 1:
            return
        odd = [one for one in set_up if self._is_far(one, set_up)]
        if len(odd) != 1 or not _lies_among(odd[0], set_up) or _ends_its_sweep(odd[0], set_up):
            return
        outlier = odd[0]
        others = [one for one in set_up if one is not outlier]
        results = [one.result for one in others]
        said = f"ends at {number(outlier.result)}" if not outlier.failure else f"fails: {outlier.failure}"
        yield self.comparison(
            f"{outlier.run.name} {said}, while the {len(others)} others reach a {set_up.measured_by} of "
            f"{number(min(results))} to {number(max(results))}; its settings lie among theirs",
            [outlier.run, *(one.run for one in others)],
            {
                "result": Quantity(outlier.result),
                "median of the others": Quantity(float(np.median(results))),
                "spread of the others": Quantity(_spread(np.array(results))),
            },
        )

    def _is_far(self, one: Member, set_up: SetUp) -> bool:
        others = [other for other in set_up if other is not one]
        results = np.array([other.result for other in others])
        if not np.isfinite(results).all():
            return False
        if one.failure:
            return True
        median = float(np.median(results))
        starts = [other.train.start for other in others if other.train is not None]
        gained = max(float(np.median(starts)) - median, 0.0)
        away = one.result - median
        return bool(away >= self.min_z * _spread(results) and away >= self.min_share * gained)


def _spread(results: np.ndarray) -> float:
    return MAD_TO_SIGMA * float(np.median(np.abs(results - np.median(results))))


def _lies_among(one: Member, set_up: SetUp) -> bool:
    """Whether each setting of a run has a value that others have too, or a number between theirs."""
    others = [other.settings for other in set_up if other is not one]
    return all(_is_among(value, [other.get(name) for other in others]) for name, value in one.settings.items())


def _ends_its_sweep(one: Member, set_up: SetUp) -> bool:
    """Whether a run has the highest or the lowest rate of those of its recipe: the rate tells why."""
    sweeps = ([member.rate or 0.0 for member in sweep] for sweep in set_up.rate_sweeps if one in sweep)
    return any((one.rate or 0.0) in (min(rates), max(rates)) for rates in sweeps)


def _is_among(value: Setting, others: list[Setting]) -> bool:
    if value in others:
        return True
    here, numbers = as_number(value), [one for one in map(as_number, others) if one is not None]
    return here is not None and bool(numbers) and min(numbers) < here < max(numbers)
