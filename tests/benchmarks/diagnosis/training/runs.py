"""What a run of the benchmark is: a training, what is wrong with it or not, and how that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

from tests.sample_training.history import History
from tests.sample_training.train import Fit, Interrupted

from .symptoms import Shows

Damage = Callable[[Path, int], None]
"""A log's folder and a seed; changes the bytes of the log."""


class Training(Protocol):
    """Anything that trains when it is called."""

    def __call__(self) -> History: ...


@dataclass(frozen=True)
class Family:
    """A model and its data, trained as one should."""

    name: str
    fit: Fit
    every: int
    """Steps between logged steps."""

    def twin(self) -> History:
        """Return the sound training, once a process."""
        return _trained(self)


@cache
def _sound_trainings() -> dict[str, History]:
    return {}


def _trained(family: Family) -> History:
    known = _sound_trainings()
    if family.name not in known:
        known[family.name] = family.fit()
    return known[family.name]


@dataclass(frozen=True)
class Fault:
    """One kind of thing that goes wrong, and what is right to say about it."""

    name: str
    expect: tuple[str, ...]
    """Rules, any one of which finds it."""
    causes: tuple[str, ...]
    """Causes that are right, the most specific first."""
    shows: Shows
    accept: tuple[str, ...] = ()
    """Rules that may also speak: what else is true of such a run."""
    needs: tuple[str, ...] = ()
    """Quantities (or "settings") without which nobody could see it."""
    by_step: bool = False
    """Whether means over epochs would hide it."""


SOUND = Fault("none", (), (), lambda run, _: bool(run.steps))


@dataclass(frozen=True)
class Planned:
    """One fault in one family, or one sound recipe, to be trained with several seeds."""

    name: str
    """Of the folder: the fault's, or the recipe's."""
    family: Family
    training: Training
    fault: Fault = SOUND
    shows: Shows | None = None
    """How it shows here, where that differs from the fault's usual way; of a sound recipe, what was learnt."""
    every: int | None = None
    damage: Damage | None = None
    formats: tuple[str, ...] = field(default=())
    """The only formats that make sense; all where empty."""

    @property
    def kind(self) -> Literal["fault", "sound"]:
        """Tell faults from sound recipes."""
        return "sound" if self.fault is SOUND else "fault"

    @property
    def interval(self) -> int:
        """Return the number of steps between logged steps."""
        return self.every or self.family.every

    def train(self, seed: int) -> History:
        """Train with a seed."""
        return seeded(self.training, seed)()

    def showed(self, history: History) -> bool:
        """Tell whether the run is what it was meant to be."""
        return (self.shows or self.fault.shows)(history, self.family.twin())


def seeded(training: Training, seed: int) -> Training:
    """Return the same training with another seed."""
    if isinstance(training, Interrupted):
        return replace(training, fit=replace(training.fit, seed=seed))
    return replace(training, seed=seed)  # type: ignore[type-var, no-any-return]
