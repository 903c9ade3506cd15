"""A `.ckpt` of Lightning: `state_dict`, `optimizer_states`, `lr_schedulers`, `global_step`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from logdoctor.bundle.tensor_files import TensorFileError, read_tensors
from logdoctor.replay.checkpoints.loading import load_model, load_optimizer, load_rest, steps_in_optimizer
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import State, Training

_VERSION = "pytorch-lightning_version"
_SCALERS = ("MixedPrecision", "MixedPrecisionPlugin", "native_amp_scaling_state")
"""Where its versions keep the state of the loss scaling."""


def recognizes(path: Path) -> bool:
    """Recognize a checkpoint by the version of Lightning that it names."""
    if path.suffix.lower() != ".ckpt" or not path.is_file():
        return False
    try:
        contents = read_tensors(path)
    except TensorFileError:
        return False  # the next layout says what is wrong with it
    return isinstance(contents, dict) and _VERSION in contents


def read(path: Path) -> State:
    """Return the state in a file."""
    parts = _parts(path)
    step = steps_in_optimizer(parts.get("optimizer"))
    step = parts["step"] if step is None else step
    if not isinstance(step, int):
        raise ReplayError(f"{path}: says no global_step; use another checkpoint")

    def restore(training: Training) -> None:
        saved = _parts(path)
        load_model(training.model, saved["model"], path)
        if "optimizer" in saved:
            load_optimizer(training, saved["optimizer"], path)
        load_rest(training, saved, path)

    return State(step, restore, frozenset(parts.keys() - {"step"}), path)


def _parts(path: Path) -> dict[str, Any]:
    contents = read_tensors(path)
    listed = {"optimizer": "optimizer_states", "scheduler": "lr_schedulers"}
    parts = {ours: contents[theirs][0] for ours, theirs in listed.items() if contents.get(theirs)}
    scaler = next((contents[name] for name in _SCALERS if contents.get(name)), None)
    if scaler is not None:
        parts["scaler"] = scaler
    return {**parts, "model": contents.get("state_dict") or {}, "step": contents.get("global_step")}
