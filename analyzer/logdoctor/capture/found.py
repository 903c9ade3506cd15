"""Finds the model, optimizer and so on of a running script among all live objects, once, at the first forward pass."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader


@dataclass
class Objects:
    """What a step changes."""

    models: tuple[nn.Module, ...]
    """The outermost modules with the parameters that are trained, without the wrappers of `compile` and `DDP`."""
    optimizers: tuple[Optimizer, ...] = ()
    """Those of these models, oldest first."""
    schedulers: tuple[LRScheduler, ...] = ()
    """Of these optimizers; one inside another is not here."""
    loaders: tuple[Any, ...] = field(default=())
    """Data loaders that know where they are (`state_dict`)."""


def training_of(called: nn.Module) -> Objects:
    """Return the training that a module belongs to which was called in training mode."""
    modules, optimizers, schedulers, loaders = _living(nn.Module, Optimizer, LRScheduler, DataLoader)
    model = _outermost(called, modules)
    trained = {id(parameter) for parameter in model.parameters()}
    ours = [one for one in optimizers if _parameters(one) & trained]
    wanted = set().union(*(_parameters(one) for one in ours)) - trained
    others = []
    for one in _roots(modules):
        if one is not model and wanted & (held := {id(parameter) for parameter in one.parameters()}):
            others.append(one)
            wanted -= held
    inner = {id(part) for one in schedulers for part in getattr(one, "_schedulers", ())}
    return Objects(
        tuple(unwrapped(one) for one in (model, *others)),
        tuple(ours),
        tuple(one for one in schedulers if id(one) not in inner and any(_optimizer(one) is own for own in ours)),
        tuple(one for one in loaders if hasattr(one, "state_dict")),
    )


def unwrapped(module: nn.Module) -> nn.Module:
    """Return the module inside wrappers that put a prefix before the names of its parameters."""
    if isinstance(inner := getattr(module, "_orig_mod", None), nn.Module):  # torch.compile
        return unwrapped(inner)
    if isinstance(module, nn.DataParallel | nn.parallel.DistributedDataParallel):
        return unwrapped(module.module)
    return module


def is_sharded(model: nn.Module) -> bool:
    """Tell whether a process holds but a part of some parameter (FSDP, tensor parallelism)."""
    kinds = {type(one).__name__ for one in (*model.parameters(), *model.modules())}
    return bool(kinds & {"DTensor", "FullyShardedDataParallel", "FlatParameter"})


def _living(*classes: type) -> list[list[Any]]:
    """Return all objects of each class, oldest first.

    By type(), not isinstance: asking proxies and lazy modules for their class may run code of theirs.
    """
    everything = gc.get_objects()
    kinds = set(map(type, everything))
    wanted = [{kind for kind in kinds if issubclass(kind, one)} for one in classes]
    any_wanted = set().union(*wanted)
    found = [one for one in everything if type(one) in any_wanted]
    return [[one for one in found if type(one) in own] for own in wanted]


def _roots(modules: Sequence[nn.Module]) -> list[nn.Module]:
    children = {id(child) for one in modules for child in one.__dict__.get("_modules", {}).values()}
    return [one for one in modules if id(one) not in children]


def _outermost(called: nn.Module, modules: Sequence[nn.Module]) -> nn.Module:
    """Return the largest module that nothing contains and that contains the one called."""
    holding = [root for root in _roots(modules) if any(part is called for part in root.modules())]
    return max(holding, key=lambda root: sum(1 for _ in root.parameters()), default=called)


def _parameters(optimizer: Optimizer) -> set[int]:
    return {id(one) for group in optimizer.param_groups for one in group["params"]}


def _optimizer(scheduler: LRScheduler) -> Any:
    return getattr(scheduler, "optimizer", None)
