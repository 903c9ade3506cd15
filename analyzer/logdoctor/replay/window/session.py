"""A training restored to a state, and windows of steps from there."""

from __future__ import annotations

import math
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

import torch

from logdoctor.replay.errors import blaming
from logdoctor.replay.material import Material, State
from logdoctor.replay.meter import FORWARD_COST, Meter
from logdoctor.replay.window.dials import UNCHANGED, Dials
from logdoctor.replay.window.guard import Guard
from logdoctor.replay.window.snapshot import RandomStates, Snapshot, reseed
from logdoctor.replay.window.stepping import NoBatchError, Seen, Stepper
from logdoctor.replayed import Failure


@dataclass
class Window:
    """Steps that were replayed."""

    first: int
    seen: list[Seen] = field(default_factory=list)
    failure: Failure | None = None
    ceiling: float = math.inf
    """The loss above which the failing step, or else the last one, failed or would have."""
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    random: bool = False
    """The first step drew random numbers."""

    @property
    def losses(self) -> dict[int, float]:
        """The losses by step, of the steps that were not left out."""
        return {one.step: one.loss for one in self.seen if not one.left_out}

    def add(self, seen: Seen, guard: Guard) -> None:
        """Add the next step, and what the guard says of it."""
        self.seen.append(seen)
        self.ceiling = guard.ceiling
        self.failure = guard.failure(seen)


class Session:
    """Trainings on one device; every window begins by putting a state or a snapshot back."""

    def __init__(self, material: Material, device: torch.device, meter: Meter) -> None:
        self.material = material
        self.device = device
        self.meter = meter
        self.ended_at: int | None = None
        """A step that there was no batch of."""
        self._steppers: dict[int, Stepper] = {}

    def restored(self, state: State) -> Snapshot:
        """Build a new training, put the state back, and return it as a snapshot."""
        recipe = self.material.recipe
        with blaming(recipe.path, "setup()"):
            training = recipe.setup()
        training.model.to(self.device)
        with blaming(state.path or recipe.path, f"restoring the state of step {state.step}"):
            state.restore(training)
        self._steppers[id(training)] = Stepper(self.material, training, self.device)
        return Snapshot(training, state.step, self.device)

    def at(self, start: Snapshot) -> Stepper:
        """Restore a snapshot and return the stepper that continues from it."""
        start.put_back()
        stepper = self._steppers[id(start.training)]
        stepper.material = self.material
        return stepper

    def run(
        self,
        start: Snapshot,
        last: int,
        guard: Guard,
        dials: Dials = UNCHANGED,
        *,
        measure: bool = False,
        keep: Collection[int] = (),
    ) -> Window:
        """Replay from a snapshot up to and including step `last`, the first failure, or the last available batch.

        Snapshots are kept before the steps in `keep`. Raises ReplayError where even the first step has no batch.
        """
        stepper = self.at(start)
        if dials.seed is not None:
            reseed(dials.seed)
        window = Window(start.step)
        for at in range(start.step, last + 1):
            if dials.seed is None:
                self._restore_randomness(at)
            before = RandomStates.now(self.device) if at == start.step else None
            if at in keep:
                window.snapshots[at] = Snapshot(start.training, at, self.device)
            try:
                seen = stepper.step(at, dials, measure=measure)
            except NoBatchError:
                if not window.seen:
                    raise
                self.ended_at = at
                return window
            if not seen.left_out:
                self.meter.spend()
            if before is not None:
                window.random = before.drew(self.device)
            window.add(seen, guard)
            if window.failure is not None:
                return window
        return window

    def first_loss(self, start: Snapshot, batch: int) -> float:
        """Return the loss of a batch at a snapshot; it takes a whole step where only the recipe can take one."""
        own = self.material.recipe.train_step is not None
        self.meter.spend(1.0 if own else FORWARD_COST)
        stepper = self.at(start)
        self._restore_randomness(batch)
        return stepper.step(start.step, Dials(swap={start.step: batch})).loss if own else stepper.forward(batch)

    def _restore_randomness(self, step: int) -> None:
        """Restore the random states recorded before a step: the training's data loader also drew between steps."""
        if self.material.randomness is not None:
            with suppress(LookupError):
                self.material.randomness(step)
