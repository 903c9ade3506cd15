"""Whether a run goes on learning after a step at which its gradients are no numbers."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.run.roles import Reward, ValLoss, ValMetric
from logdoctor.signals import Change, LossImpact, Trend


@dataclass(frozen=True)
class Learning:
    """The curves that show it: the training loss, or what stands beside it where none is logged."""

    loss: LossImpact | None
    val: Trend[ValLoss] | None
    metric: Trend[ValMetric] | None
    reward: Trend[Reward] | None

    def goes_on_from(self, step: int) -> bool:
        """Whether a loss falls from that step on, or a metric or reward rises where no training loss is logged."""
        if self.loss is not None:
            change = Change.since(self.loss.train, step)
            return change is not None and change.falls
        fallen = None if self.val is None else Change.since(self.val, step)
        gains = (Change.since(one, step) for one in (self.metric, self.reward) if one is not None)
        return (fallen is not None and fallen.falls) or any(one is not None and one.rises for one in gains)
