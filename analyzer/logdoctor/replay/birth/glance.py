"""The range of a tensor, and whether it is finite."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from logdoctor.replayed import Finiteness, Operand

_ORDERED = frozenset(
    (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.uint8)
)
"""Types whose range is looked at: a count that is zero spoils a division."""


@dataclass(frozen=True)
class Glance:
    """The range of a tensor, with one reduction: NaN in it makes both ends NaN."""

    shape: tuple[int, ...]
    dtype: str
    least: float = 0.0
    greatest: float = 0.0
    counted: bool = False

    @classmethod
    def at(cls, tensor: Tensor) -> Glance:
        """Look at a tensor."""
        shape, dtype = tuple(tensor.shape), str(tensor.dtype).removeprefix("torch.")
        values = tensor.coalesce().values() if tensor.is_sparse else tensor
        values = torch.view_as_real(values.resolve_conj()) if values.is_complex() else values
        if values.dtype not in _ORDERED or values.numel() == 0 or values.is_meta:
            return cls(shape, dtype)
        least, greatest = torch.aminmax(values.detach())
        return cls(shape, dtype, float(least), float(greatest), counted=True)

    @property
    def state(self) -> Finiteness:
        """The worst that it holds."""
        if math.isnan(self.least) or math.isnan(self.greatest):
            return Finiteness.NAN
        return Finiteness.INFINITE if math.isinf(self.least) or math.isinf(self.greatest) else Finiteness.FINITE

    def as_operand(self) -> Operand:
        """Return it as part of the result."""

        def end(value: float) -> float | None:
            return value if self.counted and math.isfinite(value) else None

        return Operand(self.shape, self.dtype, end(self.least), end(self.greatest), self.state)


def finiteness(tensor: Tensor) -> Finiteness:
    """Return the worst that a tensor holds."""
    return Glance.at(tensor).state
