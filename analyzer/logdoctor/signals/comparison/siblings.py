"""Sibling runs: those of the same set-up, and in which settings each differs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

import numpy as np

from logdoctor.run import Axis, Run, Setting
from logdoctor.run.naming import stem_of
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals.settings.learning_rate import given_rate, is_rate, is_seed
from logdoctor.signals.statistics.trend import MIN_POINTS, Trend, Unmeasurable

SAME_START = 0.2
"""Relative difference of the first training losses within which two runs can be of one set-up: the same model,
data and loss begin at the same value up to the luck of the seed."""

CLOSE_START = 0.1
"""The same for runs whose ends are compared: another tokenizer or data set moves the first loss by more."""

ROUNDED = 1e-3
"""Relative difference of a rate in a name and in a log that keeps it as float32."""

SET_UP = (
    "testproblem",
    "problem",
    "task",
    "task_name",
    "dataset",
    "dataset_name",
    "model",
    "model_name",
    "arch",
    "env_id",
)
"""Hyper-parameters that say what is trained; runs that differ in one of them are no siblings."""


_NUMBER = re.compile(r"[-+]?\d[\d.]*(?:e[-+]?\d+)?")

_SEED_IN_NAME = re.compile(r"(?:seed|rep|repeat|fold)[\W_]*\d+", re.I)


@dataclass(frozen=True)
class Sibling:
    """A run of the same set-up, as far as it bears on another run."""

    run: Run
    train: Trend[TrainLoss]
    differs: Mapping[str, tuple[Setting, Setting]] = field(default_factory=dict)
    """Settings that differ: name to (here, there)."""
    same_task: bool = False
    """Whether something ties the two to one task: the settings name it, or the runs' names differ in numbers alone.

    Without such a tie a neighbour may have another data set, however alike the logs begin (MNIST beside CIFAR-10).
    """
    is_repeat: bool = False
    """Whether names and settings tell another seed and nothing else: what differs then is luck."""


Measured = tuple[Run, Trend[TrainLoss] | None]
"""A run with the trend of its training loss, measured once for all runs that ask."""


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
        series = run.find(TrainLoss)
        if series is None or len(series.curve) < MIN_POINTS:
            return None
        finite = series.finite
        paced = finite if len(finite) >= MIN_POINTS else series.curve
        return cls(float(finite.values[0]) if len(finite) else None, float(np.median(np.diff(paced.steps))))

    def is_near(self, theirs: Trend[TrainLoss], share: float) -> bool:
        """Whether two runs begin at the same loss: what is lost at once may have begun anywhere."""
        mine = theirs.first if self.first is None else self.first
        return abs(mine - theirs.first) <= share * max(abs(mine), abs(theirs.first))


@dataclass(frozen=True)
class Siblings:
    """The runs analyzed together with a run that share its set-up."""

    run: Run
    group: tuple[Measured, ...] = ()
    """Every run of the set-up, this one among them or not."""

    @classmethod
    def among(cls, run: Run, others: Iterable[Run]) -> Siblings:
        """Return the siblings of a run among others, measured for this run alone."""
        return cls(run, measure_all(others))

    def __iter__(self) -> Iterator[Sibling]:
        return iter(self._found)

    @cached_property
    def _found(self) -> tuple[Sibling, ...]:
        if all(other is self.run for other, _ in self.group):
            return ()
        mine = LossStart.of(self.run)
        if mine is None:
            return ()
        return tuple(
            Sibling(
                other,
                theirs,
                differing(self.run.hyperparameters, other.hyperparameters),
                _same_task(self.run, other)
                and (_differ_in_rate_alone(self.run, other) or mine.is_near(theirs, CLOSE_START)),
                _is_repeat(self.run, other),
            )
            for other, theirs in self.group
            if other is not self.run
            and theirs is not None
            and mine.pace == theirs.pace
            and self._begins_alike(mine, other, theirs)
        )

    def _begins_alike(self, mine: LossStart, other: Run, theirs: Trend[TrainLoss]) -> bool:
        """Whether another run began where this one did, or may have: the first value may be one that was thrown up."""
        if mine.first is None:
            return _same_task(self.run, other)
        if mine.is_near(theirs, SAME_START) or _differ_in_rate_alone(self.run, other):
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
        alike = (one for one in self if one.same_task and not (positive and one.train.crosses_zero))
        return min(alike, key=lambda one: one.train.end, default=None)


@np.errstate(all="ignore")  # losses that explode overflow whatever is computed from them
def measure_all(runs: Iterable[Run]) -> tuple[Measured, ...]:
    """Measure the training loss of every run."""
    return tuple((run, trend_or_none(run)) for run in runs)


def trend_or_none(run: Run) -> Trend[TrainLoss] | None:
    """Return the trend of a run's training loss, or None where it has none."""
    series = run.find(TrainLoss)
    try:
        return None if series is None else Trend.measure(series)
    except Unmeasurable:
        return None


def differing(mine: Mapping[str, Setting], theirs: Mapping[str, Setting]) -> dict[str, tuple[Setting, Setting]]:
    """Return the settings in which two runs differ; one that only one of them names differs too."""
    names = sorted({*mine, *theirs})
    pairs = {name: (mine.get(name), theirs.get(name)) for name in names if not name.startswith("summary.")}
    return {name: (here, there) for name, (here, there) in pairs.items() if here != there}


def sibling_groups(runs: Sequence[Run]) -> list[tuple[Run, ...]]:
    """Group runs that share a set-up: the same named task, or the same folder, and the same main curves.

    Runs of nested folders (`sweep/lr0.1/seed1`) belong together when their settings name the same task; without a
    named task only runs of one parent folder do.
    """
    groups: dict[tuple[object, ...], list[Run]] = {}
    for run in runs:
        groups.setdefault(_set_up(run), []).append(run)
    return [tuple(group) for group in groups.values()]


def _set_up(run: Run) -> tuple[object, ...]:
    curves = tuple(stem_of(one.name) if (one := run.find(role)) else None for role in (TrainLoss, ValLoss))
    named = tuple((name, str(run.hyperparameters[name])) for name in SET_UP if name in run.hyperparameters)
    # Several runs of one folder are siblings of each other, a run alone in its folder of its neighbours.
    folder = "" if named else run.home if run.name != run.home else str(PurePosixPath(run.home).parent)
    return (folder, named, curves)


def _same_task(one: Run, other: Run) -> bool:
    return names_task(one, other) or same_but_for_numbers(one.name, other.name)


def _is_one_sweep(one: Run, other: Run) -> bool:
    """Tell whether settings that name the task differ in one alone, or names that differ in numbers tell the rates."""
    if names_task(one, other) and one.hyperparameters.keys() == other.hyperparameters.keys():
        chosen = [name for name in differing(one.hyperparameters, other.hyperparameters) if not is_seed(name)]
        return len(chosen) == 1
    return same_but_for_numbers(one.name, other.name) and _names_its_rate(one) and _names_its_rate(other)


def _names_its_rate(run: Run) -> bool:
    """Tell whether a run is called after its rate: `adam_lr0.5`."""
    rate = given_rate(run)
    return rate is not None and any(abs(float(text) / rate - 1) < ROUNDED for text in _NUMBER.findall(run.name))


def names_task(one: Run, other: Run) -> bool:
    """Tell whether the settings of both runs name what is trained; runs of one group then name the same."""
    return any(name in one.hyperparameters and name in other.hyperparameters for name in SET_UP)


def _differ_in_rate_alone(one: Run, other: Run) -> bool:
    """Tell whether settings differ in the learning rate alone, which the mean of a first epoch shows already."""
    differ = differing(one.hyperparameters, other.hyperparameters)
    return _same_task(one, other) and bool(differ) and all(map(is_rate, differ))


def _is_repeat(one: Run, other: Run) -> bool:
    """Tell whether a name or a setting tells another seed, and none of those that both logs have anything else."""
    both = one.hyperparameters.keys() & other.hyperparameters.keys()
    differ = {name for name in both if one.hyperparameters[name] != other.hyperparameters[name]}
    chosen = {name for name in differ if not is_seed(name) and not name.startswith("summary.")}
    tells_seed = one.name != other.name or any(map(is_seed, differ))
    return tells_seed and not chosen and without_seed(one.name) == without_seed(other.name)


def without_seed(name: str) -> str:
    """Return a run's name with its seed masked."""
    return _SEED_IN_NAME.sub("seed #", name)


def same_but_for_numbers(name: str, other: str) -> bool:
    """Tell whether two names differ in numbers alone: `lr0.1/seed1` and `lr0.01/seed3`."""
    return without_numbers(name) == without_numbers(other)


def without_numbers(name: str) -> str:
    """Return a run's name with its numbers masked."""
    return _NUMBER.sub("#", name)
