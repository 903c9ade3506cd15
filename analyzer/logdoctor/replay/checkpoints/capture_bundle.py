"""The states that `logdoctor.capture` writes: `logdoctor-capture/step_000012325/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from logdoctor.bundle import random_states
from logdoctor.bundle.layout import META, MODEL, OPTIMIZER, RANDOM, SCHEMA
from logdoctor.bundle.plain import restored
from logdoctor.bundle.tensor_files import read_tensors, read_weights
from logdoctor.replay.checkpoints.loading import load_gradients, load_model, load_optimizer, load_rest
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import State, Training


def recognizes(path: Path) -> bool:
    """Tell the folder of one state."""
    return path.is_dir() and (path / META).is_file() and (path / MODEL).is_file()


def read(path: Path) -> State:
    """Return the state in a folder."""
    meta = _meta(path / META)

    def restore(training: Training) -> None:
        saved = restored(read_tensors(path / OPTIMIZER))
        load_model(training.model, read_weights(path / MODEL)[0], path)
        if "optimizer" in saved:
            load_optimizer(training, saved["optimizer"], path)
        load_rest(training, saved, path)
        load_gradients(training.model, saved.get("gradients", {}))
        random_states.put_back(read_tensors(path / RANDOM))

    parts = {"optimizer", "scheduler", "scaler"} & set(meta["holds"])
    return State(meta["step"], restore, frozenset({"model", "random", *parts}), path)


def _meta(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        meta = None
    if not isinstance(meta, dict) or meta.get("schema") != SCHEMA:
        raise ReplayError(f"{path}: is not of a capture that this version can read ({SCHEMA})")
    if type(meta.get("step")) is not int or not isinstance(meta.get("holds"), list):
        raise ReplayError(f"{path}: says no step; use another state")
    return meta
