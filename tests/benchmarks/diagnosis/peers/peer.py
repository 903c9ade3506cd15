"""What a peer says of a run, in the words of our rules.

Peers have fewer words than there are rules: "plateau" may mean any loss that does not fall. So an alarm names every
rule that would say the same, and counts as right when any of them is expected or accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from logdoctor import Run

NOT_LEARNING = frozenset({"plateau", "no-learning", "stalled-at-chance", "slow-convergence", "underfitting"})
OVERFIT = frozenset({"overfitting", "generalization-gap"})
NON_FINITE = frozenset({"nan-loss", "masked-nan", "non-finite-gradients"})
SPIKE = frozenset({"loss-spike", "divergence"})


@dataclass(frozen=True)
class Alarm:
    """One thing that a peer reports."""

    name: str
    """As the peer calls it."""
    rules: frozenset[str]
    """Ids of our rules that would say the same."""


@dataclass(frozen=True)
class Peer:
    """The rules of another tool, as far as they judge curves."""

    name: str
    judge: Callable[[Run], tuple[Alarm, ...]]

    def alarms(self, run: Run) -> tuple[Alarm, ...]:
        """Return what the peer reports of a run; numbers that overflow are no error of the run's."""
        with np.errstate(all="ignore"):
            return self.judge(run)
