"""Re-run the window twice, unchanged: whether and where it fails, and whether its losses match the log."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import Fidelity, Material, State
from logdoctor.replay.window.guard import Guard, ceiling_of
from logdoctor.replay.window.pace import moves_of
from logdoctor.replay.window.session import Session, Window
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replayed import Baseline, Shift, Symptom

LEAD = 8
"""Healthy steps wanted before the failure: what precedes a spike does so by 1 to 8 steps (arXiv 2304.13013)."""

TAIL = 15
"""Steps after the flagged one at which a failure still counts as this one."""

SAME_LOSS = 1e-3
"""Relative difference up to which a replayed loss is the logged one: logs round to 4 digits, half precision to 3."""

MUCH_CLOSER = 10.0
"""How much closer a shifted batch must come to the log than the given one before the recipe's counting is doubted."""

JUMP = 1.5
"""Ratio of the learning rates of two steps from which it is a jump: schedules change by far less from step to step."""

PROOF = 3
"""Losses that must agree with the log before a recipe's counting is called off."""

SHIFTS = tuple(Shift(batch, log) for batch in (0, 1, -1) for log in (0, 1, -1))


@dataclass
class Reproduction:
    """What the baseline found, and the snapshots that the trials begin at."""

    baseline: Baseline
    window: Window
    """The first replay, measured."""
    start: Snapshot
    snapshots: dict[int, Snapshot]
    """By step: the failing one, one with some lead, and where the learning rate jumps."""
    history: list[float]
    """Logged losses before the window."""
    older: State | None
    """A state older than the one started from."""
    not_put_back: tuple[str, ...]
    """Parts that were saved and that `setup()` does not build."""
    sound_from: Snapshot | None = None
    """An earlier state from which the failure does not come: the state started from is at fault."""


def usable_states(states: Sequence[State], step: int) -> list[State]:
    """Return the states that lie before a step, the nearest first; raises ReplayError where there is none."""
    usable = [one for one in reversed(states) if one.step <= step]
    if not usable:
        raise ReplayError(
            f"no saved state lies before step {step}; the oldest is of step {states[0].step}. "
            "Name an earlier checkpoint, or a later step"
        )
    return usable


def logged_before(logged: Mapping[int, float], step: int) -> list[float]:
    """Return the logged losses before a step, in order."""
    return [logged[at] for at in sorted(logged) if at < step]


def close(one: float, other: float) -> bool:
    """Whether two losses are the same but for rounding and noise; NaN is like NaN."""
    if not (math.isfinite(one) and math.isfinite(other)):
        return math.isnan(one) == math.isnan(other) and (math.isnan(one) or one == other)
    return abs(one - other) <= SAME_LOSS * max(abs(one), abs(other), 1e-3)


def shifted(material: Material, shift: Shift) -> Material:
    """Return the material with its batches and its log counted as the run counted them."""
    if shift == Shift():
        return material
    batches = material.batches
    return replace(
        material,
        batches=lambda step: batches(step + shift.batch),
        logged={step - shift.log: loss for step, loss in material.logged.items()},
    )


def _found_shift(session: Session, start: Snapshot, logged: Mapping[int, float]) -> Shift:
    """Return by how much batches and log are off, by the first loss; no shift where nothing fits better."""
    differences: dict[Shift, float] = {}
    losses: dict[int, float] = {}
    for shift in SHIFTS:
        if start.step + shift.log not in logged:
            continue
        if shift.batch not in losses:
            try:
                losses[shift.batch] = session.first_loss(start, start.step + shift.batch)
            except ReplayError:
                continue
        differences[shift] = abs(losses[shift.batch] - logged[start.step + shift.log])
    if Shift() not in differences:
        return Shift()
    best = min(differences, key=differences.__getitem__)
    scale = max(abs(logged[start.step + best.log]), 1e-3)
    if differences[best] <= SAME_LOSS * scale and differences[best] * MUCH_CLOSER <= differences[Shift()]:
        return best
    return Shift()


def reproduce(session: Session, target: int) -> Reproduction:
    """Replay the window around the flagged step twice; set the recipe's counting right first if it is off.

    The nearest state comes first, as it may itself be at fault. Where the failure comes so soon after it that nothing
    could be seen coming, or changed in time, an older state is tried, and so on: the failure either comes from there as
    well, and the window begins there, or the nearest state is at fault.
    """
    states = usable_states(session.material.states, target)
    session.meter.expected = 2.0 * (target - states[0].step + TAIL)
    start = session.restored(states[0])
    session.material = replace(session.material, moves=moves_of(session, start, target))
    shift = _counted_right(session, start)
    target -= shift.log
    last, logged = target + TAIL, session.material.logged
    first = _replayed(session, start, last)
    sound_from, rest = None, states[1:]
    while rest and first.failure is not None and first.failure.step - start.step < LEAD:
        earlier = session.restored(rest[0])
        longer = _replayed(session, earlier, last)
        if longer.failure is None:
            sound_from = earlier
        if longer.failure is None or longer.failure.step > first.failure.step:
            break
        start, first, rest = earlier, longer, rest[1:]
    older = rest[0] if rest else None
    saved = states[0].holds if session.material.recipe.load is None else ()  # what a load() finds, nobody knows
    history = logged_before(logged, start.step)
    second = session.run(start, last, Guard(list(history)), keep=_wanted(first))
    baseline = Baseline(
        state_step=start.step,
        reproduced=_failing(first) is not None and _failing(first) == _failing(second) and not _denied(first, logged),
        failure=first.failure,
        shift=shift,
        noise_floor=_noise(first, second),
        drew_others=first.random and session.material.fidelity is Fidelity.NO_RANDOM_STATE,
        **_comparison(first, logged),
    )
    lacking = tuple(one for one in ("scheduler", "scaler") if one in saved and getattr(start.training, one) is None)
    return Reproduction(baseline, first, start, second.snapshots, history, older, lacking, sound_from)


def _failing(window: Window) -> int | None:
    return window.failure.step if window.failure is not None else None


def _denied(window: Window, logged: Mapping[int, float]) -> bool:
    """Whether the log has healthy losses where the replay's loss fails: then this is not the failure of the run."""
    failure = window.failure
    if failure is None or failure.symptom not in (Symptom.LOSS_NOT_FINITE, Symptom.LOSS_TOO_HIGH):
        return False
    return failure.step in logged and logged_failure(logged, failure.step) is None


def _wanted(window: Window) -> set[int]:
    """Return the steps before which trials will begin."""
    failing = _failing(window)
    return set() if failing is None else {failing, max(failing - LEAD, window.first), *_jumps(window)}


def _counted_right(session: Session, start: Snapshot) -> Shift:
    """Find by how much the recipe's counting is off, and put the session's material right."""
    logged = session.material.logged
    if start.step not in logged or close(session.first_loss(start, start.step), logged[start.step]):
        return Shift()
    shift = _found_shift(session, start, logged)
    if shift == Shift():
        return shift
    as_counted, session.material = session.material, shifted(session.material, shift)
    # One loss may agree by chance; several do not.
    window = session.run(start, start.step + PROOF - 1, Guard([]))
    compared = [(loss, session.material.logged.get(at)) for at, loss in window.losses.items()]
    if all(expected is not None and close(loss, expected) for loss, expected in compared) and len(compared) == PROOF:
        return shift
    session.material = as_counted
    return Shift()


def _replayed(session: Session, start: Snapshot, last: int) -> Window:
    history = logged_before(session.material.logged, start.step)
    return session.run(start, last, Guard(history), measure=True)


def logged_failure(logged: Mapping[int, float], target: int) -> int | None:
    """Return the first step near the flagged one whose logged loss fails; None where none does."""
    near = (at for at in sorted(logged) if target - LEAD <= at <= target + TAIL)
    return next((at for at in near if not logged[at] <= ceiling_of(logged_before(logged, at))), None)


def _jumps(window: Window) -> set[int]:
    """Return the steps whose learning rate is far above that of the step before."""
    steps = [one for one in window.seen if one.rates]
    return {
        later.step
        for earlier, later in pairwise(steps)
        if any(now > JUMP * then for then, now in zip(earlier.rates, later.rates, strict=False))
    }


def _noise(first: Window, second: Window) -> float | None:
    """Return the largest difference between two replays of the same steps."""
    one, other = first.losses, second.losses
    return max((_difference(one[at], other[at]) for at in one.keys() & other.keys()), default=None)


def _difference(one: float, other: float) -> float:
    """Return how far two losses are apart; NaN is like NaN, and unlike anything else."""
    if math.isnan(one) or math.isnan(other):
        return 0.0 if math.isnan(one) and math.isnan(other) else math.inf
    return 0.0 if one == other else abs(one - other)


def _comparison(window: Window, logged: Mapping[int, float]) -> dict[str, Any]:
    failing = window.failure.step if window.failure is not None else math.inf
    pairs = [(at, loss, logged[at]) for at, loss in window.losses.items() if at in logged]
    healthy = [abs(loss - expected) for at, loss, expected in pairs if at < failing and math.isfinite(loss + expected)]
    differing = [at for at, loss, expected in pairs if not close(loss, expected)]
    return {
        "compared": len(pairs),
        "largest_difference": max(healthy) if healthy else None,
        "follows_log": not differing if pairs else None,
        "differs_at": differing[0] if differing else None,
    }
