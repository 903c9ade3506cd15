"""What a capture does at each event of a training; `hooks` reports the events."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from logdoctor.bundle import random_states
from logdoctor.bundle.plain import plain, tensors
from logdoctor.bundle.random_states import RandomStates
from logdoctor.capture.alarms import Alarm, Watch
from logdoctor.capture.batches import LoaderBatches, as_batch, completed, with_targets
from logdoctor.capture.bundle_writer import BundleWriter
from logdoctor.capture.found import Objects, is_sharded, training_of
from logdoctor.capture.meter import Meter
from logdoctor.capture.ring import KeptBatch, KeptState, Ring
from logdoctor.capture.surroundings import named_beside
from logdoctor.capture.targets import targets_of

MIN_SPACING = 16
"""Steps between two states at least: the older of the two must be older than the fault, whose signs may take some
steps to show (RMS_t leads a spike by 1 to 8 steps, arXiv 2304.13013)."""

STEPS_AFTER = 64
"""Steps whose batches are kept after an alarm: a fix is tried beyond it, to see whether it only delays."""

WRITING = 3.0
"""How much longer it takes to write a state than to copy it, measured on a disk."""

NORM_SHARE = 0.5
"""Part of the budget that the gradient norm may take; where it takes more, the steps between two are doubled."""

MAX_NORM_SPACING = 16

MOST_FORWARDS = 64
"""Forward passes of one step that are kept; a recurrent cell called by hand has more."""


@dataclass
class _Step:
    """The step that is under way."""

    random: RandomStates | None = None
    """Before its first forward pass; None where nothing is kept any more."""
    batches: list[Any] = field(default_factory=list)
    inputs: list[Tensor] = field(default_factory=list)
    """What the model was last called with, where no loader gave the batch."""
    losses: list[Tensor] = field(default_factory=list)
    norm: Tensor | None = None
    source: int = 0
    """Identity of the loader's batch that was kept last."""


class Recorder:
    """Follows one training from its first forward pass on; counts its optimizer steps from `first_step`."""

    def __init__(self, writer: BundleWriter, ring: Ring, meter: Meter, every: int | None) -> None:
        self._writer = writer
        self._ring = ring
        self._meter = meter
        self._every = every
        self._watch = Watch()
        self._objects: Objects | None = None
        self._optimizer: Optimizer | None = None
        self._scaler: Any = None
        self._number = 0
        self._step: _Step | None = None
        self._unjudged: list[tuple[dict[str, Any], Tensor | None, Tensor | None, bool]] = []
        self._offers = LoaderBatches()
        self._last_state: int | None = None
        self._state_seconds = 0.0
        self._norm_seconds = 0.0
        self._norm_every = 1
        self._batches_until: int | None = None
        """While set, batches go straight to disk: until this step."""
        self._alarm: Alarm | None = None
        self._is_over = False
        """After a final alarm and what follows it: nothing but `steps.jsonl` is written."""

    @property
    def is_following(self) -> bool:
        """Whether the training has been found."""
        return self._objects is not None

    def follow(self, called: nn.Module) -> nn.Module:
        """Find the training that a module belongs to."""
        began = time.perf_counter()
        self._objects = training_of(called)
        self._meter.excuse(time.perf_counter() - began)
        if any(is_sharded(model) for model in self._objects.models):
            raise NotImplementedError("the model is sharded over processes; only whole models are captured")
        self._optimizer = next(iter(self._objects.optimizers), None)
        self._number = _steps_taken(self._optimizer)
        return called

    def offered(self, batch: Any) -> None:
        """Take note of what a data loader has just returned."""
        self._offers.add(batch)

    def before_forward(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Begin a step, or go on with it: the model is about to be called in training mode."""
        if self._step is None:
            self._judge(unless_underway=not self._is_state_due())
            if self._is_state_due():
                self._take_state()
            self._step = _Step(None if self._is_over else random_states.take())
        if self._step.random is not None and len(self._step.batches) < MOST_FORWARDS:
            self._keep_batch(self._step, args, kwargs)

    def before_backward(self, loss: Tensor) -> None:
        """Keep the value that gradients are about to be computed of, without any loss scale."""
        if self._step is None:
            return
        if not self._step.losses and self._last_state == self._number:
            self._keep_gradients()
        self._step.losses.append(loss.detach().clone())
        if not self._step.source and self._step.batches:  # no loader gave it: the targets are not among the arguments
            self._complete(self._step, loss)

    def _complete(self, step: _Step, loss: Tensor) -> None:
        """Add what the loss was computed of beside the model's inputs."""
        if targets := targets_of(loss):
            inputs = {one.data_ptr() for one in step.inputs}  # a model that computes its loss was called with them
            step.batches[-1] = with_targets(
                step.batches[-1], plain([one for one in targets if one.data_ptr() not in inputs])
            )
        elif len(step.batches) == 1 and (named := named_beside(step.inputs, self._held())):
            step.batches[-1] = plain(named) if len(named) > 2 else tuple(plain(list(named.values())))

    def _held(self) -> frozenset[int]:
        """Return the identities of what is no batch because it lasts: weights, buffers."""
        models = self._objects.models if self._objects is not None else ()
        return frozenset(id(one) for model in models for one in (*model.parameters(), *model.buffers()))

    def use_scaler(self, scaler: Any) -> None:
        """Take note of the loss scaling that is in use."""
        self._scaler = scaler

    def before_step(self, optimizer: Optimizer) -> None:
        """Measure the gradients, as often as the budget has room for it."""
        if self._step is None or not self._is_main(optimizer):
            return
        if self._step.norm is None and self._number % self._norm_every == 0:
            began = time.perf_counter()
            self._step.norm = _gradient_norm(optimizer)
            self._norm_seconds += time.perf_counter() - began
            if self._norm_seconds > NORM_SHARE * self._meter.allowance:  # thinned, not broken off: it is a curve
                self._norm_every = min(2 * self._norm_every, MAX_NORM_SPACING)

    def after_step(self, optimizer: Optimizer | None = None) -> None:
        """End a step: the optimizer has run, or its loss scaler has skipped it."""
        if self._step is None or (optimizer is not None and not self._is_main(optimizer)):
            return
        step, self._step = self._step, None
        record: dict[str, Any] = {"step": self._number}
        if self._optimizer is not None:
            record["lr"] = float(self._optimizer.param_groups[0]["lr"])
        if self._scaler is not None and self._scaler.is_enabled():
            record["loss_scale"] = float(self._scaler.get_scale())
        loss = torch.stack([one.float().reshape(()) for one in step.losses]).sum() if step.losses else None
        self._unjudged.append((record, loss, step.norm, "loss_scale" in record))
        if step.random is not None:
            self._store(KeptBatch(self._number, tuple(step.batches), step.random))
        self._number += 1

    def finish(self) -> None:
        """Write what is still held: the script ends, and nobody knows yet what its log will show."""
        with self._meter.running():
            self._judge()
            if self._batches_until is None:
                self._write()
            self._ring.clear()
            self._writer.close()

    def _is_main(self, optimizer: Optimizer) -> bool:
        """Tell the optimizer whose steps are counted: of several the first that steps."""
        if self._unjudged or self._number or self._optimizer is optimizer:
            return self._optimizer is optimizer
        if self._objects is not None and optimizer in self._objects.optimizers:
            self._optimizer = optimizer
        return self._optimizer is optimizer

    def _keep_batch(self, step: _Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        batch = self._offers.of_call(args, kwargs)
        if batch is None:
            step.batches.append(plain(as_batch(args, kwargs)))
            step.inputs = list(tensors([list(args), dict(kwargs)]))
        elif id(batch) != step.source:  # several calls on one batch count once
            step.source = id(batch)
            step.batches.append(plain(completed(batch, kwargs)))

    def _is_state_due(self) -> bool:
        if self._batches_until is not None or self._is_over:
            return False
        if self._last_state is None:
            return True
        since = self._number - self._last_state
        if self._every is not None:
            return since >= self._every
        # Two states are worth more than the budget of a short training; from then on it holds with their writing.
        writing = 2 * WRITING * self._state_seconds if len(self._ring.states) == 2 else 0.0
        return since >= MIN_SPACING and self._meter.affords(self._state_seconds + writing)

    def _take_state(self) -> None:
        objects = self._objects
        if objects is None:
            return
        began = time.perf_counter()
        weights = objects.models[0] if len(objects.models) == 1 else nn.ModuleList(objects.models)
        scheduler = next((one for one in objects.schedulers if one.optimizer is self._optimizer), None)
        loader = next(iter(objects.loaders), None)
        held = {"optimizer": self._optimizer, "scheduler": scheduler, "loader": loader}
        if self._scaler is not None and self._scaler.is_enabled():
            held["scaler"] = self._scaler
        state = KeptState(
            self._number,
            {name: plain(one) for name, one in weights.state_dict().items() if isinstance(one, Tensor)},
            {name: plain(one.state_dict()) for name, one in held.items() if one is not None},
            random_states.take(),
        )
        self._ring.add_state(state)
        self._last_state = self._number
        self._state_seconds = time.perf_counter() - began

    def _keep_gradients(self) -> None:
        """Add to the newest state the gradients that this step's are about to be added to: most loops empty them."""
        models = self._objects.models if self._objects is not None else ()
        weights = models[0] if len(models) == 1 else nn.ModuleList(models)
        gradients = {name: one.grad for name, one in weights.named_parameters() if one.grad is not None}
        # Zeros are what `zero_grad(set_to_none=False)` leaves.
        if any(bool(one.any()) for one in gradients.values()):
            began = time.perf_counter()
            self._ring.add_to_newest({"gradients": plain(gradients)})
            self._state_seconds += time.perf_counter() - began

    def _store(self, batch: KeptBatch) -> None:
        if self._batches_until is None:
            self._ring.add_batch(batch)
            return
        self._writer.batch(batch)
        if batch.step >= self._batches_until:
            self._batches_until = None
            self._is_over = self._alarm is not None and self._alarm.is_final
            self._last_state = None  # the ring begins anew

    def _judge(self, *, unless_underway: bool = False) -> None:
        """Write the lines of the steps that are over and look for an alarm in them.

        An accelerator may still be at the last step: waiting for its numbers would keep the script from running ahead.
        """
        underway = int(unless_underway and any(_is_elsewhere(loss) for _, loss, _, _ in self._unjudged[-1:]))
        ready = self._unjudged[: len(self._unjudged) - underway]
        del self._unjudged[: len(ready)]
        for record, loss, norm, scaled in ready:
            values = {name: None if one is None else float(one) for name, one in (("loss", loss), ("grad_norm", norm))}
            self._writer.step({**record, **{name: one for name, one in values.items() if one is not None}})
            alarm = self._watch.judge(record["step"], values["loss"], values["grad_norm"], scaled=scaled)
            if alarm is not None and alarm.outranks(self._alarm):
                self._raise(alarm)

    def _raise(self, alarm: Alarm) -> None:
        """Write everything now, for the script may be ended at any moment; then the batches that follow.

        The first alarm does so, and each later one that is much worse.
        """
        self._alarm = alarm
        self._write()
        self._writer.alarm(alarm)
        self._writer.flush()
        self._batches_until = alarm.step + STEPS_AFTER

    def _write(self) -> None:
        for state in self._ring.states:
            self._writer.state(state)
        for batch in self._ring.batches:
            self._writer.batch(batch)
        self._ring.clear()


def _is_elsewhere(tensor: Tensor | None) -> bool:
    """Tell a tensor on an accelerator, which computes while the script goes on."""
    return tensor is not None and tensor.device.type != "cpu"


def _steps_taken(optimizer: Optimizer | None) -> int:
    """Return the steps that a resumed optimizer has behind it, by its own count."""
    counts = [one["step"] for one in optimizer.state.values() if "step" in one] if optimizer is not None else []
    return int(max(map(float, counts), default=0))


def _gradient_norm(optimizer: Optimizer) -> Tensor | None:
    """Return the norm of all gradients of an optimizer, on its device; in float32, for float16 overflows at 65,504."""
    found = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
    dense = [one for one in found if one.layout is torch.strided]
    if not dense:
        return None
    norms = torch._foreach_norm(dense, 2.0, dtype=torch.float32)
    return torch.linalg.vector_norm(torch.stack([one.to(norms[0].device) for one in norms]))
