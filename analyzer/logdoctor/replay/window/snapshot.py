"""A training kept in memory at one step, from which many trials can start."""

from __future__ import annotations

import copy
import random
import sys
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from logdoctor.replay.material import Training


@dataclass(frozen=True)
class RandomStates:
    """The state of every generator that a training draws from."""

    python: Any
    numpy: Any
    torch: Tensor
    device: Any

    @classmethod
    def now(cls, device: torch.device) -> RandomStates:
        """Take them as they are."""
        numpy = sys.modules.get("numpy")
        return cls(
            random.getstate(),
            numpy.random.get_state() if numpy else None,
            torch.get_rng_state(),
            torch.get_device_module(device).get_rng_state(device) if device.type != "cpu" else None,
        )

    def drew(self, device: torch.device) -> bool:
        """Whether anything was drawn from torch or Python since."""
        now = RandomStates.now(device)
        same = torch.equal(self.torch, now.torch) and self.python == now.python
        return not (same and (self.device is None or torch.equal(self.device, now.device)))

    def put_back(self, device: torch.device) -> None:
        """Make every generator draw what it would have drawn then."""
        random.setstate(self.python)
        numpy = sys.modules.get("numpy")
        if numpy is not None and self.numpy is not None:
            numpy.random.set_state(self.numpy)
        torch.set_rng_state(self.torch)
        if self.device is not None:
            torch.get_device_module(device).set_rng_state(self.device, device)


def reseed(seed: int) -> None:
    """Start every generator from another seed."""
    random.seed(seed)
    torch.manual_seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)


class Snapshot:
    """Everything of a training that a step changes, copied: tensors in place, so that references to them stay."""

    def __init__(self, training: Training, step: int, device: torch.device) -> None:
        self.step = step
        self.training = training
        self._device = device
        self._tensors = [(one, one.detach().clone(), one.requires_grad) for one in _own_tensors(training.model)]
        # A loop of the user's own may let gradients add up from step to step.
        self._gradients = [
            one.grad.detach().clone() if one.grad is not None else None for one in _own_tensors(training.model)
        ]
        self._attributes = [(one, _plain_attributes(one)) for one in training.model.modules()]
        self._optimizer = _copied_optimizer(training.optimizer)
        self._scheduler = copy.deepcopy(training.scheduler.state_dict()) if training.scheduler is not None else None
        self._scaler = copy.deepcopy(training.scaler.state_dict()) if training.scaler is not None else None
        self._random = RandomStates.now(device)

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rate of every parameter group then."""
        groups = self._optimizer[1] if self._optimizer is not None else []
        return tuple(float(group["lr"]) for group in groups if "lr" in group)

    def put_back(self) -> None:
        """Make the training what it was."""
        training = self.training
        with torch.no_grad():
            for (tensor, value, requires_grad), gradient in zip(self._tensors, self._gradients, strict=True):
                tensor.data.copy_(value)
                tensor.grad = gradient.clone() if gradient is not None else None
                if tensor.is_leaf:
                    tensor.requires_grad_(requires_grad)
        for module, attributes in self._attributes:
            for name, value in attributes.items():
                module.__dict__[name] = value.clone() if isinstance(value, Tensor) else value
        if training.optimizer is not None and self._optimizer is not None:
            _put_back_optimizer(training.optimizer, *self._optimizer)
        if training.scheduler is not None:
            training.scheduler.load_state_dict(copy.deepcopy(self._scheduler))
        if training.scaler is not None:
            training.scaler.load_state_dict(self._scaler)
        self._random.put_back(self._device)


def _own_tensors(model: nn.Module) -> list[Tensor]:
    return [*model.parameters(), *model.buffers()]


def _plain_attributes(module: nn.Module) -> dict[str, Any]:
    """Return counters and tensors that a module keeps beside its parameters and buffers."""
    return {
        name: value.detach().clone() if isinstance(value, Tensor) else value
        for name, value in module.__dict__.items()
        if isinstance(value, bool | int | float | Tensor)
    }


def _copied(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, Tensor) else copy.deepcopy(value)


def _copied_optimizer(optimizer: Optimizer | None) -> tuple[dict[Any, dict[str, Any]], list[dict[str, Any]]] | None:
    if optimizer is None:
        return None
    state = {key: {name: _copied(one) for name, one in held.items()} for key, held in optimizer.state.items()}
    groups = [
        {name: _copied(one) for name, one in group.items() if name != "params"} for group in optimizer.param_groups
    ]
    return state, groups


def _put_back_optimizer(optimizer: Optimizer, state: dict[Any, dict[str, Any]], groups: list[dict[str, Any]]) -> None:
    optimizer.state.clear()
    for key, held in state.items():
        optimizer.state[key] = {name: _copied(one) for name, one in held.items()}
    del optimizer.param_groups[len(groups) :]  # groups that were added later, as when layers are unfrozen
    for group, saved in zip(optimizer.param_groups, groups, strict=True):
        group.update({name: _copied(one) for name, one in saved.items()})
