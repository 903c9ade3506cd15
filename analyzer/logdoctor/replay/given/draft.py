"""Draft a recipe: what a capture shows is filled in, the rest is marked for the user."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from logdoctor.bundle import layout
from logdoctor.bundle.plain import restored
from logdoctor.bundle.tensor_files import read_tensors, read_weights
from logdoctor.errors import LogDoctorError
from logdoctor.replay.given.described import SHOWN, described

_TEMPLATE = '''"""How to take a training step again: logdoctor replay runs this file.

Fill in what is marked TODO, as in the training script. Importing this file must not start a training.
"""

import torch
import torch.nn.functional as F


def setup():
    """Build everything as before the first step; its state is loaded afterwards.{model}"""
    model = ...  # TODO
    optimizer = {optimizer}
{parts}

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
    "decoupled_weight_decay": ("AdamW", ("betas", "eps", "weight_decay", "amsgrad")),
    "betas": ("Adam", ("betas", "eps", "weight_decay", "amsgrad")),
    "alpha": ("RMSprop", ("alpha", "eps", "momentum", "weight_decay")),
    "momentum": ("SGD", ("momentum", "weight_decay", "nesterov")),
}
"""Optimizers by a setting that their groups have, and the settings to be written."""

LABELS = frozenset({"labels", "label", "label_ids", "start_positions", "next_sentence_label"})
"""Keys by which the models of Hugging Face compute their loss themselves."""

_NO_TARGETS = "the capture has them where a DataLoader or a loss of torch gets them"


def draft(capture: Path | None) -> str:
    """Return the text of a recipe to be filled in; raises LogDoctorError where the capture cannot be read."""
    states = layout.state_folders(capture) if capture is not None else {}
    batches = layout.batch_files(capture) if capture is not None else {}
    state = states[max(states)] if states else None
    saved = _saved(state)
    parts = restored(read_tensors(batches[max(batches)]))["batches"] if batches else []
    return _TEMPLATE.format(
        model=_model_note(state),
        optimizer=_optimizer(saved.get("optimizer", {})),
        parts=_parts(saved),
        batch="" if parts else _BATCH,
        example=f"\n\n    A batch of the capture is {described(parts[0])}.\n    " if parts else "",
        unpack=_loss_line(parts[0] if parts else None, len(parts)),
        accumulate=f"accumulate = {len(parts)}" if len(parts) > 1 else "# accumulate = 8      # batches of one step",
    )


def _model_note(state: Path | None) -> str:
    if state is None:
        return ""
    weights, _ = read_weights(state / layout.MODEL)
    named = [f"        {name}: {list(one.shape)}" for name, one in weights.items()]
    shown = [*named[:SHOWN], f"        ... {len(named)} in all"] if len(named) > SHOWN else named
    return "\n\n    The captured model has\n" + "\n".join(shown) + "\n    "


def _saved(state: Path | None) -> Mapping[str, Any]:
    try:
        saved = read_tensors(state / layout.OPTIMIZER) if state is not None else {}
    except LogDoctorError:
        return {}
    return saved if isinstance(saved, Mapping) else {}


def _optimizer(saved: Mapping[str, Any]) -> str:
    groups: list[Mapping[str, Any]] = list(saved.get("param_groups", ()))
    group = groups[0] if groups else {}
    names = [one for one in _CLASSES if one in group and group[one] is not False]  # Adam's decay is not decoupled
    if not names:
        return "torch.optim.AdamW(model.parameters(), lr=1e-3)  # TODO"
    kind, settings = _CLASSES[names[0]]
    values = {"lr": group.get("initial_lr", group.get("lr")), **{one: group[one] for one in settings if group.get(one)}}
    arguments = ", ".join(f"{name}={value!r}" for name, value in values.items())
    sizes = [len(one.get("params", ())) for one in groups]
    several = f"; it had {len(sizes)} groups, of {' and '.join(map(str, sizes))} parameters" if len(sizes) > 1 else ""
    return f"torch.optim.{kind}(model.parameters(), {arguments})  # TODO: check{several}"


def _parts(saved: Mapping[str, Any]) -> str:
    """Return the lines for scheduler and scaler, and what setup() returns."""
    if saved.get("scaler"):
        lines = ["scheduler = ...  # TODO: the training's, or None", "scaler = torch.amp.GradScaler()  # TODO: check"]
        lines.append("return model, optimizer, scheduler, scaler")
    elif saved.get("scheduler"):
        lines = ["scheduler = ...  # TODO: the training had one", "return model, optimizer, scheduler"]
    else:
        lines = ["return model, optimizer  # [, scheduler[, GradScaler]]"]
    return "\n".join(f"    {one}" for one in lines)


def _loss_line(batch: Any, parts: int) -> str:
    if isinstance(batch, Mapping) and not batch.keys() & LABELS:
        return f"{', '.join(map(str, batch))} = batch.values()\n    return ..."
    if isinstance(batch, Mapping):
        whole = "num_items_in_batch" in batch and parts > 1  # the number of all of them, while a mean is taken here
        return f"return model(**batch).loss{f' * {parts}' if whole else ''}"
    if isinstance(batch, Tensor):
        return f"targets = ...  # TODO: {_NO_TARGETS}\n    return F.cross_entropy(model(batch), targets)"
    return "inputs, targets = batch\n    return F.cross_entropy(model(inputs), targets)"
