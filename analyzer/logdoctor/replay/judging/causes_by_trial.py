"""Causes that can be concluded from trials, probes and measured updates; each may abstain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from logdoctor.finding import Confidence
from logdoctor.replay.judging.facts import Facts, Judgement, examples_at_fault, failing_step, without_failure
from logdoctor.replayed import Outcome
from logdoctor.wording import number

RATE_ROSE = 1.5
"""Rise of the learning rate within the window from which it is a suspect."""

RMS_HIGH = 2.5
"""Update RMS of a stale second moment: 10.7 in the prototype, at most 3.05 for every other fault (arXiv 2304.13013)."""

RMS_RISE = 3.0
"""And its rise over the healthy median."""

GRADIENT_ROSE = 30.0
"""Ratio of the gradient norm to its healthy median from which it exploded."""

CAUSES_OF_PAIRS: Mapping[str, str] = {
    "skip": "bad-batch",
    "precision": "half-precision-overflow",
    "bfloat16": "half-precision-overflow",
    "loss-scale": "loss-scale-exhausted",
    "rate-before": "learning-rate-jump",
    "learning-rate": "learning-rate-too-high",
    "warm-up": "missing-warmup",
    "epsilon": "epsilon-too-small",
    "update-clip": "stale-second-moment",
    "beta2": "stale-second-moment",
    "moments": "stale-second-moment",
    "clip": "no-gradient-clipping",
    "zero-gradients": "gradients-not-zeroed",
}
"""What a change speaks for where it takes two."""


def gradients_kept(facts: Facts) -> Judgement | None:
    """Gradients that are set to zero between steps remove it."""
    trial = facts.removed("zero-gradients")
    if trial is None:
        return None
    return Judgement("gradients-not-zeroed", Confidence.HIGH, (without_failure(trial),), ("zero-gradients",))


def rate_that_rose(facts: Facts) -> Judgement | None:
    """The rate rose within the window, and the one before removes it."""
    trial = facts.removed("rate-before")
    if trial is None or facts.rate_ratio < RATE_ROSE:
        return None
    cause = "learning-rate-jump" if facts.rate_jump else "learning-rate-too-high"
    evidence = (f"the learning rate rose {number(facts.rate_ratio)}-fold in the window", without_failure(trial))
    return Judgement(cause, Confidence.HIGH, evidence, ("rate-before", "learning-rate"))


def batch_that_fails_alone(facts: Facts) -> Judgement | None:
    """The flagged batch fails with an old state and the present one, and others with neither."""
    probe, trial = facts.probe, facts.removed("skip")
    if not (probe.now_flagged and probe.now_other is False and probe.old_flagged and probe.old_other is False):
        return None
    if trial is None or not facts.batches:
        return None
    evidence = (
        f"the batch of step {failing_step(facts)} fails with the state now and with that of step {probe.old_step}, "
        "other batches with neither",
        *examples_at_fault(facts),
    )
    return Judgement("bad-batch", Confidence.HIGH, evidence, ("skip",))


def stale_moment(facts: Facts) -> Judgement | None:
    """The update is far larger than in healthy steps, and a bound on it removes the failure."""
    if facts.rms is None or facts.rms <= RMS_HIGH or facts.rms <= RMS_RISE * (facts.rms_before or math.inf):
        return None
    trial = facts.removed("update-clip", "beta2")
    if trial is None:
        return None
    evidence = (
        f"the update's RMS is {facts.rms:.3g} before the failure, {facts.rms_before or 0.0:.3g} in healthy steps",
        without_failure(trial),
    )
    return Judgement("stale-second-moment", Confidence.HIGH, evidence, ("update-clip", "beta2", "moments"))


def explosion(facts: Facts) -> Judgement | None:
    """The gradient is far larger than in healthy steps, and clipping removes the failure."""
    trial = facts.removed("clip")
    if trial is None or facts.norm_ratio is None or facts.norm_ratio < GRADIENT_ROSE:
        return None
    rises = f"is {number(facts.norm_ratio)} times its median" if math.isfinite(facts.norm_ratio) else "turns infinite"
    evidence = (f"the gradient norm {rises}", without_failure(trial))
    return Judgement("no-gradient-clipping", Confidence.MEDIUM, evidence, ("clip", "learning-rate"))


def small_epsilon(facts: Facts) -> Judgement | None:
    """A larger epsilon removes it, wherever it was born."""
    trial = facts.removed("epsilon")
    if trial is None:
        return None
    return Judgement("epsilon-too-small", Confidence.MEDIUM, (without_failure(trial),), ("epsilon",))


def high_rate(facts: Facts) -> Judgement | None:
    """A lower rate removes it, as it removes most failures."""
    trial = facts.removed("learning-rate")
    if trial is None:
        return None
    evidence = (f"{without_failure(trial)}, and nothing more specific helps",)
    return Judgement("learning-rate-too-high", Confidence.MEDIUM, evidence, ("learning-rate",))


def first_of_two(facts: Facts) -> Judgement | None:
    """Two changes remove it together; this is the cause that the first of them supports."""
    trial = next((one for one in facts.trials if "+" in one.name and one.outcome is Outcome.REMOVED), None)
    if trial is None:
        return None
    cause = CAUSES_OF_PAIRS[trial.name.split("+")[0]]
    return Judgement(cause, Confidence.LOW, (f"{without_failure(trial)}; neither helps alone",), (trial.name,))


def second_of_two(facts: Facts) -> Judgement | None:
    """The cause that the second of them supports."""
    first = first_of_two(facts)
    if first is None:
        return None
    return replace(first, cause=CAUSES_OF_PAIRS[first.remedies[0].split("+")[1]])


def batch_that_fails_now(facts: Facts) -> Judgement | None:
    """Only this batch fails, and only with the state now."""
    trial = facts.removed("skip")
    if trial is None or facts.probe.now_other is not False or not facts.batches:
        return None
    evidence = (f"only this batch fails: {without_failure(trial)}", *examples_at_fault(facts))
    return Judgement("bad-batch", Confidence.LOW, evidence, ("skip",))
