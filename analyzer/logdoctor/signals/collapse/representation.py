"""How far apart the outputs for different inputs lie, as self-supervised training logs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.naming import is_loss_word, words
from logdoctor.run.roles import KlDivergence, Loss, PolicyLoss, Reward
from logdoctor.run.vocabulary import CODEBOOKS, SPLIT_WORDS
from logdoctor.signals.statistics.trend import Trend, trend_or_none
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

DEVIATIONS = frozenset("std stds stdev stddev".split())
"""Words of a standard deviation over a batch."""

OUTPUTS = frozenset(
    "z emb embs embedding embeddings feature features feat feats rep reps repr representation representations out "
    "output outputs proj projection projections channel channels".split()
)
"""Words of what it is taken of."""

BESIDE = frozenset(SPLIT_WORDS) | frozenset(
    "step epoch mean avg average l2 norm normed normalized normalised of per the".split()
)
"""Words beside them that change nothing."""

HINGES = DEVIATIONS | {"var", "variance"}
"""Words of VICReg's term that keeps outputs apart, beside `loss`."""

PARTNERS = frozenset("inv invariance sim cov covariance".split())
"""Words of its other terms, without which a loss of a variance may be any."""

LEVEL = frozenset({"collapse", "level"})
"""Lightly's `collapse level`: one less the deviation as a share of that of outputs all over the sphere."""


PERPLEXITY = frozenset({"perplexity", "ppl"})
"""What says, beside a loss of codes, how many of them are in use alike."""

ROUNDED = 1e-3
"""How far a perplexity of one code may lie below 1: the logarithm has a small number added."""


@dataclass(frozen=True)
class Representation:
    """What is logged of the spread of the outputs."""

    logged: Trend[Any]
    before: float
    """Share of the spread that there was in the first third."""
    left: float
    """The same in the last third."""
    has_scale: bool
    """Whether the log gives the share itself, not a deviation, of which only its own highest says how large it was."""
    is_term: bool = False
    """Whether it is VICReg's term of the loss, whose weight keeps the outputs apart."""
    is_named: bool = True
    """Whether its name says what it is a deviation of: a bare one may be of losses as well."""
    is_of_codes: bool = False
    """Whether it is how many codes of a codebook are in use."""

    @classmethod
    def measure(cls, run: Run) -> Representation:
        """Find the spread, one that has a scale before one that has none.

        Raises Unmeasurable where none is logged, or where it is that of actions or of a latent code.
        """
        if any(run.all(role) for role in (Reward, PolicyLoss, KlDivergence)):
            raise Unmeasurable("a deviation in this run may be that of actions or of a latent code")
        found = min(_spreads(run), key=lambda one: not one.has_scale, default=None)
        if found is None:
            raise Unmeasurable("no spread of representations in this run")
        return found


def _spreads(run: Run) -> Iterator[Representation]:
    named = [(one, frozenset(words(one.name))) for one in run.series]
    has_codes = any(issubclass(one.role, Loss) and CODEBOOKS & said for one, said in named)
    has_partner = any(PARTNERS & said and any(map(is_loss_word, said)) for _, said in named)
    for one, said in named:
        own = said - BESIDE
        if "collapse" in own and own <= LEVEL:
            yield from _of_level(one, 1.0, is_term=False)
        elif has_codes and PERPLEXITY & own and own <= CODEBOOKS | PERPLEXITY:
            yield from _of_codes(one)
        elif has_partner and HINGES & own and any(map(is_loss_word, own)):
            yield from _of_level(one, 1.0 if len(one) and float(np.nanmax(one.values)) <= 1 else 2.0, is_term=True)
        elif DEVIATIONS & own and own <= DEVIATIONS | OUTPUTS:
            yield from _of_deviation(one, is_named=not OUTPUTS.isdisjoint(own))


def _of_level(series: Series, highest: float, *, is_term: bool) -> Iterator[Representation]:
    """Read a level that is `highest` where nothing is left; VICReg's terms of two branches may be summed."""
    trend = trend_or_none(series)
    if trend is not None and trend.series.values.min() >= 0 and trend.series.values.max() <= highest:
        first, _, last = trend.thirds
        yield Representation(trend, 1 - first / highest, 1 - last / highest, has_scale=True, is_term=is_term)


def _of_codes(series: Series) -> Iterator[Representation]:
    """Read how many codes are in use alike: the chance that two parts of the inputs get different ones.

    One is in use at least; what is less is a share of all codes.
    """
    trend = trend_or_none(series)
    if trend is not None and trend.series.values.min() >= 1 - ROUNDED:
        yield Representation(trend, 1.0, 1 - 1 / trend.thirds[2], has_scale=True, is_of_codes=True)


def _of_deviation(series: Series, *, is_named: bool) -> Iterator[Representation]:
    trend = trend_or_none(series)
    if trend is not None and trend.series.values.min() >= 0 and (most := float(trend.level.max())) > 0:
        first, _, last = trend.thirds
        yield Representation(trend, first / most, last / most, has_scale=False, is_named=is_named)
