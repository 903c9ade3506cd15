"""What a trial changes in a training step, and how: from outside, by hooks on every optimizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import clip_grads_with_norm_, get_total_norm
from torch.optim import Optimizer

from logdoctor.replay.material import Precision


@dataclass(frozen=True)
class Dials:
    """The changes of one trial; what is None or empty stays as in the run."""

    rate_factor: float | None = None
    rates: tuple[float, ...] | None = None
    """An absolute learning rate for each parameter group."""
    warm_up: tuple[int, int] | None = None
    """First step and length of a linear ramp of the rate from 0."""
    clip_norm: float | None = None
    precision: Precision | None = None
    loss_scale: float | None = None
    """A fixed scale in place of the gradient scaler's."""
    epsilon: float | None = None
    beta2: float | None = None
    update_clip: float | None = None
    """Largest sqrt(mean(g² / v)) of a tensor's update, which is shrunk to it (StableAdamW, arXiv 2304.13013)."""
    forget_moments: int | None = None
    """Step before which the optimizer's state is emptied."""
    zero_gradients: bool = False
    """Empty the gradients before every step, whatever the loop does."""
    skip: frozenset[int] = frozenset()
    """Steps that are left out."""
    swap: Mapping[int, int] = field(default_factory=dict)
    """Steps that take the batch of another."""
    seed: int | None = None
    """Draw other random numbers from the start."""


UNCHANGED = Dials()


def combined(one: Dials, other: Dials) -> Dials:
    """Return both changes together; where both set the same thing, the second wins."""
    values = {own.name: getattr(other, own.name) for own in fields(Dials)}
    changed = {name: value for name, value in values.items() if value != getattr(UNCHANGED, name)}
    return replace(one, **changed)


@dataclass
class StepRecord:
    """What the hooks saw of one step."""

    stepped: bool = False
    gradient_norm: float | None = None
    gradient_greatest: float | None = None
    """Largest magnitude in a gradient; tells a norm that overflows from a gradient that is not finite."""
    rates: tuple[float, ...] = ()
    update_ratio: float | None = None
    update_rms: float | None = None


def greatest(tensors: list[Tensor]) -> float:
    """Return the largest magnitude; NaN where there is one, 0 without tensors."""
    counted = [one.detach() for one in tensors if one.numel() and (one.is_floating_point() or one.is_complex())]
    if not counted:
        return 0.0
    norms = torch._foreach_norm([one.to_dense() if one.is_sparse else one for one in counted], float("inf"))
    return float(torch.stack([one.double().cpu() for one in norms]).max())


class OptimizerHooks:
    """Turns the dials at every optimizer's step, and measures it."""

    def __init__(self, dials: Dials, step: int, *, measure: bool) -> None:
        self.record = StepRecord()
        self._dials = dials
        self._step = step
        self._measure = measure
        self._groups: list[dict[str, Any]] = []
        self._before: list[Tensor] = []
        self._shrink: list[float] = []

    @contextmanager
    def installed(self) -> Iterator[StepRecord]:
        """Watch every optimizer that steps within it."""
        # Not reachable as torch.optim.optimizer.…: that attribute is hidden there.
        from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

        handles = [register_optimizer_step_pre_hook(self._pre), register_optimizer_step_post_hook(self._post)]
        try:
            yield self.record
        finally:
            for handle in handles:
                handle.remove()

    def _pre(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        dials, record = self._dials, self.record
        found = getattr(optimizer, "found_inf", None)
        if found is not None and float(found) > 0:  # a fused optimizer that will leave the weights alone
            return
        record.stepped = True
        parameters = [one for group in optimizer.param_groups for one in group["params"] if one.grad is not None]
        gradients = [one.grad for one in parameters]
        # A fused optimizer under a gradient scaler gets scaled gradients, and unscales them in its kernel.
        scale = getattr(optimizer, "grad_scale", None)
        scale = float(scale) if scale is not None else 1.0
        if dials.forget_moments == self._step:
            optimizer.state.clear()
        self._groups = [{key: group[key] for key in group if key != "params"} for group in optimizer.param_groups]
        self._turn(optimizer)
        record.gradient_greatest = max(record.gradient_greatest or 0.0, greatest(gradients) / scale)
        norm = get_total_norm(gradients) if gradients else torch.zeros(())
        record.gradient_norm = float(norm) / scale
        if dials.clip_norm is not None:
            clip_grads_with_norm_(parameters, dials.clip_norm * scale, norm)
        if self._measure or dials.update_clip is not None:
            self._before = [one.detach().clone() for one in parameters]
            self._shrink = self._rms(optimizer, parameters, scale)
        record.rates = tuple(float(group["lr"]) for group in optimizer.param_groups if "lr" in group)

    def _turn(self, optimizer: Optimizer) -> None:
        dials = self._dials
        for at, group in enumerate(optimizer.param_groups):
            if dials.rates is not None and at < len(dials.rates):
                _set(group, "lr", dials.rates[at])
            if dials.rate_factor is not None and "lr" in group:
                _set(group, "lr", float(group["lr"]) * dials.rate_factor)
            if dials.warm_up is not None and "lr" in group:
                first, length = dials.warm_up
                _set(group, "lr", float(group["lr"]) * min(1.0, (self._step - first + 1) / length))
            if dials.epsilon is not None and "eps" in group:
                group["eps"] = dials.epsilon
            if dials.beta2 is not None and "betas" in group:
                group["betas"] = (group["betas"][0], dials.beta2)
            if dials.beta2 is not None and "alpha" in group:
                group["alpha"] = dials.beta2

    def _rms(self, optimizer: Optimizer, parameters: list[Tensor], scale: float) -> list[float]:
        groups = {id(one): group for group in optimizer.param_groups for one in group["params"]}
        values = [_update_rms(one, optimizer.state.get(one, {}), groups[id(one)], scale) for one in parameters]
        known = [one for one in values if one is not None]
        self.record.update_rms = max(known) if known else None
        return [one or 0.0 for one in values]

    def _post(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if not self._groups:
            return
        parameters = [one for group in optimizer.param_groups for one in group["params"] if one.grad is not None]
        with torch.no_grad():
            self._clip_updates(parameters)
            if self._measure and parameters:
                self._measure_update(parameters)
        for group, saved in zip(optimizer.param_groups, self._groups, strict=True):
            for key in ("lr", "eps", "betas", "alpha"):
                if key in saved:
                    group[key] = saved[key]
        self._groups, self._before = [], []

    def _clip_updates(self, parameters: list[Tensor]) -> None:
        limit = self._dials.update_clip
        if limit is None:
            return
        for one, before, rms in zip(parameters, self._before, self._shrink, strict=True):
            if rms > limit:
                one.copy_(before + (one - before) * (limit / rms))

    def _measure_update(self, parameters: list[Tensor]) -> None:
        moved = get_total_norm([one - before for one, before in zip(parameters, self._before, strict=True)])
        held = float(get_total_norm(self._before))
        self.record.update_ratio = float(moved) / held if held > 0 else None


def _set(group: dict[str, Any], key: str, value: float) -> None:
    now = group[key]
    group[key] = torch.full_like(now, value) if isinstance(now, Tensor) else value


def _update_rms(parameter: Tensor, state: Mapping[str, Any], group: Mapping[str, Any], scale: float) -> float | None:
    """Return sqrt(mean(g² / v)) with the v of this step, bias-corrected; None without a second moment."""
    v = state.get("exp_avg_sq", state.get("square_avg"))
    gradient = parameter.grad
    if v is None or gradient is None or gradient.is_sparse or v.shape != gradient.shape:
        return None
    beta2 = float(group["betas"][1]) if "betas" in group else float(group.get("alpha", 0.99))
    squared = (gradient.detach().float() / scale).square()
    new = beta2 * v.float() + (1 - beta2) * squared
    if "betas" in group:
        new = new / (1 - beta2 ** (float(state.get("step", 0)) + 1))
    live = squared > 0
    if not bool(live.any()):
        return None
    ratio = torch.where(live, squared / new.clamp_min(max(float(group.get("eps", 0.0)) ** 2, 1e-38)), 0.0)
    return float(ratio.mean().sqrt())


@contextmanager
def autocast_overridden(precision: Precision | None) -> Iterator[None]:
    """Within it, every autocast that is entered computes in `precision`, the user's own ones too."""
    if precision is None:
        yield
        return
    entered = torch.amp.autocast_mode.autocast.__enter__
    types = {Precision.FP16: torch.float16, Precision.BF16: torch.bfloat16}

    def enter(self: Any) -> Any:
        if self._enabled and precision is Precision.FP32:
            self._enabled = False
        elif self._enabled:
            self.fast_dtype = types[precision]
        return entered(self)

    torch.amp.autocast_mode.autocast.__enter__ = enter
    try:
        yield
    finally:
        torch.amp.autocast_mode.autocast.__enter__ = entered
