"""What a run of the benchmark is: a training, what is wrong with it or not, and how that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

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

    @cached_property
    def twin(self) -> History:
        """Return the sound training."""
        return self.fit()


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
    also: tuple[tuple[str, Shows], ...] = ()
    """Rules that find it as well, each in those runs alone in which its own symptom is measured on all the numbers.

    A fault has several faces: inputs that blow the weights up leave a network that guesses, and where no more than that
    is logged, that is what there is to say.
    """


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
    formats: tuple[str, ...] = ()
    """The only formats that make sense; all where empty."""

    @property
    def interval(self) -> int:
        """Return the number of steps between logged steps."""
        return self.every or self.family.every

    def train(self, seed: int) -> History:
        """Train with a seed."""
        return seeded(self.training, seed)()

    def expected(self, history: History) -> tuple[str, ...]:
        """Return the rules that find the fault in a run, any one of which is enough."""
        others = (rule for rule, shows in self.fault.also if shows(history, self.family.twin))
        return tuple(dict.fromkeys((*self.fault.expect, *others)))

    def showed(self, history: History) -> bool:
        """Tell whether the run is what it was meant to be."""
        return (self.shows or self.fault.shows)(history, self.family.twin)


def planted(fault: Fault, *where: tuple[Family, Training], **how: Any) -> list[Planned]:
    """Plant one fault in several families; `how` is what is special about these runs."""
    return [Planned(fault.name, family, training, fault, **how) for family, training in where]


def sound(name: str, family: Family, training: Training, shows: Shows, **how: Any) -> Planned:
    """Plan a sound recipe and say how it is known to have learnt."""
    return Planned(name, family, training, shows=shows, **how)


def seeded(training: Training, seed: int) -> Training:
    """Return the same training with another seed."""
    if isinstance(training, Interrupted):
        return replace(training, fit=replace(training.fit, seed=seed))
    return replace(training, seed=seed)  # type: ignore[type-var]
