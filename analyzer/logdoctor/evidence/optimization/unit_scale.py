"""Whether the targets of a regression were never scaled, as the size of its loss tells."""

from __future__ import annotations

from logdoctor.evidence.rates import rate_height
from logdoctor.signals import Hyperparameters
from logdoctor.wording import number

FAR_FROM_UNIT, ORDINARY = 1000.0, 0.01
"""Loss that no error of normalised targets has; and share of what seldom trains from which up a rate would learn those:
1e-4 with Adam."""


def far_from_unit(end: float, settings: Hyperparameters) -> str:
    """Say so where a loss lies far above that of targets of unit size, at a rate at which such targets are learnt."""
    height = rate_height(settings.run, settings)
    if end < FAR_FROM_UNIT or (height is not None and height < ORDINARY):
        return ""
    return f"the loss is {number(end)}: targets of unit variance give about 1, and each step moves outputs little"
