"""One optimizer step by the recipe, with the changes of a trial, measured."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from logdoctor.replay.errors import ReplayError, blaming
from logdoctor.replay.given.described import described
from logdoctor.replay.material import Material, Precision, Training
from logdoctor.replay.window.devices import moved, tensors_of
from logdoctor.replay.window.dials import UNCHANGED, Dials, OptimizerHooks, StepRecord, autocast_overridden, greatest
from logdoctor.replayed import RunUp, Symptom

DTYPES = {Precision.FP16: torch.float16, Precision.BF16: torch.bfloat16}


@dataclass(frozen=True)
class Seen:
    """What one replayed step showed."""

    run_up: RunUp
    broken: Symptom | None = None
    """The first thing that is not finite: of loss, gradients, and what the step left behind."""
    where: str = ""
    left_out: bool = False
    rates: tuple[float, ...] = ()
    """The learning rate of every parameter group."""

    @property
    def step(self) -> int:
        """Its number."""
        return self.run_up.step

    @property
    def loss(self) -> float:
        """Its loss, NaN where it was left out."""
        return self.run_up.loss


class NoBatchError(ReplayError):
    """There is no batch of a step: the data end there, or a capture kept no more."""


def batch_of(material: Material, step: int, device: torch.device) -> Any:
    """Return the batch of a step on the device; raises ReplayError where there is none."""
    try:
        batch = material.batches(step)
    except LookupError:
        raise NoBatchError(f"there is no batch of step {step}; the recipe's batch(step) must return it") from None
    parts = material.recipe.accumulate
    if parts > 1 and not (isinstance(batch, list | tuple) and len(batch) == parts):
        raise ReplayError(
            f"batch({step}) must return a list of {parts} batches, as the recipe says accumulate = {parts}"
        )
    if _is_empty(batch):
        raise NoBatchError(f"the batch of step {step} is empty: the data of the recipe's batch(step) end before it")
    return moved(batch, device)


def _is_empty(batch: Any) -> bool:
    """Whether a batch has no numbers at all: what a slice behind the end of the data is."""
    tensors = [one for _, one in tensors_of(batch)]
    return bool(tensors) and not any(one.numel() for one in tensors)


class Stepper:
    """Takes the steps of one training."""

    def __init__(self, material: Material, training: Training, device: torch.device) -> None:
        self.material = material
        self.training = training
        self.device = device
        self.observer: AbstractContextManager[Any] = nullcontext()
        """Entered around forward pass, backward pass and update: the tracer."""
        self.losses: list[Tensor] = []
        """The losses of the last step, as tensors where the recipe gives them so."""
        self.masks = frozenset(
            name for name, one in held_tensors(training) if name.startswith("buffer") and greatest([one]) == math.inf
        )

    def step(self, at: int, dials: Dials = UNCHANGED, *, measure: bool = False, batch: Any = None) -> Seen:
        """Take step `at` and return what was seen; `measure` adds what the run-up table shows."""
        recipe = self.material.recipe
        if at in dials.skip:
            if recipe.train_step is None:
                self._advance(at, math.nan)
            return Seen(RunUp(at, math.nan), left_out=True)
        if batch is None:
            batch = batch_of(self.material, dials.swap.get(at, at), self.device)
        self.losses = []
        scaler = self.training.scaler
        if dials.loss_scale is not None and scaler is not None:
            scaler.load_state_dict({**scaler.state_dict(), "scale": dials.loss_scale, "growth_factor": 1.0 + 1e-12})
        scale = float(scaler.get_scale()) if scaler is not None and scaler.is_enabled() else None
        if dials.zero_gradients:
            for one in self.training.model.parameters():
                one.grad = None
        hooks = OptimizerHooks(dials, at, measure=measure)
        with hooks.installed() as record, autocast_overridden(dials.precision), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the user's loop, which said them in the training
            with self.observer:
                loss = self._own_step(batch) if recipe.train_step is not None else self._step(at, batch, record, dials)
        return self._seen(at, loss, record, scale)

    def forward(self, at: int) -> float:
        """Return the loss of a batch alone, drawing no random number from the training's."""
        batch = batch_of(self.material, at, self.device)
        parts = batch if self.material.recipe.accumulate > 1 else [batch]
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return sum(float(self._loss(one, None)) for one in parts) / len(parts)

    def _own_step(self, batch: Any) -> float:
        recipe = self.material.recipe
        assert recipe.train_step is not None  # noqa: S101 - the caller asked, for the type checker
        with blaming(recipe.path, "train_step()"):
            loss = recipe.train_step(self.training, batch)
        self.losses = [loss] if isinstance(loss, Tensor) else []
        return _number(loss, "train_step()")

    def _loss(self, batch: Any, precision: Precision | None) -> Tensor:
        recipe = self.material.recipe
        wanted = precision or recipe.precision
        casting: AbstractContextManager[Any] = nullcontext()
        if wanted is not Precision.FP32:
            casting = torch.autocast(self.device.type, dtype=DTYPES[wanted])
        with casting, blaming(recipe.path, f"loss() of a batch {described(batch)}"):
            loss = recipe.loss(self.training.model, batch)
        if not isinstance(loss, Tensor) or loss.numel() != 1:
            raise ReplayError(f"{recipe.path or 'recipe'}: loss() must return a tensor of one number")
        if not loss.requires_grad and torch.is_grad_enabled():
            raise ReplayError(
                f"{recipe.path or 'recipe'}: loss() returned a tensor without a gradient; it must depend on the model, "
                "without detach(), item() or no_grad()"
            )
        return loss

    def _step(self, at: int, batch: Any, record: StepRecord, dials: Dials) -> float:
        recipe, (model, optimizer, scaler) = self.material.recipe, self._parts()
        parts = batch if recipe.accumulate > 1 else [batch]
        optimizer.zero_grad(set_to_none=True)
        total = 0.0
        for one in parts:
            loss = self._loss(one, dials.precision) / len(parts)
            self.losses.append(loss.detach())
            total += float(loss.detach())
            with blaming(recipe.path, "the backward pass of loss()"):
                (scaler.scale(loss) if scaler is not None else loss).backward()
        if scaler is not None:
            scaler.unscale_(optimizer)
        gradients = [one.grad for one in model.parameters() if one.grad is not None]
        record.gradient_greatest = greatest(gradients)
        if recipe.clip_norm is not None:
            before_clipping = torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm)
        with blaming(recipe.path, f"the step of {type(optimizer).__name__}"):
            if scaler is not None:
                scaler.step(optimizer)
                scaler.update()
            else:
                optimizer.step()
        if recipe.clip_norm is not None:
            record.gradient_norm = float(before_clipping)
        self._advance(at, total)
        return total

    def _parts(self) -> tuple[torch.nn.Module, Any, Any]:
        training = self.training
        if training.optimizer is None:
            raise ReplayError(
                f"{self.material.recipe.path or 'recipe'}: setup() must return an optimizer to take steps"
            )
        scaler = training.scaler
        return training.model, training.optimizer, scaler if scaler is not None and scaler.is_enabled() else None

    def _advance(self, at: int, loss: float) -> None:
        scheduler, moves = self.training.scheduler, self.material.moves
        if scheduler is None or (moves is not None and at not in moves):
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a schedule that goes on while updates are left out
            with blaming(self.material.recipe.path, "the scheduler's step"):
                if not isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
                    scheduler.step()
                elif not math.isnan(loss):
                    scheduler.step(loss)

    def _seen(self, at: int, loss: float, record: StepRecord, scale: float | None) -> Seen:
        skipped = scale is not None and not record.stepped
        run_up = RunUp(
            step=at,
            loss=loss,
            gradient_norm=record.gradient_norm,
            learning_rate=max(record.rates, default=None),
            update_ratio=record.update_ratio,
            update_rms=record.update_rms,
            loss_scale=scale,
            skipped=skipped,
        )
        if not math.isfinite(loss):
            return Seen(run_up, Symptom.LOSS_NOT_FINITE, "loss", rates=record.rates)
        if record.gradient_greatest is not None and not math.isfinite(record.gradient_greatest) and not skipped:
            name = next(iter(broken_gradients(self.training)), "a gradient")
            return Seen(run_up, Symptom.GRADIENT_NOT_FINITE, name, rates=record.rates)
        held = [(name, one) for name, one in held_tensors(self.training) if name not in self.masks]
        if not math.isfinite(greatest([one for _, one in held])):
            name = next(name for name, one in held if not math.isfinite(greatest([one])))
            return Seen(run_up, Symptom.STATE_NOT_FINITE, name, rates=record.rates)
        return Seen(run_up, rates=record.rates)


def _number(loss: Any, name: str) -> float:
    if isinstance(loss, Tensor) and loss.numel() == 1:
        return float(loss.detach())
    if isinstance(loss, int | float):
        return float(loss)
    raise ReplayError(f"{name} must return the loss as one number")


def broken_gradients(training: Training) -> Iterator[str]:
    """Yield the gradients that are not finite."""
    for name, one in training.model.named_parameters():
        if one.grad is not None and not math.isfinite(greatest([one.grad])):
            yield f"gradient of {name}"


def held_tensors(training: Training) -> Iterator[tuple[str, Tensor]]:
    """Yield what lasts from step to step, with its name: parameters, buffers, the optimizer's state."""
    names: dict[int, str] = {}
    for name, parameter in training.model.named_parameters():
        names[id(parameter)] = name
        yield f"parameter {name}", parameter
    for name, buffer in training.model.named_buffers():
        yield f"buffer {name}", buffer
    if training.optimizer is not None:
        yield from _optimizer_state(training.optimizer, names)


def _optimizer_state(optimizer: Any, names: Mapping[int, str]) -> Iterator[tuple[str, Tensor]]:
    numbered = (pair for group in optimizer.param_groups for pair in enumerate(group["params"]))
    for at, parameter in numbered:
        owner = names.get(id(parameter), f"parameter {at}")
        for name, value in optimizer.state.get(parameter, {}).items():
            if isinstance(value, Tensor) and value.is_floating_point():
                yield f"optimizer state {name} of {owner}", value
