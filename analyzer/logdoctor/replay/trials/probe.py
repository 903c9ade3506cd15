"""Two by two: the state now or an older one, on the flagged batch or another.

PaLM's authors told "bad data" from "bad data for this state" that way: the batches of a spike, replayed from an earlier
checkpoint, did not spike (arXiv 2204.02311, section 5.1).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

from logdoctor.replay.window.devices import tensors_of
from logdoctor.replay.window.dials import Dials
from logdoctor.replay.window.guard import RATIO, Guard
from logdoctor.replay.window.session import Session
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replay.window.stepping import NoBatchError, batch_of
from logdoctor.replayed import Probe

OTHERS = 3
"""Other batches at most; the majority decides."""

DISTANCES = (1, 2, 3, -1, -2, -3)
"""Where they are looked for: before the flagged one where those after it hold NaN, as what a broken model has made."""


def probe(session: Session, now: Snapshot, old: Snapshot | None, ceiling: float) -> Probe:
    """Take one step from each state on each batch; `ceiling` is the loss above which the flagged step failed."""
    flagged = now.step
    tried: list[tuple[int, bool]] = []
    for other in islice(_others(session, flagged), OTHERS):
        failed = _fails(session, now, other, ceiling)
        if failed is not None:
            tried.append((other, failed[0]))
        if len(tried) == 2 and tried[0][1] == tried[1][1]:
            break
    now_other = sum(failed for _, failed in tried) * 2 > len(tried) if tried else None
    other_steps = tuple(step for step, _ in sorted(tried, key=lambda one: one[1]))
    if old is None or old.step >= flagged:
        return Probe(now_flagged=True, now_other=now_other, other_steps=other_steps)
    sound = _fails(session, old, old.step, ceiling)
    # An older state may have had a higher loss on every batch.
    level = sound[1] if sound is not None and math.isfinite(sound[1]) else ceiling
    failed = _fails(session, old, flagged, max(ceiling, RATIO * level))
    return Probe(
        now_flagged=True,
        now_other=now_other,
        old_flagged=failed[0] if failed is not None else None,
        old_other=sound[0] if sound is not None else None,
        old_step=old.step,
        other_steps=other_steps,
    )


def _others(session: Session, flagged: int) -> Iterator[int]:
    """Yield the steps of batches near the flagged one that hold no NaN."""
    for step in (flagged + distance for distance in DISTANCES):
        try:
            batch = batch_of(session.material, step, session.device) if step >= 0 else None
        except NoBatchError:
            continue
        if batch is not None and not any(bool(one.isnan().any()) for _, one in tensors_of(batch)):
            yield step


def _fails(session: Session, start: Snapshot, batch: int, ceiling: float) -> tuple[bool, float] | None:
    """Return whether a step on a batch fails, and its loss; None where there is no such batch."""
    guard = Guard([], fixed=ceiling)
    try:
        window = session.run(start, start.step, guard, Dials(swap={start.step: batch}))
    except NoBatchError:
        return None
    return window.failure is not None, window.seen[0].loss
