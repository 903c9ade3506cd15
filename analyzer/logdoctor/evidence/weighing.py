"""Weighing clues: each speaks for or against a cause, and their sum says how likely it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from logdoctor.causes import because, ranked
from logdoctor.finding import Cause, Strength, possible_if

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


def causes_of_clues(usual: Mapping[str, float], clues: Iterable[Clue]) -> tuple[Cause, ...]:
    """Add up the clues to how usual each cause is where nothing is known, and rank the causes by the sums.

    Clues on causes that are not among the usual are left out, and so are causes that the clues rule out
    or that nothing can be said about. The first is always named, as possible at the least: something did it.
    """
    seen = list(clues)
    of_each = ((cause, prior, [one for one in seen if one.cause == cause]) for cause, prior in usual.items())
    found = ranked(*(_weighed(*one) for one in of_each))
    if not found:
        return ()
    first = replace(found[0], strength=Strength.POSSIBLE) if found[0].strength is Strength.UNLIKELY else found[0]
    return (first, *filter(_is_worth_naming, found[1:]))


def _weighed(cause: str, prior: float, clues: Sequence[Clue]) -> Cause:
    total = prior + sum(one.weight for one in clues)
    strength = Strength.LIKELY if total >= LIKELY else possible_if(total >= UNLIKELY)
    pro = [one.text for one in clues if one.weight > 0]
    contra = [one.text for one in clues if one.weight < 0]
    return because(cause, strength, pro=pro, contra=contra, weight=total)


def _is_worth_naming(cause: Cause) -> bool:
    """Whether a reader should hear of it: what is unlikely only where something can be said about it."""
    return cause.balance >= UNLIKELY or (cause.balance > RULED_OUT and bool(cause.pro or cause.contra))
