"""A safetensors file: only weights, with their step in the name or in the metadata."""

from __future__ import annotations

from pathlib import Path

from logdoctor.bundle.tensor_files import read_weights
from logdoctor.replay.checkpoints.loading import load_model, step_in_name
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import State, Training


def recognizes(path: Path) -> bool:
    """Tell a file by its ending."""
    return path.is_file() and path.suffix.lower() == ".safetensors"


def read(path: Path) -> State:
    """Return the state in a file; raises ReplayError where its step is unknown."""
    _, notes = read_weights(path)
    noted = next((notes[name] for name in ("step", "global_step") if notes.get(name, "").isdecimal()), None)
    step = int(noted) if noted else step_in_name(path.stem)
    step = step_in_name(path.parent.name) if step is None else step
    if step is None:
        raise ReplayError(f"{path}: neither its notes nor its name say its step; call it step_N.safetensors")

    def restore(training: Training) -> None:
        load_model(training.model, read_weights(path)[0], path)

    return State(step, restore, frozenset({"model"}), path)
