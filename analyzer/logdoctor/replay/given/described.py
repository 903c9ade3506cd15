"""Describe the contents of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from logdoctor.bundle.plain import LeftOut

SHOWN = 4
"""Parts of anything that are named before the others are left out."""

NAMED = 8
"""Parts of a dictionary that are: a recipe is written by their names."""


def described(value: Any) -> str:
    """Say what a batch is made of: `(float32[32, 10], int64[32])`."""
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
    if isinstance(value, LeftOut):
        return f"a {value.kind} that could not be kept"
    if isinstance(value, Mapping):
        named = [f"{name!r}: {described(one)}" for name, one in value.items()]
        return "{" + ", ".join([*named[:NAMED], *["..."] * (len(named) > NAMED)]) + "}"
    if isinstance(value, tuple | list):
        left, right = "()" if isinstance(value, tuple) else "[]"
        return left + ", ".join(described(one) for one in value[:SHOWN]) + right
    return type(value).__name__
