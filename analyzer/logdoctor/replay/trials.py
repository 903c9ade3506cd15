"""Counterfactuals: the window again with one thing changed, from the weakest dose that may help upwards."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from logdoctor.replay.dials import Dials
from logdoctor.replay.guard import Guard
from logdoctor.replay.material import Precision
from logdoctor.replay.reproduce import LEAD, TAIL
from logdoctor.replay.session import Session
from logdoctor.replay.snapshot import Snapshot
from logdoctor.replayed import Birth, Failure, Outcome, Phase, Probe, RunUp, Trial

SLACK = 2
"""Steps by which a failure may come later and still be the same: a skipped batch moves it by one."""

END = 5
"""Losses whose median is the loss at the end of a trial."""

RATE_ROSE = 1.5
"""Rise of the learning rate within the window from which its old value is tried."""

STEEP = 10.0
"""Ratio of a gradient norm to the healthy median from which its batch is worth leaving out."""


@dataclass(frozen=True)
class Change:
    """One change to try."""

    name: str
    text: str
    dials: Dials
    dose: float | None = None
    lead: int = 0
    begin: Snapshot | None = None
    """Where to begin in place of the lead: an earlier state."""


@dataclass(frozen=True)
class Family:
    """Doses of one change, weakest first; the first that removes the failure is the last that is tried."""

    name: str
    changes: tuple[Change, ...]


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
    settings: dict[str, float] = field(default_factory=dict)
    """Settings of the optimizer's first group: `eps`, `beta2`."""

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


def families(at: Situation) -> Iterator[Family]:
    """Yield the changes that can tell something, cheapest first, pruned by what trace and probe have shown."""
    leaf = at.birth.leaf if at.birth is not None else ""
    update = at.birth is not None and at.birth.phase is Phase.OPTIMIZER
    # A batch that fails with any state: no setting is to blame, and one dose of each shows it.
    of_batch = (at.probe.now_other, at.probe.old_flagged, at.probe.old_other) == (False, True, False)
    if at.sound_from is not None:
        step = at.sound_from.step
        change = Change("earlier-state", f"resume from the state of step {step}", Dials(), begin=at.sound_from)
        yield Family("earlier-state", (change,))
    yield _skipping(at)
    if at.probe.now_other is False:
        yield _swapping(at)
    if leaf:
        return
    if at.half or at.precision is not Precision.FP32 or at.scaled:
        yield from _precision(at)
    if at.rate_ratio >= RATE_ROSE:
        yield _rates_before(at)
    if update or (at.birth is None and not of_batch):
        yield from _moments(at)
    yield _rates(at, (10,) if of_batch else (3, 10, 100))
    if not update:
        yield from _clipping(at, (1.0,) if of_batch else (3.0, 1.0))
    if at.own_loop:
        text = "empty the gradients before every step"
        lead = at.failure.step - at.start.step
        yield Family("zero-gradients", (Change("zero-gradients", text, Dials(zero_gradients=True), lead=lead),))


def _skipping(at: Situation) -> Family:
    failing = at.failure.step
    changes = [Change("skip", f"leave out the batch of step {failing}", Dials(skip=frozenset({failing})))]
    near = [one for one in at.healthy if one.step >= failing - LEAD and one.gradient_norm is not None]
    if near and at.norm:
        steepest = max(near, key=lambda one: one.gradient_norm or 0.0)
        if (steepest.gradient_norm or 0.0) > STEEP * at.norm:
            text = f"leave out the batch of step {steepest.step}"
            dials = Dials(skip=frozenset({steepest.step}))
            changes.append(Change("skip", text, dials, lead=failing - steepest.step))
    return Family("skip", tuple(changes))


def _swapping(at: Situation) -> Family:
    failing = at.failure.step
    other = at.probe.other_steps[0] if at.probe.other_steps else failing + 1
    text = f"put the batch of step {other} in place of that of step {failing}"
    return Family("swap", (Change("swap", text, Dials(swap={failing: other})),))


def _precision(at: Situation) -> Iterator[Family]:
    changes = [
        Change("precision", "compute in float32", Dials(precision=Precision.FP32)),
        Change("precision", "compute in bfloat16 in place of float16", Dials(precision=Precision.BF16)),
    ]
    yield Family("precision", (changes[0],))
    yield Family("bfloat16", (replace(changes[1], name="bfloat16"),))
    if at.scaled:
        change = Change("loss-scale", "fix the loss scale at 1", Dials(loss_scale=1.0), dose=1.0)
        yield Family("loss-scale", (change,))


def _rates_before(at: Situation) -> Family:
    rates = at.rates[0]
    top = max(rates)
    text = f"keep the learning rate at {top:.3g}, as at step {at.start.step}"
    change = Change("rate-before", text, Dials(rates=rates), dose=top, lead=at.failure.step - at.start.step)
    return Family("rate-before", (change,))


def _rates(at: Situation, parts: Sequence[int]) -> Family:
    now = max(at.rates[-1]) if at.rates and at.rates[-1] else None
    changes = []
    for part in parts:
        text = f"lower the learning rate from {now:.3g} to {now / part:.3g}" if now else f"divide the rate by {part}"
        changes.append(Change("learning-rate", text, Dials(rate_factor=1 / part), dose=1 / part, lead=LEAD))
    return Family("learning-rate", tuple(changes))


def _clipping(at: Situation, multiples: Sequence[float]) -> Iterator[Family]:
    if at.norm:
        changes = tuple(
            Change(
                "clip",
                f"clip the gradient norm at {times * at.norm:.3g}, {times:g} times its median",
                Dials(clip_norm=times * at.norm),
                dose=times * at.norm,
                lead=LEAD,
            )
            for times in multiples
        )
        yield Family("clip", changes)


def _moments(at: Situation) -> Iterator[Family]:
    epsilon = at.settings.get("eps")
    if epsilon is not None:
        yield Family(
            "epsilon",
            tuple(
                Change("epsilon", f"raise epsilon from {epsilon:g} to {one:g}", Dials(epsilon=one), dose=one, lead=LEAD)
                for one in (1e-8, 1e-6, 1e-4)
                if one > epsilon
            ),
        )
    if at.rms is None:
        return
    limit = Change("update-clip", "clip the update's RMS at 1, tensor by tensor", Dials(update_clip=1.0), 1.0, LEAD)
    yield Family("update-clip", (limit,))
    beta2 = at.settings.get("beta2")
    if beta2 is not None and beta2 > 0.95:
        text = f"lower beta2 from {beta2:g} to 0.95"
        lead = at.failure.step - at.start.step
        yield Family("beta2", (Change("beta2", text, Dials(beta2=0.95), dose=0.95, lead=lead),))
    step = max(at.failure.step - LEAD, at.start.step)
    ramp = Dials(warm_up=(step, 2 * LEAD))
    change = Change("warm-up", f"ramp the rate up from 0 over {2 * LEAD} steps", ramp, float(2 * LEAD), LEAD)
    yield Family("warm-up", (change,))
    forget = Change("moments", f"empty the optimizer's moments at step {step}", Dials(forget_moments=step), lead=LEAD)
    yield Family("moments", (forget,))


def begin_of(at: Situation, lead: int) -> Snapshot:
    """Return the latest snapshot with at least the lead wanted, or the start of the window."""
    fitting = [one for step, one in at.snapshots.items() if step <= at.failure.step - lead]
    return max(fitting, key=lambda one: one.step, default=at.start)


def attempt(session: Session, at: Situation, change: Change, tail: int = TAIL, seed: int | None = None) -> Trial:
    """Replay with a change from its lead on, and tell what became of the failure."""
    begin = change.begin or begin_of(at, change.lead)
    dials = replace(change.dials, seed=seed)
    window = session.run(begin, at.failure.step + tail, Guard([], fixed=at.ceiling), dials)
    failed = window.failure.step if window.failure is not None else None
    losses = [one for one in window.losses.values() if math.isfinite(one)]
    if failed is None:
        outcome = Outcome.REMOVED if window.seen[-1].step > at.failure.step else Outcome.UNTESTED
    elif failed < at.failure.step:
        outcome = Outcome.WORSE
    else:
        outcome = Outcome.UNCHANGED if failed <= at.failure.step + SLACK else Outcome.POSTPONED
    return Trial(
        name=change.name,
        text=change.text,
        dose=change.dose,
        lead=at.failure.step - begin.step,
        outcome=outcome,
        failed_step=failed,
        end_loss=median(losses[-END:]) if losses else None,
        passed=int(outcome is Outcome.REMOVED),
        tried=1,
        reason="the batches end at the failing step" if outcome is Outcome.UNTESTED else "",
    )
