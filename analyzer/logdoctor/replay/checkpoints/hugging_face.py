"""The folder `checkpoint-N/` of Hugging Face's Trainer: weights, `optimizer.pt`, `scheduler.pt`, `rng_state.pth`."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from logdoctor.bundle.tensor_files import read_tensors, read_weights
from logdoctor.replay.checkpoints.loading import load_model, load_optimizer, load_rest, step_in_name
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import State, Training

_STATE = "trainer_state.json"
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
_PARTS = {"optimizer": "optimizer.pt", "scheduler": "scheduler.pt", "scaler": "scaler.pt", "random": "rng_state.pth"}

_RECONSTRUCT = np.empty(0).__reduce__()[0]
_NUMPY_STATE = (
    _RECONSTRUCT,
    (_RECONSTRUCT, "numpy.core.multiarray._reconstruct"),
    np.ndarray,
    np.dtype,
    type(np.dtype(np.uint32)),
)
"""What the state of NumPy's generator is pickled with, before and since NumPy 2; transformers itself allows the same
(`trainer_utils.safe_globals`)."""


def recognizes(path: Path) -> bool:
    """Tell the folder by its weights beside the state of the trainer or of the optimizer."""
    beside = (path / _STATE).is_file() or (path / _PARTS["optimizer"]).is_file()
    return path.is_dir() and beside and any((path / name).is_file() for name in (*_WEIGHTS, *_INDEXES))


def read(path: Path) -> State:
    """Return the state in a folder."""
    step = _step(path)

    def restore(training: Training) -> None:
        load_model(training.model, _weights(path), path)
        if (path / _PARTS["optimizer"]).is_file():
            load_optimizer(training, read_tensors(path / _PARTS["optimizer"]), path)
        rest = {name: _part(path, name) for name in ("scheduler", "scaler")}
        load_rest(training, rest, path)
        if (path / _PARTS["random"]).is_file():
            _put_back(read_tensors(path / _PARTS["random"], _NUMPY_STATE))

    saved = {name for name, file in _PARTS.items() if (path / file).is_file()}
    return State(step, restore, frozenset({"model", *saved}), path)


def _step(path: Path) -> int:
    try:
        saved = json.loads((path / _STATE).read_text(encoding="utf-8"))["global_step"]
    except (OSError, ValueError, KeyError, TypeError):
        saved = None
    step = saved if isinstance(saved, int) else step_in_name(path.name)
    if step is None:
        raise ReplayError(f"{path}: neither {_STATE} nor its name say its step; call it checkpoint-N")
    return step


def _weights(path: Path) -> dict[str, Any]:
    for name in _WEIGHTS:
        if (path / name).is_file():
            return _file(path / name)
    index = next(path / name for name in _INDEXES if (path / name).is_file())
    try:
        shards = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ReplayError(f"{index}: does not say which files hold the weights") from None
    if any(Path(one).name != one for one in shards):
        raise ReplayError(f"{index}: names a file outside its folder")
    return {name: one for shard in shards for name, one in _file(path / shard).items()}


def _file(path: Path) -> dict[str, Any]:
    return read_weights(path)[0] if path.suffix == ".safetensors" else dict(read_tensors(path))


def _part(path: Path, name: str) -> Any:
    file = path / _PARTS[name]
    return read_tensors(file) if file.is_file() else None


def _put_back(saved: Mapping[str, Any]) -> None:
    """Set the generators of `Trainer._save_rng_state`."""
    if "python" in saved:
        random.setstate(saved["python"])
    if "numpy" in saved:
        np.random.set_state(saved["numpy"])  # noqa: NPY002 - the global generator is what was saved
    if "cpu" in saved:
        torch.set_rng_state(saved["cpu"])
    cuda = saved.get("cuda")
    if cuda is not None and torch.cuda.is_available():
        set_states = torch.cuda.set_rng_state_all if isinstance(cuda, list | tuple) else torch.cuda.set_rng_state
        set_states(cuda)
