"""The memory of a capture: two states, and the batches since the older one, within a limit of bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor

from logdoctor.bundle.plain import size
from logdoctor.bundle.random_states import RandomStates


@dataclass(frozen=True)
class KeptState:
    """A training just before the forward pass of a step, on the CPU."""

    step: int
    model: Mapping[str, Tensor]
    rest: Mapping[str, Any]
    """Plain `optimizer`, `scheduler`, `scaler` and `loader`, as far as there are any."""
    random: RandomStates
    bytes: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bytes", size(self.model) + size(self.rest))


@dataclass(frozen=True)
class KeptBatch:
    """What one optimizer step was made of, on the CPU."""

    step: int
    batches: tuple[Any, ...]
    """One for each forward pass of the step: several where gradients were accumulated."""
    random: RandomStates
    """Before the first forward pass."""
    bytes: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bytes", size(self.batches))


class Ring:
    """The newest state, the one before it, and the batches since; what no longer fits goes, the oldest first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Bytes."""
        self.states: deque[KeptState] = deque(maxlen=2)
        self.batches: deque[KeptBatch] = deque()

    @property
    def bytes(self) -> int:
        """What is held now."""
        return sum(one.bytes for one in self.states) + sum(one.bytes for one in self.batches)

    def add_state(self, state: KeptState) -> None:
        """Keep a state, and let go of the oldest and of the batches before the one that is then oldest."""
        self.states.append(state)
        while self.batches and self.batches[0].step < self.states[0].step:
            self.batches.popleft()
        self._shrink()

    def add_to_newest(self, rest: Mapping[str, Any]) -> None:
        """Keep more of the newest state, if it is still held."""
        if self.states:
            newest = self.states.pop()
            self.states.append(replace(newest, rest={**newest.rest, **rest}))
            self._shrink()

    def add_batch(self, batch: KeptBatch) -> None:
        """Keep the batches of a step."""
        self.batches.append(batch)
        self._shrink()

    def clear(self) -> None:
        """Let go of everything."""
        self.states.clear()
        self.batches.clear()

    def _shrink(self) -> None:
        """Drop the older state with its batches before the newer state's, which are worth more."""
        while self.bytes > self.limit:
            if len(self.states) > 1:
                self.states.popleft()
                while self.batches and self.batches[0].step < self.states[0].step:
                    self.batches.popleft()
            elif self.batches:
                self.batches.popleft()
            else:
                self.states.clear()
                return
