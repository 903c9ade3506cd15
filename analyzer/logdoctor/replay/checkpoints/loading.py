"""Load saved parts into what `setup()` built, with one line for whatever does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import Training

SHOWN = 3
"""Names of tensors that an error lists."""

_PER_ELEMENT = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg", "grad_avg")
"""State of torch's optimizers that has the shape of its parameter."""

_SETTINGS = ("alpha", "betas", "eps", "momentum", "nesterov", "rho")
"""Settings of parameter groups that tell one kind of torch's optimizers from another."""

_STEP = re.compile(r"(?:global_?step|step|iter(?:ation)?|update|checkpoint|ckpt)s?[-_=.]?0*(\d{1,12})(?!\d)", re.I)
_NUMBER = re.compile(r"0*(\d{1,12})")


def step_in_name(name: str) -> int | None:
    """Return the step in the name of a file or folder: `ckpt_0400.pt`, `epoch=3-step=400.ckpt`, `0400.pt`.

    The number of an epoch is none.
    """
    match = _STEP.search(name) or _NUMBER.fullmatch(name.split(".", maxsplit=1)[0])
    return int(match[1]) if match else None


def steps_in_optimizer(saved: Any) -> int | None:
    """Return the steps that a saved optimizer has taken by its own count, which Adam and its kin keep."""
    states = saved.get("state", {}) if isinstance(saved, Mapping) else {}
    counts = [one["step"] for one in states.values() if isinstance(one, Mapping) and "step" in one]
    return max((int(float(one)) for one in counts), default=None)


def load_model(model: nn.Module, weights: Mapping[str, Any], path: Path) -> None:
    """Load weights by name; a prefix that wrappers put before all names is taken off. Raises ReplayError."""
    own = model.state_dict()
    saved = _without_prefix({name: one for name, one in weights.items() if isinstance(one, Tensor)}, own)
    present = {one.data_ptr() for name, one in own.items() if name in saved and isinstance(one, Tensor)}
    missing = [
        name
        for name, one in own.items()
        if name not in saved
        and isinstance(one, Tensor)
        and one.data_ptr() not in present  # tied weights are saved once
    ]
    unexpected = [name for name in saved if name not in own]
    reshaped = [
        f"{name} is {_shape(saved[name])} there and {_shape(one)} in setup()"
        for name, one in own.items()
        if name in saved and isinstance(one, Tensor) and saved[name].shape != one.shape
    ]
    if missing or unexpected or reshaped:
        problems = [*reshaped[:1], *_counted("missing", missing), *_counted("not in setup()'s model", unexpected)]
        raise ReplayError(f"{path}: the weights do not fit the recipe's model: {'; '.join(problems)}")
    model.load_state_dict(saved, strict=False)


def load_optimizer(training: Training, saved: Mapping[str, Any], path: Path) -> None:
    """Load the state of the optimizer, if `setup()` returned one. Raises ReplayError."""
    optimizer = training.optimizer
    if optimizer is None:
        return
    _check_kind(optimizer, saved, path)
    _check_groups(optimizer, saved, path)
    fitting(path, "optimizer", lambda: optimizer.load_state_dict(dict(saved)))
    for parameter, state in optimizer.state.items():
        for name in _PER_ELEMENT:
            value = state.get(name)
            if isinstance(value, Tensor) and value.shape != parameter.shape:
                raise ReplayError(
                    f"{path}: the optimizer's state does not fit: {name} is {_shape(value)} there for a parameter of "
                    f"{_shape(parameter)}; setup() must give the parameters in the same order"
                )


def _check_kind(optimizer: Optimizer, saved: Mapping[str, Any], path: Path) -> None:
    """Refuse the state of another kind of optimizer, which some optimizers load without a word."""
    groups = saved.get("param_groups")
    first = groups[0] if isinstance(groups, list) and groups else None
    if not isinstance(first, Mapping):
        return
    theirs, own = ({one for one in _SETTINGS if one in group} for group in (first, optimizer.defaults))
    if theirs != own:
        raise ReplayError(
            f"{path}: was saved by another kind of optimizer, with {', '.join(sorted(theirs)) or 'no settings'}; "
            f"that of setup() is {type(optimizer).__name__}, with {', '.join(sorted(own)) or 'none'}"
        )


def _check_groups(optimizer: Optimizer, saved: Mapping[str, Any], path: Path) -> None:
    groups = saved.get("param_groups")
    if not isinstance(groups, list) or not all(isinstance(one, Mapping) for one in groups):
        return
    theirs, own = ([len(one.get("params", ())) for one in some] for some in (groups, optimizer.param_groups))
    if theirs != own:
        raise ReplayError(
            f"{path}: the optimizer's state does not fit: {_groups(theirs)} there, {_groups(own)} in setup(); "
            "setup() must group the parameters as the training did"
        )


def _groups(sizes: list[int]) -> str:
    noun = "group" if len(sizes) == 1 else "groups"
    return f"{len(sizes)} {noun} of {' and '.join(map(str, sizes))} parameters"


def load_rest(training: Training, saved: Mapping[str, Any], path: Path) -> None:
    """Load the states of scheduler and scaler, where they are saved and `setup()` returned them."""
    for name, holder in (("scheduler", training.scheduler), ("scaler", training.scaler)):
        if holder is not None and saved.get(name):
            fitting(path, name, partial(holder.load_state_dict, dict(saved[name])))


def load_gradients(model: nn.Module, saved: Mapping[str, Tensor]) -> None:
    """Put back the gradients that a loop had not emptied before its step."""
    for name, parameter in model.named_parameters():
        if name in saved and saved[name].shape == parameter.shape:
            parameter.grad = saved[name].to(parameter.device, parameter.dtype, copy=True)


def fitting(path: Path, name: str, load: Callable[[], object]) -> None:
    """Call what loads a state, and say in one line where it does not fit."""
    try:
        load()
    except Exception as problem:
        first = (str(problem).splitlines() or [type(problem).__name__])[0]
        first = f"it has no {first}" if isinstance(problem, KeyError) else first
        raise ReplayError(f"{path}: the {name}'s state does not fit the one of setup(): {first}") from problem


def _without_prefix(saved: dict[str, Tensor], own: Mapping[str, Any]) -> dict[str, Tensor]:
    """Take prefixes off where the names fit only then: `module.` of DDP, `_orig_mod.`, `model.` of Lightning."""
    while saved and not saved.keys() & own.keys():
        first = next(iter(saved)).split(".")[0] + "."
        inside = {name.removeprefix(first): one for name, one in saved.items() if name.startswith(first)}
        if inside.keys() & own.keys() or len(inside) == len(saved):
            saved = inside
            continue
        break
    return saved


def _counted(what: str, names: list[str]) -> list[str]:
    shown = ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")
    return [f"{len(names)} {what} ({shown})"] if names else []


def _shape(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape)) or "a number"
