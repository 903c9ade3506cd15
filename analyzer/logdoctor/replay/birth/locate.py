"""Trace the failing step: which operation produced the first non-finite number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import nullcontext

from torch import Tensor

from logdoctor.replay.birth.tracer import Tracer
from logdoctor.replay.material import Training
from logdoctor.replay.meter import TRACED_COST
from logdoctor.replay.window.devices import tensors_of
from logdoctor.replay.window.session import Session
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replay.window.stepping import Seen, Stepper, batch_of, held_tensors
from logdoctor.replayed import Birth

MOST_HARMLESS = 20
"""Births told that reached nothing."""


def trace(session: Session, start: Snapshot, *, skipping: bool = False) -> tuple[Birth | None, tuple[Birth, ...]]:
    """Return the birth to blame for the step after a snapshot, and the births that reached nothing that matters.

    Gradients that the gradient scaler throws away are ordinary, and nothing is blamed for them alone, unless it is the
    `skipping` itself that is the failure.
    """
    session.meter.spend(TRACED_COST)
    stepper = session.at(start)
    batch = batch_of(session.material, start.step, session.device)
    names = dict(held_tensors(start.training)) | dict(tensors_of(batch))
    for name, one in start.training.model.named_parameters():
        if one.grad is not None:
            names[f"gradient of {name}, from before the step"] = one.grad
    tracer = Tracer(start.training.model, names)
    stepper.observer = tracer
    try:
        seen = stepper.step(start.step, batch=batch)
    finally:
        stepper.observer = nullcontext()
    blamed = blame(tracer, stepper, seen, discarded=skipping)
    others = tuple(one for one in tracer.births() if blamed is None or not _same(one, blamed))
    return blamed, others[:MOST_HARMLESS]


def _same(one: Birth, other: Birth) -> bool:
    return (one.operation, one.leaf, one.line, one.module) == (other.operation, other.leaf, other.line, other.module)


def blame(tracer: Tracer, stepper: Stepper, seen: Seen, *, discarded: bool) -> Birth | None:
    """Follow the labels back from what matters: the loss, gradients, weights, buffers, the optimizer's state."""
    losses = stepper.losses
    found = tracer.blame(("the loss", one) for one in losses)
    if found is None and not losses and not math.isfinite(seen.loss) and tracer.read_out is not None:
        found = tracer.read_out.as_birth("the loss")
    if found is None and (discarded or not seen.run_up.skipped):
        found = tracer.blame(_gradients(stepper.training))
    masks = stepper.masks
    for kind in ("parameter", "buffer", "optimizer state"):
        if found is None:
            held = held_tensors(stepper.training)
            found = tracer.blame((name, one) for name, one in held if name.startswith(kind) and name not in masks)
    return found


def _gradients(training: Training) -> Iterator[tuple[str, Tensor]]:
    for name, one in training.model.named_parameters():
        if one.grad is not None:
            yield f"gradient of {name}", one.grad
