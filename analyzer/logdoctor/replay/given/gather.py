"""Gather the inputs of a replay from the folder of a run, its recipe and its checkpoints."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from logdoctor.bundle import layout, random_states
from logdoctor.bundle.plain import restored
from logdoctor.bundle.tensor_files import TensorFileError, read_tensors
from logdoctor.replay.checkpoints.finding import find_checkpoints, nearest, read_checkpoint
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import Fidelity, Material, Recipe, State

SAME_LOSS = 1e-3
"""Relative difference up to which a logged loss is the captured one: logs round to 4 digits."""

SMALL_LOSS = 0.1
"""Loss below which four decimals are fewer digits."""

MUCH_CLOSER = 10.0
"""How much closer the losses of a step must come to those logged a step later before the counting is doubted."""

PROOF = 3
"""Losses that must tell so."""


@dataclass(frozen=True)
class Kept:
    """The batches of a capture."""

    files: Mapping[int, Path] = field(default_factory=dict)

    def read(self, step: int) -> Mapping[str, Any]:
        """Return the batches and random states of a step; raises LookupError, or ReplayError for a damaged file."""
        if step not in self.files:
            raise LookupError(f"the capture holds no batch of step {step}")
        kept = restored(read_tensors(self.files[step]))
        if not isinstance(kept, dict) or not {"batches", "random"} <= kept.keys():
            raise TensorFileError(f"{self.files[step]}: holds no batches; delete it, or capture anew")
        return kept

    def batch(self, step: int, accumulate: int) -> Any:
        """Return the batch of a step, or the list of its batches where gradients are accumulated."""
        batches = self.read(step)["batches"]
        if accumulate == len(batches) == 1:
            return batches[0]
        if accumulate != len(batches):
            made = "one batch" if len(batches) == 1 else f"{len(batches)} batches"
            raise ReplayError(
                f"{self.files[step]}: step {step} was made of {made}; say accumulate = {len(batches)} in the recipe"
            )
        return list(batches)

    def put_back_randomness(self, step: int) -> None:
        """Set all random states to those before the step."""
        random_states.put_back(self.read(step)["random"])


def find_capture(run: Path) -> Path | None:
    """Return the newest capture in the folder of a run, or the folder itself where it is one."""
    if (run / layout.STEPS).is_file() and run.name.startswith(layout.FOLDER):
        return run
    found = [one for one in run.glob(f"{layout.FOLDER}*") if (one / layout.STEPS).is_file()]
    return max(found, key=lambda one: (one / layout.STEPS).stat().st_mtime, default=None)


def alarm_step(capture: Path) -> int | None:
    """Return the step at which a capture saw the training go wrong."""
    try:
        step = json.loads((capture / layout.ALARM).read_text(encoding="utf-8"))["step"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return step if type(step) is int else None


def captured_losses(capture: Path) -> dict[int, float]:
    """Return the objective of every step that a capture logged; a torn last line costs that line."""
    return _captured(capture, "loss")


def _captured(capture: Path, name: str) -> dict[int, float]:
    found: dict[int, float] = {}
    for line in (capture / layout.STEPS).read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record = json.loads(line)
            found[int(record["step"])] = float(record[name])
        except (ValueError, KeyError, TypeError):
            continue
    return found


def log_ahead(logged: Mapping[int, float], captured: Mapping[int, float]) -> int:
    """Return by how much a log that counts its first step as 1 is ahead of a capture, which counts it as 0.

    No more than the losses show: they must be those of the step before, and not those of the same step.
    """
    distance = {ahead: _apart(logged, captured, ahead) for ahead in (0, 1)}
    return int(distance[1] <= SAME_LOSS < distance[0] and MUCH_CLOSER * distance[1] <= distance[0])


def _apart(logged: Mapping[int, float], captured: Mapping[int, float], ahead: int) -> float:
    """Return the median relative difference of the losses of the same steps; infinity of too few."""
    pairs = [(loss, captured[step - ahead]) for step, loss in logged.items() if step - ahead in captured]
    both = [(one, other) for one, other in pairs if math.isfinite(one) and math.isfinite(other)]
    differences = [abs(one - other) / max(abs(one), abs(other), SMALL_LOSS) for one, other in both]
    return median(differences) if len(differences) >= PROOF else math.inf


def gather(
    run: Path,
    recipe: Recipe,
    step: int,
    logged: Mapping[int, float],
    checkpoint: Path | None = None,
) -> Material:
    """Return what a replay of a step has; raises ReplayError where it cannot begin.

    States come from `checkpoint` alone where it is given, or else from all below `run`; batches from a capture, and
    where it has none from the recipe. The losses that a capture logged are preferred: it logs every step.
    """
    capture = find_capture(run)
    states = _states(run, recipe, step, checkpoint)
    kept = Kept(layout.batch_files(capture) if capture is not None else {})
    if recipe.batch is None and not kept.files:
        raise ReplayError(f"{recipe.path}: there is no capture of {run}; define batch(step) in the recipe")
    losses = captured_losses(capture) if capture is not None else {}
    return Material(
        recipe=recipe,
        states=states,
        fidelity=_fidelity(states, recipe, kept, step),
        batches=_batches(recipe, kept, step),
        logged=losses or dict(logged),
        log_ahead=log_ahead(logged, losses),
        rates=_captured(capture, "lr") if capture is not None else {},
        randomness=kept.put_back_randomness if kept.files else None,
    )


def _states(run: Path, recipe: Recipe, step: int, checkpoint: Path | None) -> tuple[State, ...]:
    if checkpoint is not None:
        state = read_checkpoint(checkpoint, recipe.load)
        if state.step > step:
            raise ReplayError(f"{checkpoint}: was saved after step {state.step}, later than the flagged step {step}")
        return (state,)
    found = find_checkpoints(run, recipe.load)
    states = nearest(found.states, step)
    if states:
        return states
    if found.states:
        raise ReplayError(
            f"{run}: the first checkpoint is of step {found.states[0].step}, later than the flagged step {step}; "
            "save earlier, or begin with logdoctor capture"
        )
    why = f" ({found.unusable[0]})" if found.unusable else ""
    raise ReplayError(f"{run}: no checkpoint below it can be used{why}; name one with --checkpoint PATH")


def _batches(recipe: Recipe, kept: Kept, step: int) -> Callable[[int], Any]:
    own = recipe.batch
    if own is None and step not in kept.files:
        return lambda at: kept.batch(min(kept.files, key=lambda one: abs(one - at)), recipe.accumulate)

    def batch(at: int) -> Any:
        if at in kept.files or own is None:
            return kept.batch(at, recipe.accumulate)
        return own(at)

    return batch


def _fidelity(states: tuple[State, ...], recipe: Recipe, kept: Kept, step: int) -> Fidelity:
    newest = states[-1]
    if "optimizer" not in newest.holds:
        return Fidelity.WEIGHTS_ONLY
    if recipe.batch is None and step not in kept.files:
        return Fidelity.NO_BATCHES
    if "random" in newest.holds or step in kept.files:
        return Fidelity.EXACT
    return Fidelity.NO_RANDOM_STATE
