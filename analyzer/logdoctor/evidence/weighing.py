"""Weighing clues: each speaks for or against a cause, and their sum says how likely it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from logdoctor.finding import Strength

WEAK, FAIR, STRONG, DECISIVE = 0.5, 1.0, 2.0, 4.0
"""Weights of a clue, in rough log-odds: it shifts the balance a little, clearly, much, or settles it."""

LIKELY = 2.0
"""A total from which a cause is likely: one strong clue that nothing speaks against."""

UNLIKELY = 0.0
"""A total below which a cause is unlikely: more speaks against it than for it."""

RULED_OUT = -1.0
"""A total below which a cause is not named at all."""


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that speaks for a cause, or against it where the weight is negative."""

    cause: str
    weight: float
    text: str = ""
    """What was seen, in plain words with numbers; empty where another text says it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A cause with all that was seen of it."""

    cause: str
    total: float
    pro: tuple[str, ...] = field(default=())
    contra: tuple[str, ...] = field(default=())

    @property
    def strength(self) -> Strength:
        """How well the cause fits."""
        if self.total >= LIKELY:
            return Strength.LIKELY
        return Strength.POSSIBLE if self.total >= UNLIKELY else Strength.UNLIKELY

    @property
    def is_named(self) -> bool:
        """Whether a reader should hear of it: what is unlikely only where something can be said about it."""
        return self.total >= UNLIKELY or (self.total > RULED_OUT and bool(self.pro or self.contra))


def weigh(usual: Mapping[str, float], clues: Iterable[Clue]) -> tuple[Weighed, ...]:
    """Add up the clues to how usual each cause is where nothing is known; best supported first.

    Clues on causes that are not among the usual are left out, and so are causes that the clues rule out
    or that nothing can be said about.
    """
    seen = list(clues)
    weighed = []
    for cause, prior in usual.items():
        mine = [one for one in seen if one.cause == cause]
        pro = tuple(one.text for one in mine if one.weight > 0 and one.text)
        contra = tuple(one.text for one in mine if one.weight < 0 and one.text)
        weighed.append(Weighed(cause, prior + sum(one.weight for one in mine), pro, contra))
    ranked = sorted(weighed, key=lambda one: -one.total)
    return tuple(one for at, one in enumerate(ranked) if at == 0 or one.is_named)
