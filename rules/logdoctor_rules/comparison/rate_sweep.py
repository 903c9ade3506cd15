"""What several learning rates of one recipe say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import inf, isfinite
from statistics import median

from logdoctor import Comparison, GroupRule, Quantity, RateResult, example_run, fires, silent, threshold
from logdoctor.curves import decay, flat, rise
from logdoctor.run import State
from logdoctor.signals import Member, SetUp
from logdoctor.wording import counted, first_of, having, number


@dataclass(frozen=True)
class RateSweep(GroupRule):
    """Runs that differ in the learning rate alone show the best rate and the highest that still goes well.

    If the best rate is the highest or lowest tried, the finding says so: then the sweep does not show that it is the
    best.
    """

    id = "rate-sweep"
    title = "Which learning rates work"
    references = ("https://github.com/google-research/tuning_playbook",)
    limits = (
        "Needs the rate of each run, and no other logged setting that differs except the seed. The best rate is the "
        "best by loss, not necessarily by a metric; with one run a rate it may be due to a lucky seed."
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
        fires(
            "a rate that goes well under one seed of three",
            settings={"lr": 0.1, "seed": 1},
            siblings=(
                example_run({"lr": 1.0, "seed": 1}, train_loss=decay(2.3, 0.2)),
                *(
                    example_run({"lr": 1.0, "seed": s}, train_loss=decay(2.3, 1.9, 40).then(rise(40.0, 80)))
                    for s in (2, 3)
                ),
                *(example_run({"lr": 0.1, "seed": s}, train_loss=decay(2.3, 0.3 + s / 50)) for s in (2, 3)),
            ),
            train_loss=decay(2.3, 0.3),
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
            failing = {one.rate or 0.0 for one in ordered if one.failure}
            well = [one for one in ordered if not one.failure]
            if not well:
                continue
            best_rate, result, runs = _lowest(sweep)
            best = min((one for one in well if one.rate == best_rate), key=lambda one: one.result)
            highest = max((rate for rate in rates if rate not in failing), default=None)
            yield self.comparison(
                f"{having(set_up.apart(sweep))}of {counted(len(rates), 'learning rate')}, {number(best_rate)} reaches "
                f"the lowest {set_up.measured_by}, {number(result)}"
                f"{f' in the median of {runs} runs' if runs > 1 else ''}"
                f"; {_limit(ordered, highest)}"
                + _idle(well, best)
                + self._edge(rates, best_rate, failing)
                + _unfinished(well),
                [best.run, *(one.run for one in ordered if one is not best)],
                {
                    "best rate": Quantity(best_rate),
                    f"its {set_up.measured_by}": Quantity(result),
                    "highest rate that did not fail": Quantity("none" if highest is None else highest),
                    "rates": Quantity(", ".join(number(rate) for rate in rates)),
                    "failed": Quantity(len(ordered) - len(well), "runs"),
                },
                set_up.measured_by,
                [RateResult(one.run.name, one.rate or 0.0, one.result, one.failure) for one in ordered],
            )

    def _edge(self, rates: Sequence[float], best: float, failing: AbstractSet[float]) -> str:
        if best == rates[-1] and best not in failing:
            return f"; the best is the highest tried: try {number(best * self.beyond)} too"
        if best == rates[0] and not failing >= set(rates[1:]):
            return f"; the best is the lowest tried: try {number(best / self.beyond)} too"
        return ""


def _lowest(sweep: Sequence[Member]) -> tuple[float, float, int]:
    """Return the rate whose runs end lowest, where, and of how many the median tells: one seed of three may be lucky.

    A run that failed counts as worse than any; where most of them failed at every rate, the best single run tells.
    """
    ends: dict[float, list[float]] = {}
    for one in sweep:
        ends.setdefault(one.rate or 0.0, []).append(inf if one.failure else one.result)
    typical = {rate: median(results) for rate, results in ends.items()}
    most_fail = not isfinite(min(typical.values()))
    if most_fail:
        typical = {rate: min(results) for rate, results in ends.items()}
    best = min(typical, key=lambda rate: (typical[rate], min(ends[rate])))
    return best, typical[best], 1 if most_fail else len(ends[best])


def _limit(ordered: Sequence[Member], highest: float | None) -> str:
    """Say which rate is the highest at which every run went well, and how many above and below it failed."""
    if not any(one.failure for one in ordered):
        return "none fails"
    if highest is None:
        return "at each of them a run fails"
    above = [one for one in ordered if (one.rate or 0.0) > highest]
    failed = sum(bool(one.failure) for one in above)
    below = sum(bool(one.failure) for one in ordered) - failed
    said = f"the highest that does not fail is {number(highest)}"
    if len(above) == failed > 0:
        said += f", {counted(failed, 'run')} above it {'fails' if failed == 1 else 'fail'}"
    elif above:
        said += f", {failed} of {counted(len(above), 'run')} above it fail"
    return said + (f", {counted(below, 'run')} below it {'fails' if below == 1 else 'fail'} too" if below else "")


def _idle(well: Sequence[Member], best: Member) -> str:
    """Name the rates at which no run fails, and none learns."""
    learns = {one.rate or 0.0 for one in well if one.learnt}
    idle = sorted({one.rate or 0.0 for one in well} - learns)
    if not learns:
        return "; at none of them is much learnt"
    return f"; at {first_of([number(rate) for rate in idle])} hardly anything is learnt" if idle and best.learnt else ""


def _unfinished(well: Sequence[Member]) -> str:
    """Name the runs that went well as far as they came."""
    stopped = [one.run.name for one in well if one.run.state is State.INTERRUPTED]
    fresh = [one.run.name for one in well if one.run.state is State.WRITING]
    told = (("not finished", stopped), ("maybe still being written", fresh))
    return "".join(f"; {what}: {first_of(names)}" for what, names in told if names)
