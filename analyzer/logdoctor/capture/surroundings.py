"""What else a loss was made of: the tensors that the script holds beside the model's inputs, by its own names.

A loss that is written by hand, `((model(x) - y) ** 2).mean()`, shows its targets to no module and no loader, and
autograd keeps the difference alone. The variables of the functions that call `backward()` are read, never written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from inspect import CO_OPTIMIZED
from itertools import islice
from pathlib import Path
from types import FrameType

import torch
from torch import Tensor

MOST_FRAMES = 3
"""Functions of the script that are looked at, from the one that calls `backward()` outwards."""

MOST_FOUND = 8
"""Tensors beyond which it is not told what belongs to the batch."""

_NOT_THE_USERS = (str(Path(torch.__file__).parent), str(Path(__file__).parent.parent))


def named_beside(inputs: Sequence[Tensor], held: frozenset[int]) -> dict[str, Tensor]:
    """Return the script's tensors of one length with the inputs, these among them, by their names.

    `held` are the identities of what lasts from step to step. Empty where nothing stands beside the inputs. What
    gradients flow through was computed by the model; rows by which the inputs were chosen from the data are left out.
    """
    if not inputs or not inputs[0].dim():
        return {}
    length = inputs[0].shape[0]
    found: dict[str, Tensor] = {}
    every: list[Tensor] = []
    for tensors in _tensors():
        every += tensors.values()
        for name, one in tensors.items():
            fits = one.shape[0] == length and not one.requires_grad and id(one) not in held
            if fits and not any(one is other for other in found.values()):
                found.setdefault(name, one)
    found = {name: one for name, one in found.items() if not _is_index(one, inputs[0], every)}
    beside = [one for one in found.values() if not any(one is own for own in inputs)]
    unnamed = [own for own in inputs if not any(own is one for one in found.values())]
    if not beside or len(found) > MOST_FOUND:
        return {}
    return {**{f"input_{at}" if at else "input": one for at, one in enumerate(unnamed)}, **found}


def _tensors() -> Iterator[dict[str, Tensor]]:
    """Yield the tensors among the variables of the script's innermost functions that are running.

    Until Python 3.12 the variables of a function are read from a copy, which would keep its tensors alive.
    """
    for frame in islice(_frames_of_script(), MOST_FRAMES):
        variables = frame.f_locals
        found = {name: one for name, one in variables.items() if type(one) is Tensor and one.dim()}
        yield found
        if frame.f_code.co_flags & CO_OPTIMIZED and isinstance(variables, dict):
            for name in found:
                variables.pop(name, None)


def _frames_of_script() -> Iterator[FrameType]:
    """Yield the frames of the user's own code, innermost first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith((*_NOT_THE_USERS, "<frozen")):
            yield frame
        frame = frame.f_back


def _is_index(one: Tensor, chosen: Tensor, every: Sequence[Tensor]) -> bool:
    """Tell the rows by which the inputs were chosen from a tensor that the script holds."""
    if one.dim() != 1 or one.is_floating_point() or one.is_complex() or one.dtype is torch.bool:
        return False
    sources = [s for s in every if s.shape[1:] == chosen.shape[1:] and s.dtype == chosen.dtype and len(s) > len(one)]
    # The first row alone tells most labels, at little cost; labels may agree with it by chance.
    return any(_chosen_by(one[:1], s, chosen[:1]) and _chosen_by(one, s, chosen) for s in sources)


def _chosen_by(rows: Tensor, source: Tensor, chosen: Tensor) -> bool:
    """Tell whether rows of a source, which may lie on another device, are what was chosen."""
    at = rows.long().to(source.device)
    if not len(at) or int(at.min()) < 0 or int(at.max()) >= len(source):
        return False
    same: bool = torch.equal(source[at].to(chosen.device).nan_to_num(), chosen.nan_to_num())
    return same
