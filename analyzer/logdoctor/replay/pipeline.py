"""The whole replay: reproduce, locate, probe, try, confirm, judge; an interruption keeps what was learnt."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch

from logdoctor.replay.birth.locate import trace
from logdoctor.replay.birth.swell import swells
from logdoctor.replay.judging.facts import Facts
from logdoctor.replay.material import Fidelity, Material
from logdoctor.replay.meter import BudgetSpent, Meter, Progress
from logdoctor.replay.notebook import Notebook
from logdoctor.replay.treatment import Treatment
from logdoctor.replay.trials.confirm import HORIZON
from logdoctor.replay.trials.culprits import come_again, culprits
from logdoctor.replay.trials.probe import probe
from logdoctor.replay.trials.situation import Situation, scalars, situation_of
from logdoctor.replay.window.devices import chosen_device, repeatable
from logdoctor.replay.window.reproduce import LEAD, Reproduction, logged_failure, reproduce
from logdoctor.replay.window.session import Session
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replayed import Environment, Failure, Replayed, Symptom, Target
from logdoctor.wording import counted

__all__ = ["Options", "Progress", "replay"]

RUN_UP = 16
"""Steps before the failure that the result records."""


@dataclass(frozen=True)
class Options:
    """How to replay."""

    device: str = "auto"
    """`auto`, or as torch names it: `cpu`, `cuda`, `cuda:1`."""
    deterministic: bool = True
    """Use deterministic operations where there are any."""
    seconds: float = 600.0
    """Budget of time."""
    steps: float = 5000.0
    """Budget of step-equivalents."""
    only: frozenset[str] | None = None
    """Names of the changes to try, and no others; None for all that can tell something."""


def replay(
    material: Material,
    target: Target,
    options: Options = Options(),
    progress: Callable[[Progress], None] = lambda _: None,
) -> Replayed:
    """Find out why the flagged step failed. Runs the recipe's code.

    Raises ReplayError where the recipe or a state cannot be used. A spent budget or a keyboard interrupt ends it early,
    and the result says so.
    """
    device = chosen_device(options.device)
    session = Session(material, device, Meter(options.seconds, options.steps, progress))
    environment = Environment(str(torch.__version__), str(device), options.deterministic)
    notebook = Notebook(Replayed(target, environment, str(material.fidelity), LIMITS[material.fidelity]))
    with repeatable(deterministic=options.deterministic):
        try:
            _learn(session, target, options.only, notebook)
        except KeyboardInterrupt:
            notebook.note(interrupted="interrupt")
        except BudgetSpent:
            notebook.note(interrupted="budget")
    notebook.conclude()
    if session.ended_at is not None:
        end = f"there is no batch from step {session.ended_at} on: what would happen then cannot be seen"
        notebook.note(remarks=(*notebook.result.remarks, end))
    notebook.note(cost=session.meter.cost)
    return notebook.result


LIMITS = {
    Fidelity.EXACT: (),
    Fidelity.NO_RANDOM_STATE: (
        "random states were not saved: dropout draws other numbers, and a failure that hangs on them may not come back",
    ),
    Fidelity.NO_BATCHES: ("batches were not saved: neighbours stand in, and faults of the data cannot be shown",),
    Fidelity.WEIGHTS_ONLY: ("no optimizer state was saved: where it breaks can be shown, but no fix can be tested",),
}
"""What cannot be concluded, by how much of the state could be restored."""


def _learn(session: Session, target: Target, only: frozenset[str] | None, notebook: Notebook) -> None:
    """Go through the stages, and note after each what was learnt."""
    found = _reproduce(session, target, notebook)
    failure = found.baseline.failure
    if failure is None or not found.baseline.reproduced:
        return
    session.meter.expected = session.meter.cost.steps + 250.0
    _locate(session, found, failure, notebook)
    situation = _probe(session, found, failure, notebook)
    if session.material.fidelity is not Fidelity.WEIGHTS_ONLY:
        Treatment(session, situation, notebook, found.window.random).run(only)


def _reproduce(session: Session, target: Target, notebook: Notebook) -> Reproduction:
    """Replay the steps up to the flagged one, and note whether it fails again."""
    material = session.material
    session.meter.stage = "replays the window"
    found = reproduce(session, target.step)
    shift = found.baseline.shift
    baseline = replace(found.baseline, shift=replace(shift, log=shift.log + material.log_ahead))
    notebook.note(baseline=baseline, run_up=tuple(one.run_up for one in found.window.seen[-RUN_UP:]))
    notebook.facts = Facts(
        found.baseline,
        exact=material.fidelity is Fidelity.EXACT and not found.not_put_back,
        batches=material.fidelity is not Fidelity.NO_BATCHES,
        logged_failure=logged_failure(material.logged, target.step - found.baseline.shift.log),
    )
    notebook.note(remarks=tuple(_remarks(found, session.material)))
    return found


def _locate(session: Session, found: Reproduction, failure: Failure, notebook: Notebook) -> None:
    """Note which operation broke first, and what had grown since the steps before."""
    failing = found.snapshots[failure.step]
    if failure.symptom is not Symptom.LOSS_TOO_HIGH:
        session.meter.stage = "looks for the operation"
        birth, harmless = trace(session, failing, skipping=failure.symptom is Symptom.STEPS_SKIPPED)
        notebook.note(birth=birth, harmless=harmless)
    healthy = found.snapshots[max(failure.step - LEAD, found.start.step)]
    if healthy.step < failing.step:
        notebook.note(swells=swells(session, healthy, failing))


def _probe(session: Session, found: Reproduction, failure: Failure, notebook: Notebook) -> Situation:
    """Note whether the state or the batch is at fault, and which examples; return the basis for choosing a fix."""
    failing, ceiling = found.snapshots[failure.step], found.window.ceiling
    session.meter.stage = "probes state and batch"
    probed = probe(session, failing, _older(session, found), ceiling)
    notebook.note(probe=probed)
    if probed.now_other is False:
        session.meter.stage = "looks for the examples"
        # Examples of two batches together may have another loss than either: a height tells only what was too high.
        height = ceiling if failure.symptom is Symptom.LOSS_TOO_HIGH else math.inf
        notebook.note(culprits=culprits(session, failing, height, probed.other_steps[0]))
    situation = situation_of(session.material, found, notebook.result.birth, probed)
    situation.again = come_again(session, failure.step, notebook.result.culprits, failure.step + HORIZON)
    notebook.know(birth=notebook.result.birth, probe=probed, culprits=notebook.result.culprits, **scalars(situation))
    return situation


def _remarks(found: Reproduction, material: Material) -> Iterator[str]:
    """Yield what the user should know about the window besides its numbers."""
    baseline, moves = found.baseline, material.moves
    ahead = baseline.shift.log + material.log_ahead
    if baseline.shift.batch:
        yield f"batch(step) is off by one: the run's step k took the recipe's batch(k{baseline.shift.batch:+d})"
    if ahead:
        yield f"the log has the loss of step k at k{ahead:+d}; steps here are counted from 0"
    if baseline.is_another:
        yield "the replayed losses are not the logged ones from the first step on: check the recipe against the script"
    if moves is not None:
        moved = counted(len([step for step in moves if step >= found.start.step]), "time")
        yield f"the training did not step its schedule after every step, but {moved} from here on: so does the replay"
    for name in found.not_put_back:
        effect = "the learning rate stays what it was" if name == "scheduler" else "its state could not be put back"
        yield f"the training had a {name} and setup() returns none: {effect}"
    if isinstance(found.start.training.model, torch._dynamo.OptimizedModule):
        yield "the model is compiled; the replay runs it eagerly, and a fault of compiled code would not show"


def _older(session: Session, found: Reproduction) -> Snapshot | None:
    """Return a state from well before the failure: the start of the window if early enough, else a saved one."""
    assert found.baseline.failure is not None  # noqa: S101 - the caller asked, for the type checker
    if found.sound_from is not None:
        return found.sound_from
    if found.start.step <= found.baseline.failure.step - LEAD:
        return found.start
    return session.restored(found.older) if found.older is not None else None
