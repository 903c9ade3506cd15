"""The batch of a step: what a data loader yielded, or else the inputs of the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from logdoctor.bundle.plain import tensors

OFFERED = 16
"""Batches of a loader that are remembered: some loops fetch ahead (accelerate one, Hugging Face all of one step)."""

SAMPLED = 64
"""Values that two tensors are compared by."""


class LoaderBatches:
    """The batches that data loaders returned last."""

    def __init__(self) -> None:
        self._newest: deque[Any] = deque(maxlen=OFFERED)

    def add(self, batch: Any) -> None:
        """Take note of a batch; it is not copied."""
        self._newest.append(batch)

    def of_call(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return the loader's batch that a call is about, or the newest where none shares a tensor with it.

        A batch on its way to a device is known by its values; masks of ones are alike in all, so all tensors count.
        """
        given = list(tensors([list(args), dict(kwargs)]))
        alike: dict[int, Any] = {}
        for batch in reversed(self._newest):
            own = list(tensors(batch))
            if any(one is other for one in own for other in given):
                return batch
            hits = sum(any(_is_same(one, other) for one in own) for other in given)
            if hits == len(given):
                return batch
            alike.setdefault(hits, batch)
        return alike[max(alike)] if alike else None


def as_batch(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Return the arguments of a call as one would write a batch: a single one, a tuple, or a dictionary."""
    if kwargs and not args:
        return dict(kwargs)
    if kwargs:
        return (*args, dict(kwargs))
    return args[0] if len(args) == 1 else tuple(args)


def completed(batch: Any, kwargs: Mapping[str, Any]) -> Any:
    """Return a loader's batch with the numbers that a call of `model(**batch, ...)` adds to it.

    Hugging Face's Trainer passes `num_items_in_batch`, by which the loss is divided.
    """
    if not isinstance(batch, Mapping) or not batch.keys() <= kwargs.keys():
        return batch
    more = {name: one for name, one in kwargs.items() if isinstance(one, Tensor | int) and not isinstance(one, bool)}
    return {**more, **batch}


def with_targets(batch: Any, targets: Sequence[Any]) -> Any:
    """Put the targets of a loss behind the inputs; a dictionary has them already."""
    if not targets or isinstance(batch, dict):
        return batch
    return (*batch, *targets) if isinstance(batch, tuple) else (batch, *targets)


def _is_same(one: Tensor, other: Tensor) -> bool:
    """Tell whether two tensors are the same data: one may be the other on a device."""
    if one.shape != other.shape or one.dtype != other.dtype or not one.numel():
        return False
    equal: bool = torch.equal(_sampled(one), _sampled(other))
    return equal


def bits(tensor: Tensor) -> Tensor:
    """Return all values as bytes, for NaN is not equal to itself."""
    return tensor.detach().reshape(-1).contiguous().view(torch.uint8)


def _sampled(tensor: Tensor) -> Tensor:
    return bits(tensor.detach().reshape(-1)[:SAMPLED].cpu())
