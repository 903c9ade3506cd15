"""The whole replay: reproduce, locate, probe, try, confirm, judge; an interruption keeps what was learnt."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from logdoctor.replay.devices import chosen_device, repeatable
from logdoctor.replay.locate import trace
from logdoctor.replay.material import Material
from logdoctor.replay.meter import BudgetSpent, Meter, Progress
from logdoctor.replay.reproduce import reproduce
from logdoctor.replay.session import Session
from logdoctor.replayed import Environment, Replayed, Target

__all__ = ["Options", "Progress", "replay"]


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


def replay(
    material: Material,
    target: Target,
    options: Options = Options(),
    progress: Callable[[Progress], None] = lambda _: None,
) -> Replayed:
    """Find out why the flagged step failed. Runs the recipe's code.

    Raises ReplayError where the recipe or a state cannot be used. A spent budget and an interrupt from the keyboard end
    it early, and the result says so.
    """
    device = chosen_device(options.device)
    session = Session(material, device, Meter(options.seconds, options.steps, progress))
    environment = Environment(str(torch.__version__), str(device), options.deterministic)
    notebook = Notebook(Replayed(target, environment, str(material.fidelity)))
    with repeatable(deterministic=options.deterministic):
        try:
            _learn(session, target, notebook)
        except KeyboardInterrupt:
            notebook.note(interrupted="interrupt")
        except BudgetSpent:
            notebook.note(interrupted="budget")
    notebook.note(cost=session.meter.cost)
    return notebook.result


class Notebook:
    """The result as far as it is known."""

    def __init__(self, result: Replayed) -> None:
        self.result = result

    def note(self, **learnt: Any) -> None:
        """Write down fields of the result."""
        self.result = dataclasses.replace(self.result, **learnt)


def _learn(session: Session, target: Target, notebook: Notebook) -> None:
    """Go through the stages, and note after each what it taught."""
    meter = session.meter
    meter.stage = "replays the window"
    found = reproduce(session, target.step)
    notebook.note(baseline=found.baseline, run_up=tuple(one.run_up for one in found.window.seen[-16:]))
    failure = found.baseline.failure
    if failure is None:
        return
    meter.stage = "looks for the operation"
    birth, harmless = trace(session, found.snapshots[failure.step])
    notebook.note(birth=birth, harmless=harmless)
