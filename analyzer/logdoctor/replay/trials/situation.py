"""What is known about a failure when changes are selected, and the numbers that distinguish causes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

from logdoctor.replay.material import Material, Precision
from logdoctor.replay.window.reproduce import LEAD, Reproduction
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replayed import Birth, Failure, Probe, RunUp


@dataclass
class Situation:
    """What the trials are chosen by."""

    failure: Failure
    ceiling: float
    start: Snapshot
    snapshots: dict[int, Snapshot]
    run_up: Sequence[RunUp]
    rates: Sequence[tuple[float, ...]]
    """The rates of every parameter group at the steps of the run-up."""
    birth: Birth | None
    probe: Probe
    precision: Precision
    scaled: bool
    own_loop: bool
    sound_from: Snapshot | None = None
    """An earlier state from which the failure does not come."""
    again: tuple[int, ...] = ()
    """Later steps whose batches hold the examples at fault once more."""
    helped: set[str] = field(default_factory=set)
    """Changes that have removed the failure so far."""
    settings: dict[str, float] = field(default_factory=dict)
    """Settings of the optimizer's first group: `eps`, `beta2`."""

    @property
    def longest_lead(self) -> int:
        """Steps from the start of the window to the failing one."""
        return self.failure.step - self.start.step

    @property
    def healthy(self) -> list[RunUp]:
        """The steps before the failing one."""
        return [one for one in self.run_up if one.step < self.failure.step]

    @property
    def norm(self) -> float | None:
        """The median gradient norm of the healthy steps, without the last, which may already be part of the failure."""
        norms = [one.gradient_norm for one in self.healthy if one.gradient_norm is not None]
        norms = [one for one in norms if math.isfinite(one)]
        return median(norms[:-1] or norms) if norms else None

    @property
    def norm_ratio(self) -> float | None:
        """The largest gradient norm up to the failure over the median; infinite where it is not finite."""
        norms = [one.gradient_norm for one in self.run_up[-LEAD - 1 :] if one.gradient_norm is not None]
        if not norms or not self.norm:
            return None
        return max(one if math.isfinite(one) else math.inf for one in norms) / self.norm

    @property
    def rate_ratio(self) -> float:
        """The largest rise of a group's rate since the window began."""
        if not self.rates:
            return 1.0
        rises = [now / then for one in self.rates for now, then in zip(one, self.rates[0], strict=False) if then > 0]
        return max(rises, default=1.0)

    @property
    def rate_jump(self) -> bool:
        """Whether most of that rise came in one step."""
        steps = [
            now / then
            for earlier, later in pairwise(self.rates)
            for now, then in zip(later, earlier, strict=False)
            if then > 0
        ]
        return max(steps, default=1.0) ** 2 >= self.rate_ratio and self.rate_ratio > 1.0

    @property
    def rms(self) -> tuple[float, float] | None:
        """The largest update RMS near the failure, and the median before."""
        values = [one.update_rms for one in self.run_up if one.update_rms is not None and math.isfinite(one.update_rms)]
        if len(values) < 2:
            return None
        near = values[-LEAD // 2 :]
        return max(near), median(values[: -LEAD // 2] or values)

    @property
    def half(self) -> bool:
        """Whether the number was born in half precision."""
        if self.birth is None:
            return False
        types = {self.birth.dtype, *(one.dtype for one in self.birth.operands)}
        return bool(types & {"float16", "bfloat16"})


def situation_of(material: Material, found: Reproduction, birth: Birth | None, probe: Probe) -> Situation:
    """Return what is known after reproducing, tracing and probing."""
    training = found.start.training
    group = training.optimizer.param_groups[0] if training.optimizer is not None else {}
    settings = {"eps": float(group["eps"])} if "eps" in group else {}
    if "betas" in group:
        settings["beta2"] = float(group["betas"][1])
    elif "alpha" in group:
        settings["beta2"] = float(group["alpha"])
    assert found.baseline.failure is not None  # noqa: S101 - the caller asked, for the type checker
    return Situation(
        failure=found.baseline.failure,
        ceiling=found.window.ceiling,
        start=found.start,
        sound_from=found.sound_from,
        snapshots=found.snapshots,
        run_up=[one.run_up for one in found.window.seen],
        rates=[one.rates for one in found.window.seen if one.rates],
        birth=birth,
        probe=probe,
        precision=material.recipe.precision,
        scaled=training.scaler is not None,
        own_loop=material.recipe.train_step is not None,
        settings=settings,
    )


def scalars(situation: Situation) -> dict[str, Any]:
    """Return the numbers of a situation that the verdict needs."""
    rms = situation.rms
    return {
        "half": situation.half,
        "rate_ratio": situation.rate_ratio,
        "rate_jump": situation.rate_jump,
        "rms": rms[0] if rms else None,
        "rms_before": rms[1] if rms else None,
        "norm_ratio": situation.norm_ratio,
    }
