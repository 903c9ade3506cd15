"""Causes that can be concluded from where the first non-finite number arose; each may abstain."""

from __future__ import annotations

from logdoctor.finding import Confidence
from logdoctor.replay.judging.facts import Facts, Judgement, examples_at_fault, failing_step, without_failure
from logdoctor.replayed import Birth, Finiteness, Phase, Symptom
from logdoctor.wording import number

ZERO_SENSITIVE = frozenset("log log2 log10 log1p div reciprocal rsqrt pow true_divide xlogy".split())
"""Operations that become infinite at zero."""

PRODUCTS = frozenset("addmm mm bmm baddbmm matmul linear addmv mv dot convolution".split())
"""Operations that overflow only where what they are given is astronomic already."""

ASTRONOMIC = 1e18
"""Size of a number whose square overflows float32: no weight or activation of a training that goes well comes near."""


def corrupted_state(facts: Facts) -> Judgement | None:
    """What the step began with is not finite, or an earlier state does not fail."""
    leaf = facts.birth.leaf if facts.birth is not None else ""
    earlier = facts.removed("earlier-state")
    if earlier is not None:
        evidence = f"from the state of step {facts.baseline.state_step} it fails, from an earlier one it does not"
        return Judgement("corrupted-state", Confidence.HIGH, (evidence,), ("earlier-state",))
    if leaf and not leaf.startswith("batch"):
        evidence = f"{leaf} is not finite when step {failing_step(facts)} begins"
        return Judgement("corrupted-state", Confidence.MEDIUM, (evidence,), ("earlier-state", "moments"))
    return None


def batch_not_finite(facts: Facts) -> Judgement | None:
    """The batch itself holds a number that is not finite."""
    birth = facts.birth
    if birth is None or not birth.leaf.startswith("batch") or not facts.batches:
        return None
    evidence = (
        f"{birth.leaf} of step {failing_step(facts)} holds {'NaN' if birth.result is Finiteness.NAN else 'infinity'}"
    )
    return Judgement("bad-batch", Confidence.HIGH, (evidence, *examples_at_fault(facts)), ("skip",))


def division_by_zero(facts: Facts) -> Judgement | None:
    """The optimizer divides by zero, and a larger epsilon removes it."""
    birth, trial = facts.birth, facts.removed("epsilon")
    if birth is None or birth.phase is not Phase.OPTIMIZER or trial is None:
        return None
    evidence = f"{birth.operation} of {birth.node} divides by zero in {birth.module or 'a parameter'}"
    return Judgement("epsilon-too-small", Confidence.HIGH, (evidence, without_failure(trial)), ("epsilon",))


def half_precision(facts: Facts) -> Judgement | None:
    """Half precision cannot hold the numbers, or its scale has run out."""
    trial = facts.removed("precision", "bfloat16")
    failure = facts.baseline.failure
    if trial is None or not (facts.half or (failure is not None and failure.symptom is Symptom.STEPS_SKIPPED)):
        return None
    evidence = [without_failure(trial)]
    if facts.birth is not None:
        evidence.insert(0, f"{facts.birth.operation} overflows {facts.birth.dtype}")
    evidence += examples_at_fault(facts)
    exhausted = failure is not None and failure.symptom is Symptom.STEPS_SKIPPED
    scale_alone = facts.removed("loss-scale") is not None
    cause = "loss-scale-exhausted" if exhausted or scale_alone else "half-precision-overflow"
    return Judgement(cause, Confidence.HIGH, tuple(evidence), ("bfloat16", "precision", "loss-scale"))


def unstable_operation(facts: Facts) -> Judgement | None:
    """An operation makes it out of finite numbers."""
    birth = facts.birth
    if birth is None or birth.leaf or birth.phase is Phase.OPTIMIZER or _is_end_of_explosion(facts, birth):
        return None
    where = f" at {birth.place.file}:{birth.place.line}" if birth.place is not None else ""
    made = f"the backward pass of {birth.culprit}" if birth.is_gradient else birth.culprit
    evidence = [f"{made} makes it out of finite numbers{where}"]
    if facts.probe.now_other is False:
        evidence += [f"the batch of step {failing_step(facts)} triggers it, others do not", *examples_at_fault(facts)]
    inner = birth.promoted if birth.spoils_a_mask else birth.operation
    zero = inner in ZERO_SENSITIVE and any(_touches_zero(one.least, one.greatest) for one in birth.operands)
    cause = "log-of-zero" if zero else "unstable-operation"
    return Judgement(cause, Confidence.HIGH, tuple(evidence), ("skip",), f"guard {birth.culprit}{where}")


def bad_initialization(facts: Facts) -> Judgement | None:
    """Numbers are astronomic at the very first step."""
    birth, size = facts.birth, _size(facts.birth)
    if birth is None or failing_step(facts) != 0 or facts.probe.now_other is False or size < ASTRONOMIC:
        return None
    evidence = f"{birth.culprit} is given numbers up to {number(size)} at the first step, before any update"
    code = "initialise every layer by its width, as He and Xavier do"
    return Judgement("bad-initialization", Confidence.HIGH, (evidence,), code=code)


def _size(birth: Birth | None) -> float:
    """Return the largest number that an operation was given."""
    operands = birth.operands if birth is not None else ()
    sizes = [abs(one) for operand in operands for one in (operand.least, operand.greatest) if one is not None]
    return max(sizes, default=0.0)


def _is_end_of_explosion(facts: Facts, birth: Birth) -> bool:
    """Whether a product overflows over numbers that had exploded, as a smaller update shows: the code is sound."""
    exploded = birth.operation in PRODUCTS and _size(birth) >= ASTRONOMIC
    return exploded and facts.probe.now_other is not False and facts.removed("learning-rate", "clip") is not None


def _touches_zero(least: float | None, greatest: float | None) -> bool:
    return least is not None and greatest is not None and least <= 0.0 <= greatest
