"""Two naive ways to name a cause from such trials: the first fix that helps, and what all that help agree on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from logdoctor.replay.material import Precision
from logdoctor.replay.meter import Meter
from logdoctor.replay.trials.changes import Change
from logdoctor.replay.trials.experiment import attempt
from logdoctor.replay.trials.situation import Situation, situation_of
from logdoctor.replay.window.dials import Dials
from logdoctor.replay.window.reproduce import LEAD, reproduce
from logdoctor.replay.window.session import Session
from logdoctor.replayed import Outcome, Probe

from .runs import Ran

NONE_HELPS = "unstable-operation"
"""What is left where no fix helps."""

RATE = "learning-rate-too-high"


@dataclass(frozen=True)
class Policies:
    """The causes that the naive policies name; empty where they name none."""

    first: str = ""
    agreed: str = ""


def naive(ran: Ran) -> Policies:
    """Try every fix, in the order in which people try them, and let the naive policies speak."""
    session = Session(ran.material, torch.device("cpu"), Meter(600.0, 1e6, lambda _: None))
    assert ran.flagged is not None
    found = reproduce(session, ran.flagged)
    if found.baseline.failure is None or not found.baseline.reproduced:
        return Policies(first=RATE)  # every fix "helps" against a failure that does not come back
    at = situation_of(ran.material, found, None, Probe())
    helping = [cause for cause, change in _usual(at) if attempt(session, at, change).outcome is Outcome.REMOVED]
    if not helping:
        return Policies(NONE_HELPS, NONE_HELPS)
    return Policies(helping[0], helping[0] if len(set(helping)) == 1 else "")


def _usual(at: Situation) -> Iterator[tuple[str, Change]]:
    whole = at.failure.step - at.start.step
    yield RATE, Change("learning-rate", "", Dials(rate_factor=0.1), lead=LEAD)
    yield "no-gradient-clipping", Change("clip", "", Dials(clip_norm=at.norm or 1.0), lead=LEAD)
    yield "half-precision-overflow", Change("precision", "", Dials(precision=Precision.FP32), lead=LEAD)
    yield "epsilon-too-small", Change("epsilon", "", Dials(epsilon=1e-6), lead=LEAD)
    yield "stale-second-moment", Change("beta2", "", Dials(beta2=0.95), lead=whole)
    yield RATE, Change("warm-up", "", Dials(warm_up=(at.failure.step - LEAD, 2 * LEAD)), lead=LEAD)
    yield RATE, Change("rate-before", "", Dials(rates=at.start.rates), lead=whole)
    yield "stale-second-moment", Change("update-clip", "", Dials(update_clip=1.0), lead=LEAD)
    yield "bad-batch", Change("skip", "", Dials(skip=frozenset({at.failure.step})))
    if at.sound_from is not None:
        yield "corrupted-state", Change("earlier-state", "", Dials(), begin=at.sound_from)
