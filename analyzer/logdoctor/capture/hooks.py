"""The global torch hooks through which a capture follows a training that is unaware of it."""

from __future__ import annotations

import functools
import os
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch.utils.data import dataloader

from logdoctor.capture.meter import Meter
from logdoctor.capture.recorder import Recorder


class Hooks:
    """Hooks that report to a recorder what happens. What fails in them ends the capture, never the training."""

    def __init__(self, recorder: Recorder, meter: Meter, failed: Callable[[BaseException], None]) -> None:
        self._recorder = recorder
        self._meter = meter
        self._failed = failed
        self._process = os.getpid()
        self._thread = threading.get_ident()
        self._undo: list[Callable[[], None]] = []
        self._scaled: tuple[Tensor, Tensor] | None = None
        """The last loss that was scaled, before and after."""
        self._is_scaler_stepping = False

    def install(self) -> None:
        """Begin to follow."""
        # The global hook is gone before anything is compiled.
        warnings.filterwarnings("ignore", "Using `torch.compile.module.` when there are global hooks")
        self._undo += [
            register_module_forward_pre_hook(self._discover).remove,
            register_optimizer_step_pre_hook(lambda optimizer, *_: self._tell(self._before_step, optimizer)).remove,
            register_optimizer_step_post_hook(lambda optimizer, *_: self._tell(self._after_step, optimizer)).remove,
        ]
        self._before(Tensor, "backward", self._before_backward)
        self._around(torch.amp.GradScaler, "scale", self._scaling)
        self._around(torch.amp.GradScaler, "step", self._scaler_step)
        self._around(dataloader._BaseDataLoaderIter, "__next__", self._next_batch)

    def remove(self) -> None:
        """Leave everything as it was."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    def follow(self, model: nn.Module) -> None:
        """Follow a module that is known to be called in each step."""
        self._recorder.follow(model)
        self._undo[0]()  # the global hook slows every module and makes torch.compile compile twice
        handle = model.register_forward_pre_hook(self._before_forward, with_kwargs=True)
        self._undo.append(handle.remove)

    def _tell(self, moment: Callable[..., None], *arguments: Any) -> None:
        """Pass a moment on; not from a loader's worker or another thread."""
        if os.getpid() != self._process or threading.get_ident() != self._thread:
            return
        try:
            with self._meter.running(), torch.no_grad():
                moment(*arguments)
        except Exception as problem:  # noqa: BLE001 - a training must not suffer from being watched
            self._failed(problem)

    def _discover(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        if torch.compiler.is_compiling() or self._recorder.is_following or not _trains(module):
            return
        self._tell(self.follow, module)
        if self._recorder.is_following:  # its own hook is called from the next time on
            # Global hooks get no keyword arguments: those of this one call stand in the frame of torch that called it.
            kwargs = sys._getframe(1).f_locals.get("kwargs")
            self._tell(self._recorder.before_forward, args, kwargs if isinstance(kwargs, dict) else {})

    def _before_forward(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not torch.compiler.is_compiling() and module.training and torch.is_grad_enabled():
            self._tell(self._recorder.before_forward, args, kwargs)

    def _before_backward(self, loss: Tensor, *_: Any, **__: Any) -> None:
        if loss.numel() == 1:
            self._tell(self._backward, loss)

    def _backward(self, loss: Tensor) -> None:
        before = self._scaled[0] if self._scaled is not None and self._scaled[1] is loss else loss
        self._scaled = None
        self._recorder.before_backward(before)

    def _scaling(self, call: Callable[..., Any], scaler: Any, outputs: Any, *args: Any, **kwargs: Any) -> Any:
        scaled = call(scaler, outputs, *args, **kwargs)
        if isinstance(outputs, Tensor):
            self._scaled = (outputs, scaled)
            self._tell(self._recorder.use_scaler, scaler)
        return scaled

    def _scaler_step(self, call: Callable[..., Any], scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """Count a step that the scaler skips as one: its batch is used up."""
        self._is_scaler_stepping = True
        try:
            return call(scaler, optimizer, *args, **kwargs)
        finally:
            self._is_scaler_stepping = False
            self._tell(self._recorder.after_step, optimizer)

    def _before_step(self, optimizer: Any) -> None:
        self._recorder.before_step(optimizer)

    def _after_step(self, optimizer: Any) -> None:
        if not self._is_scaler_stepping:
            self._recorder.after_step(optimizer)

    def _next_batch(self, call: Callable[..., Any], iterator: Any) -> Any:
        batch = call(iterator)
        self._tell(self._recorder.offered, batch)
        return batch

    def _before(self, owner: Any, name: str, moment: Callable[..., None]) -> None:
        def with_moment(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            moment(*args, **kwargs)
            return call(*args, **kwargs)

        self._around(owner, name, with_moment)

    def _around(self, owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
        """Put a function around a method, called with the method first."""
        original = getattr(owner, name)

        @functools.wraps(original)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return wrapper(original, *args, **kwargs)

        setattr(owner, name, wrapped)
        self._undo.append(lambda: setattr(owner, name, original))


def _trains(module: nn.Module) -> bool:
    """Tell a call that gradients will be computed of."""
    trained = module.training and torch.is_grad_enabled()
    return trained and any(parameter.requires_grad for parameter in module.parameters())
