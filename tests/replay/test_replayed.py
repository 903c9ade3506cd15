"""The result as JSON: nothing is lost, and nothing else is taken for one."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logdoctor.replayed import (
    SCHEMA,
    Baseline,
    Birth,
    CodeLine,
    Environment,
    Failure,
    NotAReplayError,
    Operand,
    Phase,
    Replayed,
    Symptom,
    Target,
    from_json,
    to_json,
)

RESULT = Replayed(
    Target(120, "nan-loss"),
    Environment("2.13.0", "cpu", deterministic=True),
    "exact",
    baseline=Baseline(100, reproduced=True, failure=Failure(120, Symptom.LOSS_NOT_FINITE, math.nan), noise_floor=0.0),
    birth=Birth(
        Phase.FORWARD,
        "exp",
        line=CodeLine("model.py", 7, "forward"),
        operands=(Operand((2, 3), "float32", 0.0, 288.5),),
    ),
)


def document(**changes: Any) -> str:
    return json.dumps({**json.loads(to_json(RESULT)), **changes})


def test_a_result_survives_the_way_through_json() -> None:
    again = from_json(to_json(RESULT))
    assert to_json(again) == to_json(RESULT)
    assert again.birth == RESULT.birth
    assert again.baseline is not None
    assert again.baseline.failure is not None
    assert math.isnan(again.baseline.failure.loss)


def test_the_document_is_strict_json_with_its_schema() -> None:
    read = json.loads(to_json(RESULT), parse_constant=pytest.fail)
    assert read["schema"] == SCHEMA == "logdoctor-replay/1"
    assert read["baseline"]["failure"]["loss"] == {"value": None, "nonfinite": "nan"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "a list instead of an object"),
        ('{"a": NaN}', "not JSON: NaN"),
        (document(schema="logdoctor-replay/2"), "schema 'logdoctor-replay/2'"),
        (document(extra=1), "replay: unknown key 'extra'"),
        (document(fidelity=3), "replay.fidelity: expected str, found 3"),
        (document(target={"step": True}), "replay.target.step: expected int, found true"),
        (document(target={}), "replay.target: step is missing"),
        (document(remarks="no"), "replay.remarks: expected a list"),
        (document(remarks=["x"] * 10_001), "replay.remarks: expected a list of at most 10,000"),
        (document(interrupted="x" * 20_001), "at most 20,000 characters"),
        (document(cost={"steps": "1"}), "replay.cost.steps: expected a number"),
        (document(cost={"steps": {"value": 1, "nonfinite": "nan"}}), "replay.cost.steps: expected a number"),
        (document(birth={"phase": "sideways"}), "replay.birth.phase: expected one of forward, backward"),
        ("x" * 4_000_001, "too many"),
    ],
)
def test_anything_else_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(NotAReplayError) as caught:
        from_json(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=10))
def test_no_value_of_a_field_does_more_than_raise_that_error(value: Any) -> None:
    for name in ("target", "baseline", "birth", "trials", "cost", "verdict", "interrupted"):
        try:
            from_json(document(**{name: value}))
        except NotAReplayError:
            continue
        assert value in (None, [], ()) or isinstance(value, str)


@pytest.mark.parametrize(
    ("birth", "name", "line"),
    [
        (Birth(Phase.FORWARD, "_softmax", line=CodeLine("model.py", 7)), "softmax", 7),
        (Birth(Phase.BACKWARD, "div", node="SqrtBackward0", line=CodeLine("model.py", 7)), "sqrt", 7),
        (Birth(Phase.BACKWARD, "mul", node="LogSoftmaxBackward0"), "log_softmax", None),
        (Birth(Phase.BACKWARD, "div", node="SignedSqrtBackward", line=CodeLine("model.py", 7)), "div", 7),
        (
            Birth(
                Phase.FORWARD,
                "masked_fill",
                line=CodeLine("model.py", 7),
                promoted="_softmax",
                promoted_line=CodeLine("model.py", 8),
                deliberate=True,
            ),
            "softmax",
            8,
        ),
    ],
    ids=["torch's own name", "a gradient of torch", "its name in two words", "a gradient of the user", "a mask"],
)
def test_the_operation_to_guard_is_the_one_that_the_users_line_has(birth: Birth, name: str, line: int | None) -> None:
    assert birth.culprit == name
    assert (birth.place.line if birth.place is not None else None) == line
