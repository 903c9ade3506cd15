"""How far runs lie apart that differ in the seed alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from logdoctor import Comparison, GroupRule, Quantity, example_run, fires, silent, threshold
from logdoctor.curves import decay, flat
from logdoctor.signals import Member, SetUp
from logdoctor.signals.statistics.median import median
from logdoctor.wording import apart, counted, having, number


@dataclass(frozen=True)
class SeedSpread(GroupRule):
    """Runs of one recipe under several seeds show how far luck alone moves the result.

    A difference between two settings that is smaller than this spread proves nothing for either. Failed runs are
    counted, not averaged: a recipe that fails under one seed in three is not a good one.
    """

    id = "seed-spread"
    title = "How far apart runs of one recipe end"
    references = ("Bouthillier et al. (2021), Accounting for Variance in ML Benchmarks, arXiv:2103.03098",)
    limits = (
        "Needs 3 runs that differ only in the seed, 2 of which went well. A difference that no setting shows counts "
        "as luck, and so few runs give only a rough spread."
    )

    min_runs: float = threshold(3.0, "runs of one recipe; two give no idea of a spread, only of a difference")

    examples = (
        fires(
            "three seeds",
            settings={"lr": 0.1, "seed": 1},
            siblings=(
                example_run({"lr": 0.1, "seed": 2}, train_loss=decay(2.3, 0.34)),
                example_run({"lr": 0.1, "seed": 3}, train_loss=decay(2.3, 0.28)),
            ),
            train_loss=decay(2.3, 0.3),
        ),
        fires(
            "one seed of four fails",
            settings={"lr": 0.1, "seed": 1},
            siblings=tuple(
                example_run({"lr": 0.1, "seed": seed}, train_loss=decay(2.3, 0.3 + seed / 100)) for seed in (2, 3, 4)
            ),
            train_loss=decay(2.3, 1.0, 40).followed_by(flat(float("nan"), 80)),
        ),
        silent(
            "two seeds",
            settings={"lr": 0.1, "seed": 1},
            siblings=(example_run({"lr": 0.1, "seed": 2}, train_loss=decay(2.3, 0.34)),),
            train_loss=decay(2.3, 0.3),
        ),
        silent(
            "three rates",
            settings={"lr": 0.1, "seed": 1},
            siblings=tuple(example_run({"lr": lr, "seed": 1}, train_loss=decay(2.3, lr)) for lr in (0.2, 0.3)),
            train_loss=decay(2.3, 0.3),
        ),
    )

    def check(self, set_up: SetUp) -> Iterator[Comparison]:
        """Measure the spread of each recipe that was repeated often enough."""
        so = "; a smaller difference between settings is no evidence"  # said once for all
        for repeats in set_up.repeats:
            results = np.array([one.result for one in repeats if not one.failure])
            if len(repeats) < self.min_runs or len(results) < 2:
                continue
            failures = len(repeats) - len(results)
            who = _called(repeats)
            fail = f"of {who} {failures} {'fails' if failures == 1 else 'fail'}; the other {len(results)}"
            low, high, spread = float(results.min()), float(results.max()), float(results.std(ddof=1))
            yield self.comparison(
                f"{having(set_up.apart(repeats))}{fail if failures else who} reach a {set_up.measured_by} of "
                f"{' to '.join(apart(low, high))} (standard deviation {number(spread)}){so}",
                [one.run for one in repeats],
                {
                    "median": Quantity(median(results)),
                    "standard deviation": Quantity(spread),
                    "lowest": Quantity(low),
                    "highest": Quantity(high),
                    "runs": Quantity(len(repeats), "runs"),
                    "failed": Quantity(failures, "runs"),
                },
            )
            so = ""


def _called(repeats: Sequence[Member]) -> str:
    """Say what is repeated: folds differ in their data."""
    if all("fold" in one.run.name_settings for one in repeats):
        return f"{counted(len(repeats), 'fold')} of one recipe"
    return f"{counted(len(repeats), 'run')} that differ in the seed alone"
