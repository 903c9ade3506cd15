"""The changes that may be tried on a failure: those that can be informative, from the weakest dose upwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from logdoctor.replay.judging.causes_by_trial import RATE_ROSE
from logdoctor.replay.material import Precision
from logdoctor.replay.trials.situation import Situation
from logdoctor.replay.window.dials import Dials, combined
from logdoctor.replay.window.reproduce import LEAD
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replayed import Outcome, Phase, Trial
from logdoctor.wording import number

STEEP = 10.0
"""Ratio of a gradient norm to the healthy median from which its batch is worth leaving out."""

FEW_HEALTHY = 3
"""Healthy steps under which their median norm may be part of the failure."""

USUAL_CLIP = 1.0
"""What gradients are mostly clipped at."""

MOST_PAIRS = 6

REPEATING = frozenset({"earlier-state", "swap"})
"""Changes that begin elsewhere, or say what another says."""

ALIKE = (("learning-rate", "rate-before", "warm-up"), ("precision", "bfloat16", "loss-scale"))
"""Changes of the same thing, which make no pair."""


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

    @property
    def is_pair(self) -> bool:
        """Whether it is of two changes at once."""
        return "+" in self.name


def families(situation: Situation) -> Iterator[Family]:
    """Yield the changes that can be informative, cheapest first, pruned by what trace and probe have shown."""
    leaf = situation.birth.leaf if situation.birth is not None else ""
    update = situation.birth is not None and situation.birth.phase is Phase.OPTIMIZER
    probe = situation.probe
    of_batch = (probe.now_other, probe.old_flagged, probe.old_other) == (False, True, False)
    yield from _earlier(situation)
    yield _skipping(situation)
    if probe.now_other is False:
        yield _swapping(situation)
    if leaf:
        return
    if situation.half or situation.precision is not Precision.FP32 or situation.scaled:
        yield from _precision(situation)
    if situation.rate_ratio >= RATE_ROSE:
        yield _rates_before(situation)
    # A batch that fails with any state, or a rate that rose: one dose of anything else is enough to rule it out.
    settled = of_batch or "rate-before" in situation.helped
    if update or (situation.birth is None and not settled):
        yield from _moments(situation)
    yield _rates(situation, (10,) if settled else (3, 10, 100))
    if not update:
        yield from _clipping(situation, (1.0,) if settled else (3.0, 1.0))
    if situation.own_loop:
        yield _emptying(situation)


def named(situation: Situation, names: Collection[str]) -> Iterator[Family]:
    """Yield the families of these names as far as the training has what they change, whatever trace and probe say."""
    every = [*_earlier(situation), _skipping(situation), _swapping(situation), *_precision(situation)]
    every += [_rates_before(situation)] if situation.rates else []
    every += [*_moments(situation), _rates(situation, (3, 10, 100))]
    every += [*_clipping(situation, (3.0, 1.0)), _emptying(situation)]
    yield from (one for one in every if one.name in names)


def pairs(tried: Mapping[str, Family], trials: Sequence[Trial]) -> Iterator[Family]:
    """Yield pairs of changes of which none helped alone, the strongest dose of each; those that delayed it first.

    Spikes may come from several causes at once (AdaGC, arXiv 2502.11034).
    """
    order = (Outcome.POSTPONED, Outcome.UNCHANGED)
    strongest = {one.name: one for one in trials if one.outcome in order and one.name not in REPEATING}
    names = sorted(strongest, key=lambda name: order.index(strongest[name].outcome))
    doses = [next(one for one in tried[name].changes if one.text == strongest[name].text) for name in names]
    alike = {frozenset(one) for one in ALIKE}
    likely = [(a, b) for a, b in combinations(doses, 2) if not any({a.name, b.name} <= one for one in alike)]
    for one, other in likely[:MOST_PAIRS]:
        text = f"{one.text}, and {other.text}"
        name = f"{one.name}+{other.name}"
        both = Change(name, text, combined(one.dials, other.dials), lead=max(one.lead, other.lead))
        yield Family(name, (both,))


def _earlier(situation: Situation) -> Iterator[Family]:
    if situation.sound_from is not None:
        text = f"resume from the state of step {situation.sound_from.step}"
        yield Family("earlier-state", (Change("earlier-state", text, Dials(), begin=situation.sound_from),))


def _emptying(situation: Situation) -> Family:
    text, lead = "empty the gradients before every step", situation.longest_lead
    return Family("zero-gradients", (Change("zero-gradients", text, Dials(zero_gradients=True), lead=lead),))


def _skipping(situation: Situation) -> Family:
    failing = situation.failure.step
    text = f"leave out the batch of step {failing}"
    if situation.again:
        steps = " and ".join(map(str, (failing, *situation.again)))
        text = f"leave out the batches of steps {steps}, which share an example"
    changes = [Change("skip", text, Dials(skip=frozenset({failing, *situation.again})))]
    near = [one for one in situation.healthy if one.step >= failing - LEAD and one.gradient_norm is not None]
    if near and situation.norm:
        steepest = max(near, key=lambda one: one.gradient_norm or 0.0)
        if (steepest.gradient_norm or 0.0) > STEEP * situation.norm:
            text = f"leave out the batch of step {steepest.step}"
            dials = Dials(skip=frozenset({steepest.step}))
            changes.append(Change("skip", text, dials, lead=failing - steepest.step))
    return Family("skip", tuple(changes))


def _swapping(situation: Situation) -> Family:
    failing = situation.failure.step
    other = situation.probe.other_steps[0] if situation.probe.other_steps else failing + 1
    text = f"put the batch of step {other} in place of that of step {failing}"
    return Family("swap", (Change("swap", text, Dials(swap={failing: other})),))


def _precision(situation: Situation) -> Iterator[Family]:
    yield Family("precision", (Change("precision", "compute in float32", Dials(precision=Precision.FP32)),))
    text = "compute in bfloat16 in place of float16"
    yield Family("bfloat16", (Change("bfloat16", text, Dials(precision=Precision.BF16)),))
    if situation.scaled:
        change = Change("loss-scale", "fix the loss scale at 1", Dials(loss_scale=1.0), dose=1.0)
        yield Family("loss-scale", (change,))


def _rates_before(situation: Situation) -> Family:
    rates = situation.rates[0]
    top = max(rates)
    text = f"keep the learning rate at {number(top)}, as at step {situation.start.step}"
    change = Change("rate-before", text, Dials(rates=rates), dose=top, lead=situation.longest_lead)
    return Family("rate-before", (change,))


def _rates(situation: Situation, parts: Sequence[int]) -> Family:
    now = max(situation.rates[-1]) if situation.rates and situation.rates[-1] else None
    changes = []
    for part in parts:
        text = (
            f"lower the learning rate from {number(now)} to {number(now / part)}"
            if now
            else f"divide the rate by {part}"
        )
        changes.append(Change("learning-rate", text, Dials(rate_factor=1 / part), dose=1 / part, lead=LEAD))
    return Family("learning-rate", tuple(changes))


def _clipping(situation: Situation, multiples: Sequence[float]) -> Iterator[Family]:
    if situation.norm:
        changes = tuple(
            Change(
                "clip",
                f"clip the gradient norm at {number(times * situation.norm)}, {_times(times)} before",
                Dials(clip_norm=times * situation.norm),
                dose=times * situation.norm,
                lead=LEAD,
            )
            for times in multiples
        )
        if len(situation.healthy) < FEW_HEALTHY and situation.norm > USUAL_CLIP:
            text = f"clip the gradient norm at {number(USUAL_CLIP)}, as is usual"
            changes += (Change("clip", text, Dials(clip_norm=USUAL_CLIP), dose=USUAL_CLIP, lead=LEAD),)
        yield Family("clip", changes)


def _times(times: float) -> str:
    return "its median" if times == 1.0 else f"{times:g} times its median"


def _moments(situation: Situation) -> Iterator[Family]:
    epsilon = situation.settings.get("eps")
    if epsilon is not None:
        yield Family(
            "epsilon",
            tuple(
                Change("epsilon", f"raise epsilon from {epsilon:g} to {one:g}", Dials(epsilon=one), dose=one, lead=LEAD)
                for one in (1e-8, 1e-6, 1e-4)
                if one > epsilon
            ),
        )
    if situation.rms is None:
        return
    limit = Change("update-clip", "clip the update's RMS at 1, tensor by tensor", Dials(update_clip=1.0), 1.0, LEAD)
    yield Family("update-clip", (limit,))
    beta2 = situation.settings.get("beta2")
    if beta2 is not None and beta2 > 0.95:
        text = f"lower beta2 from {beta2:g} to 0.95"
        lead = situation.longest_lead
        yield Family("beta2", (Change("beta2", text, Dials(beta2=0.95), dose=0.95, lead=lead),))
    step = max(situation.failure.step - LEAD, situation.start.step)
    ramp = Dials(warm_up=(step, 2 * LEAD))
    change = Change("warm-up", f"ramp the rate up from 0 over {2 * LEAD} steps", ramp, float(2 * LEAD), LEAD)
    yield Family("warm-up", (change,))
    forget = Change("moments", f"empty the optimizer's moments at step {step}", Dials(forget_moments=step), lead=LEAD)
    yield Family("moments", (forget,))
