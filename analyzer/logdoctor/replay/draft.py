"""Drafts a recipe: what a capture shows is filled in, the rest is marked for the user."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from logdoctor.bundle import layout
from logdoctor.bundle.plain import LeftOut, restored
from logdoctor.bundle.tensor_files import read_tensors, read_weights
from logdoctor.errors import LogDoctorError

_TEMPLATE = '''"""How to take a training step again: logdoctor replay runs this file.

Fill in what is marked TODO, as in the training script. Importing this file must not start a training.
"""

import torch
import torch.nn.functional as F


def setup():
    """Build everything as before the first step; its state is loaded afterwards.{model}"""
    model = ...  # TODO
    optimizer = {optimizer}
    return model, optimizer  # [, scheduler[, GradScaler]]

{batch}
def loss(model, batch):
    """Return the loss that the training computes its gradients of.{example}"""
    {unpack}  # TODO


# precision = "fp16"  # or "bf16": what the loss is computed in, under autocast
# clip_norm = 1.0     # what the gradient norm is clipped at
{accumulate}
'''

_BATCH = '''
def batch(step):
    """Return the batch of an optimizer step, counted from 0."""
    return ...  # TODO

'''

_CLASSES = {
    "max_exp_avg_sq": "AdamW(model.parameters(), lr={lr}, amsgrad=True)",
    "exp_avg_sq": "AdamW(model.parameters(), lr={lr})",
    "square_avg": "RMSprop(model.parameters(), lr={lr})",
    "momentum_buffer": "SGD(model.parameters(), lr={lr}, momentum={momentum})",
}
"""What a saved state of an optimizer looks like, by the name of a part."""

SHOWN = 4


def draft(capture: Path | None) -> str:
    """Return the text of a recipe to be filled in; raises LogDoctorError where the capture cannot be read."""
    states = layout.state_folders(capture) if capture is not None else {}
    batches = layout.batch_files(capture) if capture is not None else {}
    state = states[max(states)] if states else None
    kept = restored(read_tensors(batches[max(batches)]))["batches"] if batches else []
    return _TEMPLATE.format(
        model=_model_note(state),
        optimizer=_optimizer(state),
        batch="" if kept else _BATCH,
        example=f"\n\n    A batch of the capture is {described(kept[0])}.\n    " if kept else "",
        unpack=_loss_line(kept[0] if kept else None),
        accumulate=f"accumulate = {len(kept)}" if len(kept) > 1 else "# accumulate = 8      # batches of one step",
    )


def described(value: Any) -> str:
    """Say what a batch is made of: `(float32[32, 10], int64[32])`."""
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
    if isinstance(value, LeftOut):
        return f"a {value.kind} that could not be kept"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name!r}: {described(one)}" for name, one in list(value.items())[:SHOWN]) + "}"
    if isinstance(value, tuple | list):
        left, right = "()" if isinstance(value, tuple) else "[]"
        return left + ", ".join(described(one) for one in value[:SHOWN]) + right
    return type(value).__name__


def _model_note(state: Path | None) -> str:
    if state is None:
        return ""
    weights, _ = read_weights(state / layout.MODEL)
    named = [f"        {name}: {list(one.shape)}" for name, one in weights.items()]
    shown = [*named[:SHOWN], f"        ... {len(named)} in all"] if len(named) > SHOWN else named
    return "\n\n    The captured model has\n" + "\n".join(shown) + "\n    "


def _optimizer(state: Path | None) -> str:
    try:
        saved = read_tensors(state / layout.OPTIMIZER)["optimizer"] if state is not None else {}
    except (KeyError, LogDoctorError):
        saved = {}
    group: Mapping[str, Any] = next(iter(saved.get("param_groups", ())), {})
    parts = {name for one in saved.get("state", {}).values() for name in one}
    made = next((text for name, text in _CLASSES.items() if name in parts), None)
    if made is None:
        return "torch.optim.AdamW(model.parameters(), lr=1e-3)  # TODO"
    rate = group.get("initial_lr", group.get("lr", 1e-3))
    return f"torch.optim.{made.format(lr=rate, momentum=group.get('momentum', 0.9))}  # TODO: check"


def _loss_line(batch: Any) -> str:
    if isinstance(batch, Mapping):
        return "return model(**batch).loss"
    return "inputs, targets = batch\n    return F.cross_entropy(model(inputs), targets)"
