"""Sibling runs: those of the same set-up, and in which settings each differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

import numpy as np

from logdoctor.run import Axis, Run, Setting
from logdoctor.run.naming import stem_of
from logdoctor.run.once import Once
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.run.run_names import NUMBER, are_stages, same_but_for_numbers, without_seed, without_settings
from logdoctor.signals.comparison.outcome import Measured, measure_all
from logdoctor.signals.comparison.ties import (
    SET_UP,
    differ_in_training_alone,
    differences,
    differing,
    measure_apart,
    names_task,
    same_task,
)
from logdoctor.signals.settings.incidental import is_chosen
from logdoctor.signals.settings.learning_rate import given_rate, is_seed, settings_of
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.trend import MIN_POINTS, Trend

SAME_START = 0.2
"""Relative difference of the first training losses within which two runs can be of one set-up: the same model,
data and loss begin at the same value up to the luck of the seed."""

CLOSE_START = 0.1
"""The same for runs whose ends are compared: another tokenizer or data set moves the first loss by more."""

ROUNDED = 1e-3
"""Relative difference of a rate in a name and in a log that keeps it as float32."""


@dataclass(frozen=True)
class LossStart:
    """How the training loss of a run begins: all that there is of one that is NaN from its second value on."""

    first: float | None
    """The first finite value, None where there is none."""
    pace: float
    """Steps from one logged value to the next, the usual number."""

    @classmethod
    def of(cls, run: Run) -> LossStart | None:
        """Return how a run begins, None where it logs fewer than two values."""
        return run.once(cls._of)

    @classmethod
    def _of(cls, run: Run) -> LossStart | None:
        series = run.find(TrainLoss)
        if series is None or len(series.curve) < MIN_POINTS:
            return None
        finite = series.finite
        paced = finite if len(finite) >= MIN_POINTS else series.curve
        return cls(float(finite.values[0]) if len(finite) else None, median(np.diff(paced.steps)))

    def is_near(self, theirs: Trend[TrainLoss], share: float) -> bool:
        """Whether two runs begin at the same loss: what is lost at once may have begun anywhere."""
        mine = theirs.first if self.first is None else self.first
        return abs(mine - theirs.first) <= share * max(abs(mine), abs(theirs.first))


@dataclass(frozen=True, eq=False)
class Sibling(Once):
    """A run of the same set-up, as far as it bears on another run; a sweep has many, of which few are looked at."""

    beside: Run = field(repr=False)
    """The run that it bears on."""
    run: Run
    train: Trend[TrainLoss]
    failure: str = ""
    """How it failed, as a clause; empty where it went well."""

    @cached_property
    def differs(self) -> Mapping[str, tuple[Setting, Setting]]:
        """Settings that differ: name to (here, there)."""
        return differences(self.beside, self.run)

    @cached_property
    def same_task(self) -> bool:
        """Whether something ties the two to one task: the settings name it, or the runs' names differ in numbers alone.

        Without such a tie a neighbour may have another data set, however alike the logs begin (MNIST beside CIFAR-10).
        """
        if not same_task(self.beside, self.run):
            return False
        mine = LossStart.of(self.beside)
        near = mine is not None and mine.is_near(self.train, CLOSE_START)
        return near or differ_in_training_alone(self.beside, self.run)

    @cached_property
    def is_repeat(self) -> bool:
        """Whether names and settings tell another seed and nothing else: what differs then is luck."""
        return _is_repeat(self.beside, self.run)


@dataclass(frozen=True)
class Siblings(Once):
    """The runs analyzed together with a run that share its set-up."""

    run: Run
    group: tuple[Measured, ...] = ()
    """Every run of the set-up, this one among them or not."""

    @classmethod
    def among(cls, run: Run, others: Iterable[Run]) -> Siblings:
        """Return the siblings of a run among others, measured for this run alone."""
        return cls(run, measure_all(tuple(others)))

    def __iter__(self) -> Iterator[Sibling]:
        return iter(self._found)

    @cached_property
    def _found(self) -> tuple[Sibling, ...]:
        if all(other.run is self.run for other in self.group):
            return ()
        mine = LossStart.of(self.run)
        if mine is None:
            return ()
        return tuple(
            Sibling(self.run, other.run, other.train, other.failure)
            for other in self.group
            if other.run is not self.run
            and other.train is not None
            and not are_stages(self.run.name, other.run.name)
            and mine.pace == other.train.pace
            and self._begins_alike(mine, other.run, other.train)
            and not measure_apart(self.run, other.run)
        )

    def _begins_alike(self, mine: LossStart, other: Run, theirs: Trend[TrainLoss]) -> bool:
        """Whether another run began where this one did, or may have: the first value may be one that was thrown up."""
        if mine.first is None:
            return same_task(self.run, other)
        if mine.is_near(theirs, SAME_START) or differ_in_training_alone(self.run, other):
            return True
        later = theirs.series.axis is not Axis.STEP or theirs.series.first_step > 1
        return later and mine.first > theirs.first > 0 and _is_one_sweep(self.run, other)

    @cached_property
    def best(self) -> Sibling | None:
        """The sibling of the same task whose training loss ends lowest.

        Not one that falls through zero where this run's loss stays above: that is another loss, of another scale.
        """
        series = self.run.find(TrainLoss)
        positive = series is not None and bool((series.finite.values >= 0).all())
        lowest_first = sorted(self, key=lambda one: one.train.end)
        return next((one for one in lowest_first if one.same_task and not (positive and one.train.crosses_zero)), None)


def sibling_groups(runs: Sequence[Run]) -> list[tuple[Run, ...]]:
    """Group runs that share a set-up: the same named task, or the same folder, and the same main curves.

    Runs of nested folders (`sweep/lr0.1/seed1`) belong together when their settings name the same task, or the folders
    between are called after settings; otherwise only runs of one parent folder do.
    """
    groups: dict[tuple[object, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(_set_up(run), []).append(run)
    return [tuple(group) for group in groups.values()]


def _set_up(run: Run) -> tuple[object, ...]:
    curves = tuple(stem_of(one.name) if (one := run.find(role)) else None for role in (TrainLoss, ValLoss))
    named = tuple((name, str(run.hyperparameters[name])) for name in SET_UP if name in run.hyperparameters)
    # Several runs of one folder are siblings of each other, a run alone in its folder of its neighbours.
    beside = run.home if run.name != run.home else str(PurePosixPath(run.home).parent)
    folder = "" if named else without_settings(beside)
    return (folder, named, curves)


def _is_one_sweep(one: Run, other: Run) -> bool:
    """Tell whether settings that name the task differ in one alone, or names that differ in numbers tell the rates."""
    mine, theirs = settings_of(one), settings_of(other)
    if names_task(one, other) and mine.keys() == theirs.keys():
        chosen = [name for name in differing(mine, theirs) if not is_seed(name)]
        return len(chosen) == 1
    return same_but_for_numbers(one.name, other.name) and _names_its_rate(one) and _names_its_rate(other)


def _names_its_rate(run: Run) -> bool:
    """Tell whether a run is called after its rate: `adam_lr0.5`."""
    rate = given_rate(run)
    return rate is not None and any(abs(float(text) / rate - 1) < ROUNDED for text in NUMBER.findall(run.name))


def _is_repeat(one: Run, other: Run) -> bool:
    """Tell whether a name or a setting tells another seed, and none of those that both logs have anything else."""
    mine, theirs = settings_of(one), settings_of(other)
    differ = {name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name]}
    chosen = {name for name in differ if is_chosen(name) and not is_seed(name)}
    tells_seed = one.name != other.name or any(map(is_seed, differ))
    return tells_seed and not chosen and without_seed(one.name) == without_seed(other.name)
