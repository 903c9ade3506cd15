"""The two networks of a game that write a file each: `generator.csv` and `discriminator.csv`, `loss_G` and `loss_D`."""

from __future__ import annotations

from collections.abc import Iterable

from logdoctor.run.naming import is_loss_word, words
from logdoctor.run.vocabulary import DISCRIMINATORS, GENERATORS

_NETWORK = frozenset({"net", "network", "model"})
"""Words beside which a letter is that of a network; in `exp_d` and `exp_g` it is that of an experiment."""


def are_opponents(stems: Iterable[str]) -> bool:
    """Whether the names of two files differ in nothing but the words for the one network and for the other."""
    one, other = (frozenset(words(stem)) for stem in stems)
    if any(len(word) == 1 for word in one ^ other) and not all(map(_is_of_a_network, one & other)):
        return False
    differ = {one - other, other - one}
    return any(first <= DISCRIMINATORS and second <= GENERATORS for first in differ for second in differ - {first})


def _is_of_a_network(word: str) -> bool:
    return word in _NETWORK or is_loss_word(word)
