"""Where the first non-finite number came from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """The part of a training step that an operation ran in."""

    FORWARD = "forward"
    BACKWARD = "backward"
    OPTIMIZER = "optimizer"
    BEFORE = "before"
    """It was there when the step began."""


class Finiteness(StrEnum):
    """The worst that a tensor holds."""

    FINITE = "finite"
    INFINITE = "infinite"
    NAN = "nan"


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of source."""

    file: str
    line: int
    function: str = ""
    text: str = ""
    """What stands there."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A tensor that went into an operation, before it ran."""

    shape: tuple[int, ...]
    dtype: str
    least: float | None = None
    """The smallest finite element; None where there is none."""
    greatest: float | None = None
    state: Finiteness = Finiteness.FINITE


@dataclass(frozen=True, slots=True)
class Birth:
    """Where the first number that is not finite came from."""

    phase: Phase
    operation: str = ""
    """As ATen names it (`exp`, `_softmax`); empty for a tensor that was not finite from the start."""
    leaf: str = ""
    """That tensor: `parameter l2.weight`, `buffer ema`, `optimizer state exp_avg_sq of l2.weight`, `batch[0]`."""
    result: Finiteness = Finiteness.NAN
    dtype: str = ""
    module: str = ""
    """The module that it ran in, by its qualified name; for the optimizer, the parameter."""
    node: str = ""
    """The autograd node, in the backward pass."""
    line: CodeLine | None = None
    """The user's line that made it; for the backward pass, the forward line of the same operation."""
    operands: tuple[Operand, ...] = ()
    promoted: str = ""
    """The operation in which an infinity became NaN."""
    promoted_line: CodeLine | None = None
    deliberate: bool = False
    """The infinity was written on purpose, as masks are; what went wrong is where it became NaN."""
    terminal: str = ""
    """What it reached first: the loss, a gradient, a weight, a buffer."""

    @property
    def spoils_a_mask(self) -> bool:
        """Whether what went wrong is not the infinity, which was wanted, but what made NaN of it."""
        return self.deliberate and bool(self.promoted)

    @property
    def is_gradient(self) -> bool:
        """Whether it came up in the gradient that torch has for an operation, which no line of the user's writes."""
        return self.phase is Phase.BACKWARD and re.fullmatch(r"\w+?Backward\d+", self.node) is not None

    @property
    def culprit(self) -> str:
        """The operation to guard, by the name that the user's line has for it.

        In the backward pass of torch's own operations that is the operation of the forward pass: `sqrt`, not the
        division by zero that its gradient is.
        """
        if self.spoils_a_mask:
            return self.promoted.lstrip("_")
        if not self.is_gradient:
            return self.operation.lstrip("_")
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.node.partition("Backward")[0]).lower()

    @property
    def place(self) -> CodeLine | None:
        """The line to guard it in."""
        return self.promoted_line if self.spoils_a_mask and self.promoted_line is not None else self.line
