"""Runs of one set-up that are compared: a sweep, or one recipe under several seeds."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from logdoctor.run import Run, Setting
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.run.run_names import are_stages, without_seed, without_times
from logdoctor.signals.comparison.outcome import LEARNT, Measured
from logdoctor.signals.comparison.siblings import SAME_START, Siblings
from logdoctor.signals.comparison.ties import (
    differ_in_training_alone,
    named_alike,
    names_task,
    rest_of_name,
)
from logdoctor.signals.settings.incidental import is_chosen
from logdoctor.signals.settings.learning_rate import given_rate, is_rate, is_seed, settings_of
from logdoctor.signals.statistics.trend import Trend, trend_or_none
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

_VERSION_IN_NAME = re.compile(r"\bversion_\d+")
"""Lightning's number of a run says nothing; where settings are logged, they tell what differs."""

_COUNTED = r"(?<![A-Za-z\d.])(?:s|run|rep|trial)?"
"""What may come before a number in a name that is the seed, where the settings tell the seed: `s3`, `run3`, `a_3`."""


@dataclass(frozen=True)
class Member:
    """One run of a set-up and how it ended."""

    run: Run
    train: Trend[TrainLoss] | None
    """None where fewer than two finite losses were logged."""
    result: float
    """The loss that the set-up is compared by; NaN where the run failed."""
    failure: str
    """How it failed, as a clause; empty where it went well."""

    @property
    def rate(self) -> float | None:
        """The learning rate that the run was given, to six digits: logs write one and the same with eight and more."""
        rate = given_rate(self.run)
        return None if rate is None else float(f"{rate:.6g}")

    @property
    def learnt(self) -> bool:
        """Whether its training loss fell by what a run achieves that learns."""
        return self.train is not None and self.train.end < self.train.start - LEARNT * abs(self.train.start)

    @cached_property
    def settings(self) -> Mapping[str, Setting]:
        """The settings that were chosen, without seeds and results."""
        return _chosen(self.run)

    @cached_property
    def other_settings(self) -> Mapping[str, Setting]:
        """The settings without the learning rate."""
        return _but_for_rate(self.settings)

    @cached_property
    def name_without_seed(self) -> str:
        """The run's name with seeds and times masked: alike for repeats of one recipe."""
        masked = without_seed(self.run.name)
        name = without_times(masked)
        if masked == self.run.name:
            name = self._without_known_seed(name)
        return _VERSION_IN_NAME.sub("#", name) if self.settings else name

    def _without_known_seed(self, name: str) -> str:
        """Mask the last number that is the seed of the settings, unless the name says what else it sets."""
        sets = {repr(value) for setting, value in self.run.name_settings.items() if not is_seed(setting)}
        for seed in (value for setting, value in self.run.hyperparameters.items() if is_seed(setting)):
            found = [*re.finditer(rf"{_COUNTED}{re.escape(str(seed))}(?![A-Za-z\d.])", name)]
            if found and found[-1].group() and repr(seed) not in sets:
                return f"{name[: found[-1].start()]}#{name[found[-1].end() :]}"
        return name

    @cached_property
    def recipe(self) -> Hashable:
        """All that is known of the run but for rate and seed: its settings, and the name where that tells the rate."""
        return (rest_of_name(self.run), _frozen(self.other_settings))


@dataclass(frozen=True)
class SetUp:
    """The runs of one set-up, two or more, in the order of their names."""

    members: tuple[Member, ...]
    measured_by: str
    """What a result is: the lowest "validation loss" where every run logs one, else the "training loss" at the end."""

    @classmethod
    def measure(cls, siblings: Siblings) -> SetUp:
        """Take a run and those of its siblings that can be compared; raises Unmeasurable when there are none."""
        measured = next((one for one in siblings.group if one.run is siblings.run), None)
        mine = measured or Measured.of(siblings.run)
        group = [mine, *(one for one in siblings.group if one.run is not siblings.run)]
        return cls.of([one for one in group if one is mine or comparable(mine, one)])

    @classmethod
    def of(cls, group: Sequence[Measured]) -> SetUp:
        """Make a set-up of runs that can be compared; raises Unmeasurable for fewer than two."""
        if len(group) < 2:
            raise Unmeasurable("no sibling run of the same set-up")
        validated = [_best_validation(one.run) for one in group]
        by_validation = all(one.failure or result is not None for one, result in zip(group, validated, strict=True))
        members = [
            _member(one, (result if by_validation else _end(one.train)))
            for one, result in zip(group, validated, strict=True)
        ]
        return cls(
            tuple(sorted(members, key=lambda one: one.run.name)),
            "validation loss" if by_validation else "training loss",
        )

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    @cached_property
    def went_well(self) -> tuple[Member, ...]:
        """The runs that ended finite and below their start."""
        return tuple(one for one in self.members if not one.failure)

    @cached_property
    def failed(self) -> tuple[Member, ...]:
        """The others."""
        return tuple(one for one in self.members if one.failure)

    @cached_property
    def repeats(self) -> tuple[tuple[Member, ...], ...]:
        """Runs that differ in the seed alone, as far as settings and names tell; two or more of each recipe."""
        return self._alike(lambda one: (_frozen(one.settings), one.name_without_seed))

    @cached_property
    def rate_sweeps(self) -> tuple[tuple[Member, ...], ...]:
        """Runs that differ in rate and seed alone, as far as the settings tell; two rates or more of each recipe."""
        rated = self._alike(lambda one: one.recipe if one.rate is not None else None)
        return tuple(group for group in rated if len({one.rate for one in group}) > 1)

    def apart(self, part: Sequence[Member]) -> Mapping[str, Setting]:
        """Return the settings that all of a part have in common, and others of the set-up have otherwise."""
        own = {name: value for name, value in part[0].settings.items() if _have(part, name, value)}
        return {name: value for name, value in own.items() if not _have(self.members, name, value)}

    def _alike(self, key: Callable[[Member], Hashable]) -> tuple[tuple[Member, ...], ...]:
        groups: dict[Hashable, list[Member]] = {}
        for one in self.members:
            groups.setdefault(key(one), []).append(one)
        return tuple(tuple(group) for kind, group in groups.items() if kind is not None and len(group) > 1)


def _have(members: Iterable[Member], name: str, value: Setting) -> bool:
    return all(repr(one.settings.get(name)) == repr(value) for one in members)


def set_ups(group: Sequence[Measured]) -> Iterator[tuple[Measured, ...]]:
    """Divide siblings into groups of runs that can be compared, two or more each."""
    rest = list(group)
    while rest:
        first, *others = rest
        alike = [comparable(first, one) for one in others]
        rest = [one for one, same in zip(others, alike, strict=True) if not same]
        if any(alike):
            yield (first, *(one for one, same in zip(others, alike, strict=True) if same))


def comparable(one: Measured, other: Measured) -> bool:
    """Tell whether two runs train the same thing: the settings name one task, or only numbers in their names differ.

    Where only the names speak, the two must begin alike as well: `exp1` and `exp2` may be anything. Runs whose settings
    differ in the rate alone need not: the mean of a first epoch is what the rate has made of it.
    """
    run, beside = one.run, other.run
    if are_stages(run.name, beside.name):
        return False
    if names_task(run, beside):
        return True
    if not named_alike(run, beside):
        return False
    if one.train is None or other.train is None:
        return True
    have_settings = bool(run.hyperparameters and beside.hyperparameters)
    updated = have_settings or not (one.train.begins_untrained and other.train.begins_untrained)
    if updated and (differ_in_training_alone(run, beside) or _differ_in_rate_alone(run, beside)):
        return True
    first, theirs = one.train.first, other.train.first
    return abs(first - theirs) <= SAME_START * max(abs(first), abs(theirs))


def _differ_in_rate_alone(run: Run, beside: Run) -> bool:
    """Tell whether the rates of two runs are known and differ, if only by their logs, and no other setting does."""
    rates = given_rate(run), given_rate(beside)
    return None not in rates and rates[0] != rates[1] and _but_for_rate(_chosen(run)) == _but_for_rate(_chosen(beside))


def _chosen(run: Run) -> Mapping[str, Setting]:
    """Return the settings that were chosen, without seeds and results."""
    given = settings_of(run).items()
    return {name: value for name, value in given if is_chosen(name) and not is_seed(name)}


def _but_for_rate(settings: Mapping[str, Setting]) -> Mapping[str, Setting]:
    return {name: value for name, value in settings.items() if not is_rate(name)}


def _member(one: Measured, result: float | None) -> Member:
    return Member(one.run, one.train, float("nan") if one.failure or result is None else result, one.failure)


def _end(train: Trend[TrainLoss] | None) -> float | None:
    return None if train is None else train.last_shown


def _best_validation(run: Run) -> float | None:
    """Return the lowest validation loss as a reader finds it, or None where fewer than two values were logged."""
    held_out = trend_or_none(run.find(ValLoss))
    return None if held_out is None else held_out.lowest_shown


def _frozen(settings: Mapping[str, Setting]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, repr(value)) for name, value in settings.items()))
