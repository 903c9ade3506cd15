"""Where a replay runs: the device, settings for repeatability, and moving batches there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch
from torch import Tensor

from logdoctor.replay.errors import ReplayError


def chosen_device(wish: str) -> torch.device:
    """Return the device that is meant: `auto` is the accelerator if there is one; raises ReplayError for a bad one."""
    if wish == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wish)
    except RuntimeError:
        raise ReplayError(f"{wish!r} is no device; use auto, cpu or cuda") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ReplayError(f"device {wish} was asked for, but torch {torch.__version__} sees no CUDA; use --device cpu")
    if device.type == "cuda" and (device.index or 0) >= (seen := torch.cuda.device_count()):
        raise ReplayError(f"device {wish} was asked for, but torch sees {seen}; the first is cuda:0")
    known = {"cpu", "cuda", *([found.type] if (found := torch.accelerator.current_accelerator()) is not None else [])}
    if device.type not in known:
        raise ReplayError(f"{wish!r} is no device of this machine; use auto, cpu or cuda")
    return device


@contextmanager
def repeatable(*, deterministic: bool) -> Iterator[None]:
    """Within it, operations take their deterministic variant where they have one, and compiled models run eagerly.

    `warn_only`, because an operation without such a variant is no reason not to replay; the noise floor shows it. Empty
    tensors are not filled with NaN, as they otherwise would be, for that looks like a fault.
    """
    deterministic_before = torch.are_deterministic_algorithms_enabled()
    warned_before = torch.is_deterministic_algorithms_warn_only_enabled()
    filled_before = torch.utils.deterministic.fill_uninitialized_memory
    benchmark_before = torch.backends.cudnn.benchmark
    if deterministic:
        # Read by cuBLAS when its first handle is made; newer versions of torch no longer need it.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(mode=True, warn_only=True)
        torch.utils.deterministic.fill_uninitialized_memory = False
        torch.backends.cudnn.benchmark = False
    try:
        with torch.compiler.set_stance("force_eager"):
            yield
    finally:
        torch.use_deterministic_algorithms(deterministic_before, warn_only=warned_before)
        torch.utils.deterministic.fill_uninitialized_memory = filled_before
        torch.backends.cudnn.benchmark = benchmark_before


def moved(batch: Any, device: torch.device) -> Any:
    """Return a batch on a device: tensors in lists, tuples, dictionaries and dataclasses; the rest stays as it is."""
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        same = {key: moved(value, device) for key, value in batch.items()}
        return same if type(batch) is dict else type(batch)(same)
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(moved(one, device) for one in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(moved(one, device) for one in batch)
    if is_dataclass(batch) and not isinstance(batch, type):
        return replace(batch, **{one.name: moved(getattr(batch, one.name), device) for one in fields(batch)})
    if callable(getattr(batch, "to", None)):
        return batch.to(device)
    return batch


def tensors_of(batch: Any, name: str = "batch") -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a batch with how to reach them: `batch[0]`, `batch["mask"]`, `batch.x`."""
    if isinstance(batch, Tensor):
        yield name, batch
    elif isinstance(batch, dict) or hasattr(batch, "keys"):
        for key in batch:
            yield from tensors_of(batch[key], f"{name}[{key!r}]")
    elif isinstance(batch, list | tuple):
        for at, one in enumerate(batch):
            yield from tensors_of(one, f"{name}[{at}]")
    elif is_dataclass(batch) and not isinstance(batch, type):
        for one in fields(batch):
            yield from tensors_of(getattr(batch, one.name), f"{name}.{one.name}")
