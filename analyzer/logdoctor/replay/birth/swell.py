"""Which modules' outputs grew towards the failure, before anything overflowed."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from logdoctor.replay.window.dials import greatest
from logdoctor.replay.window.session import Session
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replayed import Swell

GREW = 3.0
"""Growth from which a module is told."""

MOST = 5
"""Modules told, those nearest to the limit of their type first."""


def swells(session: Session, healthy: Snapshot, failing: Snapshot) -> tuple[Swell, ...]:
    """Return the modules whose output grew at least threefold between a healthy step and the failing one."""
    before, now = _outputs(session, healthy), _outputs(session, failing)
    grown = []
    for name, (magnitude, limit) in now.items():
        was = before.get(name, (0.0, 0.0))[0]
        if was > 0 and not magnitude < GREW * was:
            grown.append(Swell(name, was, magnitude, limit))
    grown.sort(key=lambda one: -one.failing / one.limit if math.isfinite(one.failing) else -math.inf)
    return tuple(grown[:MOST])


def _outputs(session: Session, start: Snapshot) -> dict[str, tuple[float, float]]:
    """Return the largest magnitude of every module's output in one step, and what its type can hold."""
    session.meter.spend()
    found: dict[str, tuple[float, float]] = {}
    stepper = session.at(start)
    with ExitStack() as hooks:
        for name, module in start.training.model.named_modules():
            handle = module.register_forward_hook(_noting(found, name or type(module).__name__))
            hooks.callback(handle.remove)
        stepper.step(start.step)
    return found


def _noting(found: dict[str, tuple[float, float]], name: str) -> Callable[[nn.Module, Any, Any], None]:
    def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and output.is_floating_point():
            magnitude = max(greatest([output]), found.get(name, (0.0, 0.0))[0])
            found[name] = (magnitude, float(torch.finfo(output.dtype).max))

    return hook
