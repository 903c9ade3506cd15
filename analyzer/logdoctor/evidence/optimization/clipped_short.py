"""Whether gradients are clipped to next to nothing, so that every step is short whatever the rate."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run.roles import GradNorm
from logdoctor.signals import Hyperparameters
from logdoctor.wording import number

TIGHT = 0.01
"""Norm from which down clipping makes each step of an optimizer without a second moment a small one: those of networks
that learn are 0.1 to 10, and recipes clip at 0.1 to 5."""

USUAL = 1.0
"""Norm at which most recipes clip."""

MOST = 0.9
"""Share of the steps that a threshold should leave as they are."""


def clipped_short(settings: Hyperparameters) -> str:
    """Say at which norm gradients are clipped that is far below that of any network, or nothing.

    An optimizer with a second moment divides by the usual size of what is left, so that its steps keep their length.
    """
    clip = settings.clip_norm
    if clip is None or not 0 < clip <= TIGHT or settings.is_adaptive is not False:
        return ""
    return f"gradients are clipped at a norm of {number(clip)}, so that every step is short"


def clipped_causes(settings: Hyperparameters) -> tuple[Cause, ...]:
    """Return the cause with the threshold that this run's norms need, where gradients are clipped so; else none."""
    clip, clipped = settings.clip_norm, clipped_short(settings)
    if not clipped or clip is None:
        return ()
    logged = settings.run.find(GradNorm)
    norms = np.zeros(0) if logged is None else logged.finite.values
    wanted = float(np.quantile(norms, MOST)) if len(norms) else 0.0
    said = f"raise the threshold from {number(clip)} to about"
    if wanted > clip * (1 + 1e-3):  # logged before clipping
        fix = Fix(f"{said} {number(wanted)}, the 90th percentile of this run's norm", basis="this run's gradient norm")
    else:
        fix = Fix(f"{said} {number(USUAL)}, and log the norm before it is clipped", basis="general, what is usual")
    return (because("clipping-too-tight", Strength.LIKELY, pro=[clipped], fixes=[fix]),)
