"""Where a number that is not finite was born: every operation of one training step watched at ATen's level.

Anomaly mode only looks at what backward functions return, and hooks on modules only see modules. Here every operation
of the forward pass, the backward pass and the optimizer passes through `__torch_dispatch__`. A storage that an
operation makes non-finite out of finite operands carries that birth as a label; results inherit the label of the
operand that spoiled them, and a finite result wipes it off. Blame starts from what matters (the loss, then gradients,
weights, buffers, optimizer state) and follows the label back, so that an infinity which reached nothing is not blamed.

Anomaly mode without its checks runs beside it: it notes the forward line of every backward operation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils._python_dispatch import TorchDispatchMode

from logdoctor.replay.birth.birth_labels import BirthLabels, Born, storage_of
from logdoctor.replay.birth.glance import Glance, finiteness
from logdoctor.replay.birth.source_lines import forward_line, running_line
from logdoctor.replay.birth.traits import ONE_RESULT, Traits, traits_of
from logdoctor.replayed import Birth, CodeLine, Finiteness, Phase

MOST_BIRTHS = 2000
"""Births kept of one step; a mask in every layer makes some dozens."""


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [one for inner in value for one in _tensors(inner)]
    return []


def _deliberate(arguments: Iterable[Any]) -> bool:
    """Whether a number among the arguments is itself not finite, as in `masked_fill(mask, -inf)`."""
    for one in arguments:
        if isinstance(one, float) and not math.isfinite(one):
            return True
        if isinstance(one, list | tuple) and _deliberate(one):
            return True
    return False


class Tracer(TorchDispatchMode):  # type: ignore[misc]  # torch is not followed
    """Watches one training step; enter it around the step, then ask `blame`."""

    def __init__(self, model: nn.Module, names: Mapping[str, Tensor] | None = None) -> None:
        """`names` are the tensors that exist before the step, by what they are: parameters, state, the batch."""
        super().__init__()
        self._model = model
        self._names: dict[int, str] = {}
        self._kept = [(name, tensor) for name, tensor in (names or {}).items()]
        for name, tensor in self._kept:
            key = storage_of(tensor)
            if key is not None:
                self._names.setdefault(key, name)
        self._labels = BirthLabels()
        self._born: list[Born] = []
        self._modules: list[str] = []
        self._module_of: dict[int, str] = {}
        self._updating = ""
        self._backward_ran = False
        self._stack = ExitStack()
        self.read_out: Born | None = None
        """The birth behind the last number read out that was not finite: for loops that return the loss as a float."""

    # Entering and leaving.

    def __enter__(self) -> Tracer:
        from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

        stack = self._stack
        for name, module in self._model.named_modules():
            path = name or type(module).__name__
            stack.callback(module.register_forward_pre_hook(self._entering(path)).remove)
            stack.callback(module.register_forward_hook(self._left, always_call=True).remove)
        stack.callback(register_optimizer_step_pre_hook(self._updating_starts).remove)
        stack.callback(register_optimizer_step_post_hook(self._updating_ends).remove)
        stack.enter_context(torch.autograd.set_detect_anomaly(True, check_nan=False))
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        try:
            super().__exit__(*error)
        finally:
            self._stack.close()

    def _entering(self, path: str) -> Callable[..., None]:
        def hook(_module: nn.Module, _args: Any) -> None:
            self._modules.append(path)

        return hook

    def _left(self, _module: nn.Module, _args: Any, _output: Any) -> None:
        if self._modules:
            self._modules.pop()

    def _updating_starts(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        self._updating = type(optimizer).__name__

    def _updating_ends(self, _optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        self._updating = ""

    # One operation.

    def __torch_dispatch__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        traits = traits_of(func)
        node = torch._C._current_autograd_node()
        self._note_module(node)
        if traits.name == "_local_scalar_dense":
            self.read_out = self._labels.get(args[0]) or self.read_out
        if traits.ignored or traits.view:
            return func(*args, **kwargs)
        arguments = {**dict(zip(traits.names, args, strict=False)), **kwargs}
        read = [one for name in traits.names if name in traits.read for one in _tensors(arguments.get(name))]
        # An operation in place destroys what it read, so that is looked at before it runs; else only when need be.
        before = [Glance.at(one) for one in read] if traits.written else None
        spoiler = self._spoiler(read, before, Finiteness.NAN) if before is not None else None
        result = func(*args, **kwargs)
        made = _tensors(result)[:1] if traits.name in ONE_RESULT else _tensors(result)
        written = [one for name in traits.names if name in traits.written for one in _tensors(arguments.get(name))]
        broken, worst = self._broken([*made, *written])
        if broken:
            if before is None:
                before = [Glance.at(one) for one in read]
                spoiler = self._spoiler(read, before, worst)
            if spoiler is None:
                spoiler = self._birth(traits, arguments, before, broken[0], worst, node)
            elif worst is Finiteness.NAN and spoiler.result is Finiteness.INFINITE and not spoiler.promoted:
                spoiler.promoted = traits.name
                spoiler.promoted_line = self._line(node)
            for tensor in broken:
                self._labels.put(tensor, spoiler)
        return result

    def _note_module(self, node: Any) -> None:
        """Remember which module an autograd node belongs to: that of this operation has the number before the next."""
        if node is not None:
            self._backward_ran = True
        elif self._modules:
            self._module_of.setdefault(torch.autograd._get_sequence_nr() - 1, self._modules[-1])

    def _broken(self, made: list[Tensor]) -> tuple[list[Tensor], Finiteness]:
        """Return the results that are not finite and the worst of them; wipe the labels of the others."""
        broken, worst = [], Finiteness.FINITE
        for tensor in made:
            state = finiteness(tensor)
            if state is Finiteness.FINITE:
                self._labels.wipe(tensor)
            else:
                broken.append(tensor)
                worst = state if worst is not Finiteness.NAN else worst
        return broken, worst

    def _spoiler(self, read: list[Tensor], glances: list[Glance], wanted: Finiteness) -> Born | None:
        """Return the birth behind the operands that are not finite; None if all are finite.

        NaN is spoiled by NaN rather than by an infinity, and by an infinity that nobody wanted rather than by a mask.
        """
        found: list[tuple[tuple[bool, bool], Born]] = []
        for tensor, glance in zip(read, glances, strict=True):
            if glance.state is not Finiteness.FINITE:
                born = self._labels.get(tensor) or self._leaf(tensor, glance.state)
                found.append(((glance.state is not wanted, born.deliberate), born))
        return min(found, key=lambda one: one[0])[1] if found else None

    def _leaf(self, tensor: Tensor, state: Finiteness) -> Born:
        key = storage_of(tensor)
        name = self._names.get(key, "") if key is not None else ""
        born = Born(
            Phase.BEFORE,
            operation="",
            leaf=name or "a tensor from before the step",
            result=state,
            dtype=str(tensor.dtype).removeprefix("torch."),
            deliberate=state is Finiteness.INFINITE
            and not name.startswith(("parameter", "optimizer state", "gradient")),
        )
        self._labels.put(tensor, born)
        self._keep(born)
        return born

    def _birth(
        self,
        traits: Traits,
        arguments: Mapping[str, Any],
        before: list[Glance],
        tensor: Tensor,
        state: Finiteness,
        node: Any,
    ) -> Born:
        phase, line = self._phase(node), self._line(node)
        module = self._modules[-1] if self._modules else ""
        if phase is Phase.BACKWARD:
            repeated = self._first_of(traits.name, running_line())
            if repeated is not None:
                return repeated
            module = module or self._module_of.get(node._sequence_nr(), "")
        if phase is Phase.OPTIMIZER:
            module = self._parameter(arguments, traits)
        born = Born(
            phase=phase,
            operation=traits.name,
            result=state,
            dtype=str(tensor.dtype).removeprefix("torch."),
            module=module,
            node=node.name() if node is not None else self._updating,
            line=line,
            operands=tuple(one.as_operand() for one in before[:8]),
            deliberate=_deliberate(arguments.values()),
        )
        self._keep(born)
        return born

    def _phase(self, node: Any) -> Phase:
        if self._updating:
            return Phase.OPTIMIZER
        if node is not None:
            return Phase.BACKWARD
        # Between backward pass and update, as clipping: no module runs, and nothing is recorded.
        between = self._backward_ran and not self._modules and not torch.is_grad_enabled()
        return Phase.OPTIMIZER if between else Phase.FORWARD

    def _first_of(self, operation: str, line: CodeLine | None) -> Born | None:
        """Return the birth in the forward pass that a checkpointed forward pass repeats, if it does."""
        if line is None:
            return None
        same = (
            one for one in self._born if one.phase is Phase.FORWARD and (one.operation, one.line) == (operation, line)
        )
        return next(same, None)

    def _parameter(self, arguments: Mapping[str, Any], traits: Traits) -> str:
        """Return the first parameter, or state of one, that the optimizer's operation broke."""
        written = (one for name in traits.names if name in traits.written for one in _tensors(arguments.get(name)))
        broken = next((one for one in written if finiteness(one) is not Finiteness.FINITE), None)
        key = storage_of(broken) if broken is not None else None
        return self._names.get(key, "").removeprefix("parameter ") if key is not None else ""

    def _line(self, node: Any) -> CodeLine | None:
        if self._updating:
            return None
        line = running_line()
        return line if line is not None or node is None else forward_line(node)

    def _keep(self, born: Born) -> None:
        if len(self._born) < MOST_BIRTHS:
            self._born.append(born)

    # After the step.

    def blame(self, terminals: Iterable[tuple[str, Tensor]]) -> Birth | None:
        """Return the earliest birth behind the terminals that are not finite; None where all are finite."""
        found = []
        for name, tensor in terminals:
            state = finiteness(tensor)
            if state is not Finiteness.FINITE:
                born = self._labels.get(tensor) or self._leaf(tensor, state)
                found.append((self._born.index(born) if born in self._born else MOST_BIRTHS, name, born))
        if not found:
            return None
        _, name, born = min(found, key=lambda one: one[0])
        return born.as_birth(name)

    def births(self) -> tuple[Birth, ...]:
        """Return every birth of the step, in the order in which they happened."""
        return tuple(one.as_birth() for one in self._born)
