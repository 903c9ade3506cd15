"""The order in which experiments speak: plain numbers in, a cause out."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from logdoctor.causes import because
from logdoctor.finding import Confidence
from logdoctor.replay.judging.facts import Facts
from logdoctor.replay.judging.verdict import judge, ruled_out
from logdoctor.replayed import (
    Baseline,
    Birth,
    CodeLine,
    Failure,
    Finiteness,
    Operand,
    Outcome,
    Phase,
    Probe,
    Symptom,
    Trial,
)

HIGH_LOSS = Baseline(100, reproduced=True, failure=Failure(120, Symptom.LOSS_TOO_HIGH, 9.0))
NAN_LOSS = Baseline(100, reproduced=True, failure=Failure(120, Symptom.LOSS_NOT_FINITE, float("nan")))
OF_THE_BATCH = Probe(now_flagged=True, now_other=False, old_flagged=True, old_other=False, old_step=100)
OF_THE_STATE = Probe(now_flagged=True, now_other=True, old_flagged=False, old_other=False, old_step=100)
EXP = Birth(Phase.FORWARD, "exp", result=Finiteness.INFINITE, line=CodeLine("model.py", 7))

PRODUCT = replace(EXP, operation="addmm", operands=(Operand((2, 2), "float32", 0.0, 8.9e37),))


def removed(*names: str) -> tuple[Trial, ...]:
    return tuple(Trial(name, f"change {name}", outcome=Outcome.REMOVED) for name in names)


LOWER_RATE = removed("learning-rate")

CASES = {
    "a leaf of the batch": (Facts(NAN_LOSS, Birth(Phase.BEFORE, leaf="batch[0]")), "bad-batch"),
    "a leaf of the state": (Facts(NAN_LOSS, Birth(Phase.BEFORE, leaf="parameter a.weight")), "corrupted-state"),
    "an earlier state passes": (
        Facts(HIGH_LOSS, trials=removed("earlier-state", "learning-rate", "moments")),
        "corrupted-state",
    ),
    "the optimizer divides by zero": (
        Facts(NAN_LOSS, Birth(Phase.OPTIMIZER, "addcdiv_"), trials=removed("epsilon", "learning-rate")),
        "epsilon-too-small",
    ),
    "float16 overflows and float32 does not": (
        Facts(NAN_LOSS, replace(EXP, dtype="float16"), trials=removed("precision"), half=True),
        "half-precision-overflow",
    ),
    "every update is skipped, and float32 is fine": (
        Facts(
            replace(HIGH_LOSS, failure=Failure(120, Symptom.STEPS_SKIPPED, 1.0)),
            replace(EXP, dtype="float16"),
            trials=removed("precision"),
            half=True,
        ),
        "loss-scale-exhausted",
    ),
    "float16 overflows and float32 as well": (
        Facts(NAN_LOSS, replace(EXP, dtype="float16"), half=True),
        "unstable-operation",
    ),
    "an operation": (Facts(NAN_LOSS, EXP, OF_THE_BATCH, removed("skip")), "unstable-operation"),
    "astronomic numbers at the very first step": (
        Facts(replace(NAN_LOSS, state_step=0, failure=Failure(0, Symptom.LOSS_NOT_FINITE, math.nan)), PRODUCT),
        "bad-initialization",
    ),
    "the first batch alone has them": (
        Facts(
            replace(NAN_LOSS, state_step=0, failure=Failure(0, Symptom.LOSS_NOT_FINITE, math.nan)),
            PRODUCT,
            OF_THE_BATCH,
            removed("skip"),
        ),
        "unstable-operation",
    ),
    "a product of what had exploded, and a lower rate helps": (
        Facts(NAN_LOSS, PRODUCT, OF_THE_STATE, LOWER_RATE),
        "learning-rate-too-high",
    ),
    "a product of what had exploded, and clipping helps": (
        Facts(NAN_LOSS, PRODUCT, OF_THE_STATE, removed("clip", "learning-rate"), norm_ratio=math.inf),
        "no-gradient-clipping",
    ),
    "a product of what had exploded, and nothing helps": (Facts(NAN_LOSS, PRODUCT, OF_THE_STATE), "unstable-operation"),
    "a product of ordinary numbers": (
        Facts(NAN_LOSS, replace(PRODUCT, operands=(Operand((2,), "float32", 0.0, 1.0),)), OF_THE_STATE, LOWER_RATE),
        "unstable-operation",
    ),
    "an operation at zero": (
        Facts(NAN_LOSS, replace(EXP, operation="log", operands=(Operand((2,), "float32", 0.0, 1.0),))),
        "log-of-zero",
    ),
    "a batch with any state": (Facts(HIGH_LOSS, probe=OF_THE_BATCH, trials=removed("skip")), "bad-batch"),
    "a rate that jumped": (
        Facts(HIGH_LOSS, probe=OF_THE_STATE, trials=removed("rate-before", "clip"), rate_ratio=300, rate_jump=True),
        "learning-rate-jump",
    ),
    "a rate that crept up": (
        Facts(HIGH_LOSS, probe=OF_THE_STATE, trials=removed("rate-before"), rate_ratio=4.0),
        "learning-rate-too-high",
    ),
    "a stale second moment": (
        Facts(HIGH_LOSS, trials=removed("update-clip", "learning-rate"), rms=10.7, rms_before=1.0),
        "stale-second-moment",
    ),
    "an explosion": (
        Facts(HIGH_LOSS, trials=removed("clip", "learning-rate"), norm_ratio=300.0),
        "no-gradient-clipping",
    ),
    "gradients that add up": (
        Facts(HIGH_LOSS, trials=removed("zero-gradients", "learning-rate")),
        "gradients-not-zeroed",
    ),
    "only a lower rate helps": (Facts(HIGH_LOSS, trials=LOWER_RATE), "learning-rate-too-high"),
    "a lower rate and a high but usual update": (
        Facts(HIGH_LOSS, trials=removed("update-clip", "learning-rate"), rms=2.6, rms_before=1.0),
        "learning-rate-too-high",
    ),
    "nothing helps": (Facts(HIGH_LOSS), "unknown"),
}


@pytest.mark.parametrize(("facts", "cause"), CASES.values(), ids=CASES)
def test_what_trials_showed_decides_the_cause(facts: Facts, cause: str) -> None:
    judgement, second = judge(facts)
    assert judgement.cause == cause
    assert judgement.evidence
    assert second != cause
    because(judgement.cause)


@pytest.mark.parametrize("cause", sorted({cause for _, cause in CASES.values()} - {"unknown"}))
def test_without_reproduction_nothing_of_that_is_said(cause: str) -> None:
    for facts, expected in CASES.values():
        if expected == cause:
            gone = replace(facts.baseline, reproduced=False, failure=None)
            judgement, _ = judge(replace(facts, baseline=gone))
            assert judgement.cause in ("unknown", "hardware-fault")
            assert judgement.remedies == ()
            assert judgement.code == ""


def test_a_fault_of_the_hardware_needs_a_replay_that_follows_the_log_for_a_while() -> None:
    passing = Baseline(100, reproduced=False, failure=None, differs_at=118)
    assert judge(Facts(passing, logged_failure=120))[0].cause == "hardware-fault"
    assert judge(Facts(passing, logged_failure=120))[0].confidence is not Confidence.HIGH
    assert judge(Facts(passing, logged_failure=120, exact=False))[0].cause == "unknown"
    assert judge(Facts(passing, logged_failure=None))[0].cause == "unknown"
    assert judge(Facts(replace(passing, differs_at=None), logged_failure=120))[0].cause == "unknown"


def test_a_replay_that_leaves_the_log_at_once_lacks_something() -> None:
    lacking = Baseline(100, reproduced=False, failure=None, differs_at=101)
    assert judge(Facts(lacking, logged_failure=120))[0].cause == "unknown"
    assert judge(Facts(lacking, logged_failure=101))[0].cause == "hardware-fault"


def test_a_lower_rate_is_the_second_cause_where_something_more_specific_helps() -> None:
    facts = Facts(HIGH_LOSS, trials=removed("clip", "learning-rate"), norm_ratio=300.0)
    assert judge(facts)[1] == "learning-rate-too-high"


def test_what_changed_nothing_is_ruled_out_and_what_delayed_is_not() -> None:
    trials = (
        Trial("clip", "clip at 3", outcome=Outcome.UNCHANGED, failed_step=120),
        Trial("clip", "clip at 1", outcome=Outcome.UNCHANGED, failed_step=120),
        Trial("learning-rate", "a third of the rate", outcome=Outcome.UNCHANGED, failed_step=120),
        Trial("learning-rate", "a tenth of the rate", outcome=Outcome.POSTPONED, failed_step=130),
        *removed("skip"),
    )
    assert list(ruled_out(trials)) == ["it still fails, at step 120, when you clip at 1"]
