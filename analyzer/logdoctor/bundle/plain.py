"""Any value of a training as tensors, numbers and strings only, and back: `weights_only=True` can load it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

_ARRAY, _LEFT_OUT = "__numpy_array__", "__left_out__"

MOST_LEVELS = 32
"""Nesting beyond which a value is no batch or state but a structure that refers to itself."""


@dataclass(frozen=True)
class LeftOut:
    """Stands where a value was that is neither tensor, number nor string."""

    kind: str
    """Name of its type."""


def plain(value: Any, levels: int = MOST_LEVELS) -> Any:
    """Return a copy of a value, every tensor on the CPU; what cannot be saved is named instead.

    Named tuples become tuples, and mappings of every class dictionaries. The value itself is not touched.
    """
    if isinstance(value, Tensor):
        return _copied(value)
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return _builtin(value)
    if levels and isinstance(value, Mapping):
        return {_key(key): plain(one, levels - 1) for key, one in value.items()}
    if levels and isinstance(value, tuple):
        return tuple(plain(one, levels - 1) for one in value)
    if levels and isinstance(value, list | set | frozenset):
        return [plain(one, levels - 1) for one in value]
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return {_ARRAY: torch.from_numpy(np.array(value))}
    if levels and is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name), levels - 1) for one in fields(value)}
    return {_LEFT_OUT: type(value).__name__}


def restored(value: Any) -> Any:
    """Return a value that `plain` made, with its arrays; what was left out is a LeftOut."""
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return value[_ARRAY].numpy()
        if set(value) == {_LEFT_OUT}:
            return LeftOut(str(value[_LEFT_OUT]))
        return {key: restored(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(restored(one) for one in value)
    if isinstance(value, list):
        return [restored(one) for one in value]
    return value


def tensors(value: Any) -> Iterator[Tensor]:
    """Yield every tensor in a tree of mappings, lists and tuples."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from tensors(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from tensors(one)


def size(value: Any) -> int:
    """Return the bytes of all tensors in a tree."""
    return sum(one.numel() * one.element_size() for one in tensors(value))


def _copied(tensor: Tensor) -> Tensor:
    """Copy a tensor; `contiguous` lets go of a larger storage that it is a view of."""
    return tensor.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)


def _builtin(value: Any) -> Any:
    """Return a number or text as one of Python's own types: subclasses (enumerations) do not load safely."""
    own: Any = next((one for one in (bool, int, float, complex, str, bytes) if isinstance(value, one)), None)
    return value if own is None or type(value) is own else own(value)


def _key(key: Any) -> Any:
    return key if isinstance(key, str | int | float | bool | None) and type(key).__module__ == "builtins" else str(key)
