"""The user's recipe: a Python file with agreed names. Loading it runs it; only `replay` does so."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

from logdoctor.errors import nearest, reason
from logdoctor.replay.errors import ReplayError, blaming, place_of
from logdoctor.replay.material import Precision, Recipe, Training

_FUNCTIONS: Mapping[str, int] = {"setup": 0, "loss": 2, "batch": 1, "train_step": 2, "load": 2}
"""The functions of a recipe and how many arguments each takes."""

_VALUES = ("precision", "clip_norm", "accumulate")
_MODULE = "logdoctor_recipe"

_MISSPELT_FUNCTION, _MISSPELT_VALUE = 0.85, 0.75
"""Likeness (`difflib`) of two names from which one is the other misspelt: `train_steps` and `precison`,
`grad_clip_norm`. Functions called `batches` or `losses` are a user's own."""

DRAFTS = "logdoctor replay RUN --write-recipe FILE drafts one"
"""How to come by a recipe."""


def read_recipe(path: Path) -> Recipe:
    """Run a recipe file and return what it defines; raises ReplayError with one line for what is wrong."""
    module = _run(path)
    defined = {name: getattr(module, name) for name in (*_FUNCTIONS, *_VALUES) if hasattr(module, name)}
    for name, arguments in _FUNCTIONS.items():
        if name in defined:
            _check_function(path, name, defined[name], arguments)
    if "setup" not in defined:
        raise ReplayError(f"{path}: defines no setup(){_alike('setup', module)}; {DRAFTS}")
    if "loss" not in defined and "train_step" not in defined:
        raise ReplayError(f"{path}: defines neither loss(model, batch) nor train_step(training, batch)")
    _refuse_misspelt(path, module)
    return Recipe(
        setup=_checked_setup(path, defined["setup"]),
        loss=defined.get("loss", _no_loss),
        batch=defined.get("batch"),
        train_step=defined.get("train_step"),
        load=defined.get("load"),
        precision=_precision(path, defined.get("precision", Precision.FP32)),
        clip_norm=_clip_norm(path, defined.get("clip_norm")),
        accumulate=_accumulate(path, defined.get("accumulate", 1)),
        path=path,
    )


def _run(path: Path) -> ModuleType:
    if path.is_dir():
        raise ReplayError(f"{path}: is a folder; name the recipe's file, such as {path / 'recipe.py'}")
    if not path.is_file():
        raise ReplayError(f"{path}: no such recipe; {DRAFTS}")
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    if spec is None or spec.loader is None:
        raise ReplayError(f"{path}: a recipe is a Python file, ending in .py")
    try:
        _refuse_unfilled(path, ast.parse(path.read_bytes(), str(path)))
    except OSError as problem:
        raise ReplayError(f"{path}: {reason(problem)}") from None
    except (SyntaxError, ValueError) as problem:
        line = getattr(problem, "lineno", None) or 1
        raise ReplayError(f"{path}:{line}: {getattr(problem, 'msg', problem)}") from None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    beside = str(path.parent.resolve())
    if beside not in sys.path:  # what lies beside it can be imported, as from a script, by its functions too
        sys.path.insert(0, beside)
    with blaming(path, "the recipe"), _no_training(path):
        # A script that the recipe imports may read the command line: of logdoctor's it would make nothing.
        sys.argv = [str(path)]
        spec.loader.exec_module(module)
    return module


def _refuse_unfilled(path: Path, text: ast.AST) -> None:
    """Refuse a draft in which a place is left open: `model = ...`."""
    for one in ast.walk(text):
        value = one.value if isinstance(one, ast.Assign | ast.Return) else None
        if isinstance(value, ast.Constant) and value.value is ...:
            open_place = f"is still to be filled in, as in the training script: {ast.unparse(one)}"
            raise ReplayError(f"{path}:{value.lineno}: {open_place}")


class _TrainingError(Exception):
    """An optimizer takes a step."""


@contextmanager
def _no_training(path: Path) -> Iterator[None]:
    """End a file that trains when it is run, at its first step: it would write over the logs that are replayed."""

    def refuse(*_: Any) -> None:
        raise _TrainingError

    hook = register_optimizer_step_pre_hook(refuse)
    try:
        yield
    except _TrainingError as training:
        raise ReplayError(
            f"{place_of(training, path)}: begins a training when it is imported, and was ended; put what trains under "
            'if __name__ == "__main__":'
        ) from None
    finally:
        hook.remove()


def _refuse_misspelt(path: Path, module: ModuleType) -> None:
    """Refuse a setting or function that would be passed over in silence, for its name is almost an agreed one."""
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == _MODULE:
            near = get_close_matches(name, _FUNCTIONS, n=1, cutoff=_MISSPELT_FUNCTION)
        elif value is None or isinstance(value, str | int | float):
            near = get_close_matches(name, _VALUES, n=1, cutoff=_MISSPELT_VALUE)
        else:
            near = []
        if near and not hasattr(module, near[0]):
            raise ReplayError(f"{path}: {name} is no name of a recipe; did you mean {near[0]!r}?")


def _check_function(path: Path, name: str, value: Any, arguments: int) -> None:
    if not callable(value):
        raise ReplayError(f"{path}: {name} must be a function, not a {type(value).__name__}")
    try:
        inspect.signature(value).bind(*[None] * arguments)
    except TypeError:
        form = {"setup": "setup()", "loss": "loss(model, batch)", "batch": "batch(step)"}
        wanted = form.get(name, f"{name}(training, {'path' if name == 'load' else 'batch'})")
        raise ReplayError(f"{path}: {name} must be called as {wanted}") from None


def _checked_setup(path: Path, setup: Callable[[], Any]) -> Callable[[], Training]:
    """Wrap `setup` so that what it returns becomes a Training, or one line that says what is wrong with it."""

    def build() -> Training:
        with blaming(path, "setup()"):
            built = setup()
        return _training(path, built)

    return build


def _training(path: Path, built: Any) -> Training:
    if isinstance(built, Training):
        return built
    parts = built if isinstance(built, tuple | list) else (built,)
    wanted = "the model[, the optimizer[, the scheduler[, the GradScaler]]]"
    if not 1 <= len(parts) <= 4:
        raise ReplayError(f"{path}: setup() must return {wanted}; it returned {len(parts)} things")
    model, optimizer, scheduler, scaler = (*parts, None, None, None)[:4]
    if not isinstance(model, nn.Module):
        raise ReplayError(f"{path}: setup() must return {wanted}; the first is a {type(model).__name__}")
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise ReplayError(f"{path}: setup() must return {wanted}; the second is a {type(optimizer).__name__}")
    for place, one, method in (("third", scheduler, "step"), ("fourth", scaler, "scale")):
        if one is not None and not hasattr(one, method):
            raise ReplayError(f"{path}: setup() must return {wanted}; the {place} is a {type(one).__name__}")
    return Training(model, optimizer, scheduler, scaler)


def _precision(path: Path, value: Any) -> Precision:
    try:
        return Precision(value)
    except ValueError:
        raise ReplayError(f"{path}: precision is {value!r}, not one of {', '.join(Precision)}") from None


def _clip_norm(path: Path, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ReplayError(f"{path}: clip_norm is {value!r}, not a number above 0")
    return float(value)


def _accumulate(path: Path, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ReplayError(f"{path}: accumulate is {value!r}, not a number of batches")
    return value


def _alike(name: str, module: ModuleType) -> str:
    own = [one for one in vars(module) if not one.startswith("_")]
    hint = nearest(name, own)
    return hint if "did you mean" in hint else ""


def _no_loss(*_: Any) -> Any:
    raise ReplayError("the recipe defines no loss(model, batch); only its train_step computes one")
