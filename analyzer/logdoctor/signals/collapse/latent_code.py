"""The code of a variational autoencoder: how far it diverges from its prior."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import KlDivergence, TrainComponentLoss
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

RECONSTRUCTION = frozenset("recon reconstruction rec".split())
"""Words of what the inputs cost that are given back."""

AUTOENCODER = RECONSTRUCTION | {"elbo", "vae"}
"""Words that only a variational autoencoder logs beside a divergence; that from a teacher may well be zero."""

DIVERGENCES = frozenset("kl kld".split())
"""Words of the divergence where it is logged as a term of the loss: `kl_loss`."""


@dataclass(frozen=True)
class LatentCode:
    """What is logged of a latent code."""

    divergence: Trend[Any]
    of_autoencoder: bool
    """Whether something beside it says so; a student's divergence from its teacher is of no code."""
    left: float = 1.0
    """What the reconstruction ends at, as a share of its first value; 1 where it is not logged."""

    @classmethod
    def measure(cls, run: Run) -> LatentCode:
        """Find the divergence; raises Unmeasurable where none is logged."""
        if (logged := next(_divergences(run), None)) is None:
            raise Unmeasurable("no KL divergence in this run")
        named = {word for one in run.series for word in words(one.name)}
        return cls(Trend.measure(logged), bool(AUTOENCODER & named), _left_to_reconstruct(run))


def _divergences(run: Run) -> Iterator[Series]:
    yield from run.all(KlDivergence)
    yield from (one for one in run.all(TrainComponentLoss) if DIVERGENCES & set(words(one.name)))


def _left_to_reconstruct(run: Run) -> float:
    logged = (one.finite.values for one in run.series if RECONSTRUCTION & set(words(one.name)))
    shares = (median(each[-max(len(each) // 3, 1) :]) / float(each[0]) for each in logged if len(each) and each[0] > 0)
    return min((one for one in shares if one > 0), default=1.0)
