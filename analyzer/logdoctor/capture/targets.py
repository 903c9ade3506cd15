"""The targets of a loss, which no module call shows when the loss is a function."""

from __future__ import annotations

from typing import Any

from torch import Tensor

MOST_NODES = 32
"""Operations looked at from the loss backwards: a loss function is one to ten."""


def targets_of(loss: Tensor) -> list[Tensor]:
    """Return the tensors that the nearest loss functions behind a value keep as `target` for their backward pass.

    Autograd saves the target of every loss function of torch that has one (cross entropy, mean squared error, binary
    cross entropy ...) under the name `_saved_target`; nothing is kept alive by looking.
    """
    found: list[Tensor] = []
    pending: list[Any] = [loss.grad_fn]
    for _ in range(MOST_NODES):
        if not pending:
            break
        node = pending.pop(0)
        if node is None:
            continue
        target = getattr(node, "_saved_target", None)
        if isinstance(target, Tensor):
            if not any(target.data_ptr() == one.data_ptr() for one in found):
                found.append(target)
        else:
            pending += [one for one, _ in node.next_functions]
    return found
