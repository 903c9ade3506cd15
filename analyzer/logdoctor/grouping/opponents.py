"""The two networks of a game that write a file each: `generator.csv` and `discriminator.csv`, `loss_G` and `loss_D`."""

from __future__ import annotations

from collections.abc import Iterable

from logdoctor.run.naming import words
from logdoctor.run.vocabulary import DISCRIMINATORS, GENERATORS


def are_opponents(stems: Iterable[str]) -> bool:
    """Whether the names of two files differ in nothing but the words for the one network and for the other."""
    one, other = (frozenset(words(stem)) for stem in stems)
    differ = {one - other, other - one}
    return any(first <= DISCRIMINATORS and second <= GENERATORS for first in differ for second in differ - {first})
