"""Which storages hold a non-finite number, and from which birth, while a training step runs."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import torch
from torch import Tensor

from logdoctor.replay.birth.source_lines import quoted
from logdoctor.replayed import Birth, CodeLine, Finiteness, Operand, Phase

LARGEST_LABELLED = 20_000
"""Storages that carry a label at once; they are kept alive so that no address is used twice."""


@dataclass(eq=False)
class Born:
    """A birth while the step still runs."""

    phase: Phase
    operation: str
    leaf: str = ""
    result: Finiteness = Finiteness.NAN
    dtype: str = ""
    module: str = ""
    node: str = ""
    line: CodeLine | None = None
    operands: tuple[Operand, ...] = ()
    deliberate: bool = False
    promoted: str = ""
    promoted_line: CodeLine | None = None

    def as_birth(self, terminal: str = "") -> Birth:
        """Return it as part of the result: what it reached first, and its lines as the user wrote them."""
        known = {one.name: getattr(self, one.name) for one in fields(self)}
        lines = {"line": quoted(self.line), "promoted_line": quoted(self.promoted_line)}
        return Birth(**{**known, **lines}, terminal=terminal)


@dataclass
class BirthLabels:
    """Which storages hold something that is not finite, and since which birth."""

    of: dict[int, tuple[Any, Born]] = field(default_factory=dict)

    def get(self, tensor: Tensor) -> Born | None:
        """Return the birth that a tensor's storage carries, or None."""
        key = storage_of(tensor)
        held = self.of.get(key) if key is not None else None
        return held[1] if held else None

    def put(self, tensor: Tensor, born: Born) -> None:
        """Label the storage of a tensor, and keep it alive."""
        key = storage_of(tensor)
        if key is not None and (key in self.of or len(self.of) < LARGEST_LABELLED):
            self.of[key] = (tensor.untyped_storage(), born)

    def wipe(self, tensor: Tensor) -> None:
        """Forget a label once the whole storage is known to be finite."""
        key = storage_of(tensor)
        if key in self.of and tensor.numel() * tensor.element_size() >= tensor.untyped_storage().nbytes():
            del self.of[key]


def storage_of(tensor: Tensor) -> int | None:
    """Return the address of the storage that a tensor lies in; None where it has no single one."""
    if tensor.is_sparse or tensor.layout is not torch.strided or tensor.is_meta:
        return None
    return int(tensor.untyped_storage()._cdata)
