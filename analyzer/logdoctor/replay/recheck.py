"""Re-run the failure of an earlier replay with changed code: the fix that a replay cannot make itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from logdoctor.finding import Confidence
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import Material
from logdoctor.replay.meter import BudgetSpent, Meter, Progress
from logdoctor.replay.pipeline import Options
from logdoctor.replay.trials.changes import Change
from logdoctor.replay.trials.confirm import confirm
from logdoctor.replay.trials.experiment import Experiment
from logdoctor.replay.window.devices import chosen_device, repeatable
from logdoctor.replay.window.dials import UNCHANGED
from logdoctor.replay.window.guard import ceiling_of
from logdoctor.replay.window.reproduce import TAIL, logged_before, shifted, usable_states
from logdoctor.replay.window.session import Session
from logdoctor.replay.window.snapshot import RandomStates, Snapshot
from logdoctor.replayed import PATCHED, Failure, Outcome, Prescription, Replayed, Trial, Wording

MOVED = frozenset({"lr", "momentum", "betas"})
"""Settings of an optimizer that a scheduler changes as it goes."""


def recheck(
    material: Material,
    earlier: Replayed,
    options: Options,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Replayed:
    """Return the earlier result with what became of its failure now that the code is another.

    Raises ReplayError where that result has no failure that came again, or where recipe or state cannot be used.
    """
    baseline, verdict = earlier.baseline, earlier.verdict
    if baseline is None or baseline.failure is None or not baseline.reproduced or verdict is None:
        raise ReplayError("the earlier replay found no failure that a change of the code could remove")
    session = Session(
        shifted(material, replace(baseline.shift, log=baseline.shift.log - material.log_ahead)),
        chosen_device(options.device),
        Meter(options.seconds, options.steps, progress),
    )
    session.meter.stage = "runs the changed code"
    with repeatable(deterministic=options.deterministic):
        try:
            trial = _tried(session, baseline.state_step, baseline.failure)
        except BudgetSpent:
            raise ReplayError("the budget was spent before the changed code had run often enough") from None
    trials = (*(one for one in earlier.trials if one.name != PATCHED), trial)
    if trial.outcome is not Outcome.REMOVED:
        return replace(earlier, trials=trials)
    fix = verdict.prescription
    code = "" if fix is None else fix.alongside or (fix.text if fix.wording is Wording.NOT_TESTED else "")
    text = f"{code or 'keep the change of the code'}, as you did"
    prescription = Prescription(text, Wording.TESTED, len(trials) - 1)
    confidence = Confidence.HIGH if code else verdict.confidence
    return replace(earlier, trials=trials, verdict=replace(verdict, confidence=confidence, prescription=prescription))


def _tried(session: Session, state_step: int, failure: Failure) -> Trial:
    states = usable_states(session.material.states, state_step)
    start = session.restored(states[0])
    ceiling = ceiling_of(logged_before(session.material.logged, failure.step))
    change = Change(PATCHED, "run the code as it is now", UNCHANGED)
    again = partial(Experiment(session, start, failure, ceiling).run, change)
    before = RandomStates.now(session.device)
    trial = again(TAIL, None)
    if trial.outcome is not Outcome.REMOVED:
        reason = _overruled(session, start)
        return replace(trial, outcome=Outcome.UNTESTED, reason=reason) if reason else trial
    return confirm(again, trial, random=before.drew(session.device))


def _overruled(session: Session, start: Snapshot) -> str:
    """Say which setting of the optimizer the saved state put back over what `setup()` says now, or nothing.

    A rate that is lowered in the code is not what runs then. One that a scheduler moves is told by its bounds.
    """
    fresh, saved = session.material.recipe.setup().optimizer, start.training.optimizer
    if fresh is None or saved is None:
        return ""
    start.put_back()
    moved = MOVED if start.training.scheduler is not None else frozenset()
    for now, then in zip(fresh.param_groups, saved.param_groups, strict=False):
        for name, value in now.items():
            if name in then.keys() - moved and isinstance(value, int | float) and value != then[name]:
                return f"the saved state sets {name} to {then[name]:g} again, not {value:g}; train anew to test it"
    return ""
