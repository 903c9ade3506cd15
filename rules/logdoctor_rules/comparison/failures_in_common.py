"""What the failed runs of a set-up share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from logdoctor import Comparison, GroupRule, Quantity, example_run, fires, silent, threshold
from logdoctor.curves import decay, flat
from logdoctor.run import Setting, as_number
from logdoctor.signals import Member, SetUp, is_rate
from logdoctor.wording import setting

NAN = flat(float("nan"), 60)

EACH = 2
"""Recipes of failed runs that have one of two values and not the other, before either is said to be shared."""


@dataclass(frozen=True)
class FailuresInCommon(GroupRule):
    """All runs that failed share a setting that no run has that went well.

    This is evidence for the cause, not proof: settings that vary together cannot be separated. The learning rate is
    left to `rate-sweep` where nothing else differs.
    """

    id = "failures-in-common"
    title = "What the failed runs share"
    limits = (
        "Needs 2 failed and 2 sound runs, and settings that all of them log. Settings that fail only in combination, "
        "and runs that learn but end badly, go unnoticed."
    )

    min_each: float = threshold(2.0, "failed runs, and sound ones; a single failure shares everything with itself")

    examples = (
        fires(
            "momentum",
            settings={"momentum": 0.999, "width": 64},
            siblings=(
                example_run({"momentum": 0.999, "width": 32}, train_loss=decay(2.3, 1.0, 60).followed_by(NAN)),
                example_run({"momentum": 0.9, "width": 64}, train_loss=decay(2.3, 0.3)),
                example_run({"momentum": 0.9, "width": 32}, train_loss=decay(2.3, 0.4)),
            ),
            train_loss=decay(2.3, 1.0, 60).followed_by(NAN),
        ),
        fires(
            "a precision by name",
            settings={"precision": "16-mixed", "width": 64},
            siblings=(
                example_run({"precision": "16-mixed", "width": 32}, train_loss=decay(2.3, 1.0, 60).followed_by(NAN)),
                example_run({"precision": "32", "width": 64}, train_loss=decay(2.3, 0.3)),
                example_run({"precision": "bf16-mixed", "width": 32}, train_loss=decay(2.3, 0.4)),
            ),
            train_loss=decay(2.3, 1.0, 60).followed_by(NAN),
        ),
        fires(
            "one of two values",
            settings={"dropout": 0.95, "decay": 0.0},
            siblings=(
                *(
                    example_run({"dropout": dropout, "decay": decays}, train_loss=decay(2.3, 1.0, 60).followed_by(NAN))
                    for dropout, decays in ((0.95, 0.1), (0.0, 0.3), (0.5, 0.3))
                ),
                example_run({"dropout": 0.0, "decay": 0.0}, train_loss=decay(2.3, 0.3)),
                example_run({"dropout": 0.5, "decay": 0.1}, train_loss=decay(2.3, 0.4)),
            ),
            train_loss=decay(2.3, 1.0, 60).followed_by(NAN),
        ),
        silent(
            "two failures, each with values of its own",
            settings={"dropout": 0.95, "decay": 0.0},
            siblings=(
                example_run({"dropout": 0.0, "decay": 0.3}, train_loss=decay(2.3, 1.0, 60).followed_by(NAN)),
                example_run({"dropout": 0.0, "decay": 0.0}, train_loss=decay(2.3, 0.3)),
                example_run({"dropout": 0.5, "decay": 0.1}, train_loss=decay(2.3, 0.4)),
            ),
            train_loss=decay(2.3, 1.0, 60).followed_by(NAN),
        ),
        silent(
            "two failures, each with values of its own, under two seeds",
            settings={"dropout": 0.2, "decay": 0.03, "seed": 0},
            siblings=(
                *(
                    example_run(
                        {"dropout": dropout, "decay": decays, "seed": seed},
                        train_loss=decay(2.3, 1.0, 60).followed_by(NAN),
                    )
                    for dropout, decays, seed in ((0.2, 0.03, 1), (0.3, 0.02, 0), (0.3, 0.02, 1))
                ),
                example_run({"dropout": 0.1, "decay": 0.1, "seed": 0}, train_loss=decay(2.3, 0.3)),
                example_run({"dropout": 0.5, "decay": 0.01, "seed": 0}, train_loss=decay(2.3, 0.4)),
            ),
            train_loss=decay(2.3, 1.0, 60).followed_by(NAN),
        ),
        silent(
            "one failure",
            settings={"momentum": 0.999},
            siblings=(
                example_run({"momentum": 0.9}, train_loss=decay(2.3, 0.3)),
                example_run({"momentum": 0.8}, train_loss=decay(2.3, 0.4)),
            ),
            train_loss=decay(2.3, 1.0, 60).followed_by(NAN),
        ),
        silent(
            "the same rate, written with more digits, beside another optimizer",
            settings={"optimizer": "Adam", "lr": 0.003981071705534973},
            siblings=(
                example_run({"optimizer": "SGD", "lr": 0.1}, train_loss=decay(2.3, 1.0, 60).followed_by(NAN)),
                example_run({"optimizer": "SGD", "lr": 0.0039810717055}, train_loss=decay(2.3, 0.3)),
                example_run({"optimizer": "Adam", "lr": 1e-4}, train_loss=decay(2.3, 0.4)),
            ),
            train_loss=decay(2.3, 1.0, 60).followed_by(NAN),
        ),
        silent(
            "nothing in common",
            settings={"momentum": 0.999, "width": 64},
            siblings=(
                example_run({"momentum": 0.9, "width": 32}, train_loss=decay(2.3, 1.0, 60).followed_by(NAN)),
                example_run({"momentum": 0.999, "width": 32}, train_loss=decay(2.3, 0.3)),
                example_run({"momentum": 0.9, "width": 64}, train_loss=decay(2.3, 0.4)),
            ),
            train_loss=decay(2.3, 1.0, 60).followed_by(NAN),
        ),
    )

    def check(self, set_up: SetUp) -> Iterator[Comparison]:
        """Look at every setting that all runs name."""
        failed, well = set_up.failed, set_up.went_well
        if len(failed) < self.min_each or len(well) < self.min_each:
            return
        named = _named_by_all(set_up)
        shared = [f"{name} {said}" for name in named if (said := _separates(name, failed, well))]
        either = [] if shared else _either(named, failed, well)
        if shared or either:
            has = " and ".join(shared) or " or ".join(either)
            every = "both" if len(failed) == 2 else f"all {len(failed)}"
            yield self.comparison(
                f"{every} failed runs have {has}; none of the {len(well)} that went well has",
                [one.run for one in (*failed, *well)],
                {
                    "failed": Quantity(len(failed), "runs"),
                    "went well": Quantity(len(well), "runs"),
                    "shared": Quantity(", ".join(shared or either)),
                },
            )


def _named_by_all(set_up: SetUp) -> list[str]:
    """Return the settings that every run names, without the rate where nothing else varies."""
    first, *others = (one.settings for one in set_up)
    named = [name for name in first if all(name in other for other in others)]
    varied = [name for name in named if any(other[name] != first[name] for other in others)]
    return [name for name in varied if not is_rate(name) or len(varied) > 1]


def _separates(name: str, failed: Sequence[Member], well: Sequence[Member]) -> str:
    """Say what the failed runs share of a setting and the others do not: a value, or a side of a number."""
    bad, good = [one.settings[name] for one in failed], [one.settings[name] for one in well]
    if len(set(map(repr, bad))) == 1 and bad[0] not in good:
        return setting(bad[0])
    failing, sound = _numbers(bad), _numbers(good)
    if not failing or not sound:
        return ""
    if min(failing) > max(sound):
        return f"of {setting(min(failing))} or more"
    return f"of {setting(max(failing))} or less" if max(failing) < min(sound) else ""


def _either(named: Sequence[str], failed: Sequence[Member], well: Sequence[Member]) -> list[str]:
    """Return two values of settings of which every failed run has one and no other run has any.

    Each must have failed EACH times by itself: a single failure has a value of its own in any random search, and so
    have all its repeats under other seeds.
    """
    lost: dict[tuple[str, str], set[int]] = {}
    sound = {(name, repr(one.settings[name])) for one in well for name in named}
    recipes = {repr([one.settings[name] for name in named]): one for one in failed}
    for k, one in enumerate(recipes.values()):
        for name in named:
            if (value := (name, repr(one.settings[name]))) not in sound:
                lost.setdefault(value, set()).add(k)
    for first, second in combinations(lost, 2):
        alone = len(lost[first] - lost[second]), len(lost[second] - lost[first])
        if min(alone) >= EACH and len(lost[first] | lost[second]) == len(recipes):
            return [f"{name} {setting(_value(name, text, failed))}" for name, text in (first, second)]
    return []


def _value(name: str, text: str, failed: Sequence[Member]) -> Setting:
    return next(one.settings[name] for one in failed if repr(one.settings[name]) == text)


def _numbers(values: Sequence[Setting]) -> list[float]:
    """Return settings as numbers; none where one of them is not a number.

    To six digits: logs write one and the same number with eight digits and with sixteen.
    """
    numbers = [float(f"{one:.6g}") for one in map(as_number, values) if one is not None]
    return numbers if len(numbers) == len(values) else []
