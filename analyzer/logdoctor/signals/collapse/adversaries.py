"""The two losses of a generative adversarial network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import AdversarialLoss
from logdoctor.run.vocabulary import DISCRIMINATORS, GENERATORS
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable


@dataclass(frozen=True)
class Adversaries:
    """A discriminator's and a generator's loss."""

    discriminator: Trend[AdversarialLoss]
    generator: Trend[AdversarialLoss]

    @classmethod
    def measure(cls, run: Run) -> Adversaries:
        """Find the two by the words of their names; raises Unmeasurable where one is missing."""
        losses = run.all(AdversarialLoss)
        return cls(
            _trend(losses, DISCRIMINATORS, GENERATORS, "discriminator"),
            _trend(losses, GENERATORS, DISCRIMINATORS, "generator"),
        )


def _trend(losses: Sequence[Series], mine: frozenset[str], theirs: frozenset[str], who: str) -> Trend[AdversarialLoss]:
    """Measure the plainest of the losses that only one of the two can mean: the whole, not a part."""
    fitting = [one for one in losses if mine & set(words(one.name)) and not theirs & set(words(one.name))]
    if not fitting:
        raise Unmeasurable(f"no loss of a {who} in this run")
    return Trend.measure(min(fitting, key=lambda one: len(words(one.name))))
