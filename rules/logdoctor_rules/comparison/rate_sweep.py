"""What several learning rates of one recipe say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor import Comparison, GroupRule, Quantity, RateResult, example_run, fires, silent, threshold
from logdoctor.curves import decay, flat, rise
from logdoctor.signals import Member, SetUp
from logdoctor.wording import counted, number


@dataclass(frozen=True)
class RateSweep(GroupRule):
    """Runs that differ in the learning rate alone show the best rate and the highest that still goes well.

    A best rate at the edge of what was tried is said so: the sweep does not show that it is the best.
    """

    id = "rate-sweep"
    title = "Which learning rate goes well"
    references = ("https://github.com/google-research/tuning_playbook",)
    limits = (
        "Needs the rate of each run, and no other logged setting that differs but the seed. The best is by loss, which "
        "need not be the best by a metric; luck of the seed is not taken out."
    )

    beyond: float = threshold(
        3.0, "factor beyond the edge of a sweep to try next: half a decade, the usual grid of learning rates"
    )

    examples = (
        fires(
            "four rates, the highest fails",
            settings={"lr": 1.0},
            siblings=tuple(
                example_run({"lr": lr}, train_loss=decay(2.3, end))
                for lr, end in ((0.001, 1.2), (0.01, 0.7), (0.1, 0.4))
            ),
            train_loss=decay(2.3, 1.9, 40).then(rise(40.0, 80)),
        ),
        fires(
            "the highest rate is the best so far",
            settings={"lr": 0.1},
            siblings=(example_run({"lr": 0.01}, train_loss=decay(2.3, 0.9)),),
            train_loss=decay(2.3, 0.3),
        ),
        fires(
            "the lowest rate is the best so far",
            settings={"lr": 0.1},
            siblings=(example_run({"lr": 0.01}, train_loss=decay(2.3, 0.3)),),
            train_loss=decay(2.3, 0.9),
        ),
        silent(
            "one rate under two seeds",
            settings={"lr": 0.1, "seed": 1},
            siblings=(example_run({"lr": 0.1, "seed": 2}, train_loss=decay(2.3, 0.9)),),
            train_loss=decay(2.3, 0.3),
        ),
        silent(
            "every rate fails",
            settings={"lr": 10.0},
            siblings=(example_run({"lr": 1.0}, train_loss=flat(2.3)),),
            train_loss=flat(2.3),
        ),
        silent(
            "more than the rate differs",
            settings={"lr": 0.1, "batch_size": 8},
            siblings=(example_run({"lr": 0.01, "batch_size": 64}, train_loss=decay(2.3, 0.9)),),
            train_loss=decay(2.3, 0.3),
        ),
    )

    def check(self, set_up: SetUp) -> Iterator[Comparison]:
        """Order the runs of each recipe by rate."""
        for sweep in set_up.rate_sweeps:
            ordered = sorted(sweep, key=lambda one: one.rate or 0.0)
            rates = sorted({one.rate or 0.0 for one in sweep})
            well = [one for one in ordered if not one.failure]
            if not well:
                continue
            best = min(well, key=lambda one: one.result)
            best_rate, highest = best.rate or 0.0, well[-1].rate or 0.0
            yield self.comparison(
                f"of {counted(len(rates), 'learning rate')}, {number(best_rate)} reaches the lowest "
                f"{set_up.measured_by}, {number(best.result)}; {self._limit(ordered, highest)}"
                + self._edge(rates, best_rate, highest),
                [best.run, *(one.run for one in ordered if one is not best)],
                {
                    "best rate": Quantity(best_rate),
                    f"its {set_up.measured_by}": Quantity(best.result),
                    "highest rate that did not fail": Quantity(highest),
                    "rates": Quantity(", ".join(number(rate) for rate in rates)),
                    "failed": Quantity(len(ordered) - len(well), "runs"),
                },
                set_up.measured_by,
                [RateResult(one.run.name, one.rate or 0.0, one.result, one.failure) for one in ordered],
            )

    @staticmethod
    def _limit(ordered: Sequence[Member], highest: float) -> str:
        above = [one for one in ordered if (one.rate or 0.0) > highest]
        if above:
            verb = "fails" if len(above) == 1 else "fail"
            return f"the highest that does not fail is {number(highest)}, {counted(len(above), 'run')} above it {verb}"
        failures = sum(bool(one.failure) for one in ordered)
        return f"{counted(failures, 'run')} failed, none above {number(highest)}" if failures else "none fails"

    def _edge(self, rates: Sequence[float], best: float, highest: float) -> str:
        if best == rates[-1]:
            return f"; the best is the highest tried: try {number(best * self.beyond)} too"
        if best == rates[0] and best < highest:
            return f"; the best is the lowest tried: try {number(best / self.beyond)} too"
        return ""
