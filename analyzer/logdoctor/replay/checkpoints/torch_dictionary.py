"""A dictionary saved with `torch.save`, under the keys that training scripts use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from logdoctor.bundle.tensor_files import read_tensors
from logdoctor.replay.checkpoints.loading import (
    load_model,
    load_optimizer,
    load_rest,
    step_in_name,
    steps_in_optimizer,
)
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import State, Training

SUFFIXES = frozenset({".pt", ".pth", ".ckpt", ".bin", ".tar", ".chkpt", ".checkpoint"})

NAMES: Mapping[str, tuple[str, ...]] = {
    "model": ("model", "model_state_dict", "state_dict", "model_state", "net", "network", "module", "weights"),
    "optimizer": ("optimizer", "optimizer_state_dict", "optim", "opt", "optimizer_state", "optim_state_dict"),
    "scheduler": ("scheduler", "lr_scheduler", "scheduler_state_dict", "lr_scheduler_state_dict", "sched"),
    "scaler": ("scaler", "grad_scaler", "scaler_state_dict", "amp_scaler", "amp"),
    "random": ("rng_state", "torch_rng_state", "cpu_rng_state", "rng"),
    "step": ("global_step", "step", "steps", "iteration", "iter", "iter_num", "num_updates", "it"),
}
"""What PyTorch's tutorials, timm, nanoGPT, fairseq and most scripts call the parts."""


def recognizes(path: Path) -> bool:
    """Tell a file by its ending; whether it holds a training shows when it is read."""
    return path.is_file() and path.suffix.lower() in SUFFIXES


def read(path: Path) -> State:
    """Return the state in a file; raises ReplayError where its step is unknown."""
    parts = _parts_of(read_tensors(path), path)
    step = next(
        (one for one in (steps_in_optimizer(parts.get("optimizer")), parts.get("step")) if one is not None),
        step_in_name(path.name),
    )
    if step is None:
        raise ReplayError(f"{path}: neither its contents nor its name say its step; call it step_N{path.suffix}")

    def restore(training: Training) -> None:
        saved = _parts_of(read_tensors(path), path)
        load_model(training.model, saved["model"], path)
        if "optimizer" in saved:
            load_optimizer(training, saved["optimizer"], path)
        load_rest(training, saved, path)
        if "random" in saved:
            torch.set_rng_state(saved["random"])

    return State(int(step), restore, frozenset(parts.keys() - {"step"}), path)


def _parts_of(contents: Any, path: Path) -> dict[str, Any]:
    """Return the parts of a saved dictionary by our names; a dictionary of tensors alone is a model."""
    if not isinstance(contents, Mapping):
        raise ReplayError(f"{path}: holds a {type(contents).__name__}, not a dictionary of a training's parts")
    if contents and all(isinstance(one, Tensor) for one in contents.values()):
        return {"model": contents}
    found: dict[str, Any] = {}
    for ours, theirs in NAMES.items():
        state = next((contents[name] for name in theirs if contents.get(name) is not None), None)
        if state is not None and _fits(ours, state):
            found[ours] = state
    if "model" not in found:
        known = ", ".join(NAMES["model"][:4])
        raise ReplayError(
            f"{path}: holds no model under a name that is known ({known} ...); its keys are {_keys(contents)}"
        )
    return found


def _fits(part: str, value: Any) -> bool:
    if part == "step":
        return isinstance(value, int) or (isinstance(value, Tensor) and value.numel() == 1)
    if part == "random":
        return isinstance(value, Tensor) and value.dtype is torch.uint8
    return isinstance(value, Mapping) and bool(value)  # that of a scaler that is switched off is empty


def _keys(contents: Mapping[Any, Any]) -> str:
    return ", ".join(str(one) for one in list(contents)[:6])
