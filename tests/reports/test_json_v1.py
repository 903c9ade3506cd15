"""JSON v1 keeps to its schema, to strict JSON, and to the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import numpy as np
import pytest
from tests.reports import specimens

from logdoctor.curves import decay
from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import (
    Cause,
    Confidence,
    Crashed,
    Finding,
    Fix,
    NotApplicable,
    Outcomes,
    Place,
    Quantity,
    Severity,
    Span,
)
from logdoctor.reports.json_v1 import document, render
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.rule import example_run
from logdoctor.run import Notice, Run, Series, SourceFile, State

SCHEMA = json.loads(files("logdoctor.reports").joinpath("json_v1.schema.json").read_text(encoding="utf-8"))

FINDING = Finding(
    rule="nan-loss",
    title="A loss is NaN or infinite",
    message="loss turns NaN at epoch 69",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    spans=(Span("loss", 69, 100, "NaN"),),
    evidence={"last": Quantity(np.inf, "nats"), "count": Quantity(np.float64(3)), "word": Quantity("97 %")},
    causes=(Cause("bad-batch", "one batch is bad", pro=("a",), contra=("b",), fixes=(Fix("c"), Fix("d", "run e"))),),
    to_tell_apart=("the gradient norm of every step",),
    references=("https://example.org",),
    explained_by="divergence",
    group="nan-loss/bad-batch/.",
    places=(Place("sweep/out.log", 812, 812), Place("sweep/events", byte_start=3, byte_end=9)),
)


def everything() -> Diagnosis:
    run = replace(
        example_run(
            {"lr": 0.1, "eps": float("nan"), "name": "x", "amp": True, "seed": None}, train_loss=decay(2.3, 0.1)
        ),
        name="sweep/file\udce9",
        sources=(SourceFile("sweep/a.csv", "csv", 12), SourceFile("sweep/b.csv", "csv", 12, used=False)),
        notices=(
            Notice("damage", "sweep/a.csv", "cut", 3, 9),
            Notice("padding", "sweep/a.csv", "nan", None, None, 3, 4),
        ),
        state=State.WRITING,
    )
    empty = Run("empty", (Series.of("nothing", [], []),))
    outcomes = Outcomes((FINDING,), ("plateau",), (NotApplicable("x", "no loss"),), (Crashed("y", "ValueError"),))
    return Diagnosis((Examined(run, outcomes), Examined(empty, Outcomes())))


@pytest.mark.parametrize("diagnosis", [Diagnosis(), everything()], ids=["nothing", "everything"])
def test_keeps_to_its_schema(diagnosis: Diagnosis) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render(Report(diagnosis), Page())))


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_schema_lets_v1_grow() -> None:
    grown = json.loads(render(Report(everything()), Page()))

    def add_keys(value: Any, name: str | int = "") -> None:
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, part in list(parts):
            add_keys(part, key)
        if isinstance(value, dict) and name not in {"hyperparameters", "evidence"}:  # their keys are data
            value["added_later"] = {"any": "thing"}

    add_keys(grown)
    jsonschema.Draft202012Validator(SCHEMA).validate(grown)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("summary"),
        lambda d: d.update(schema="logdoctor/2"),
        lambda d: d["runs"][0].pop("crashed"),
        lambda d: d["runs"][0]["findings"][0].update(severity="fatal"),
        lambda d: d["runs"][0]["findings"][0]["evidence"].update(last={"value": None, "unit": ""}),
        lambda d: d["runs"][0]["series"][0].update(points=-1),
    ],
)
def test_schema_refuses_what_is_no_report(spoil: Callable[[dict[str, Any]], object]) -> None:
    spoiled = json.loads(render(Report(everything()), Page()))
    spoil(spoiled)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(spoiled)


def test_every_key_is_in_the_schema() -> None:
    """What is written but not described would be frozen without anybody having looked at it."""
    run = document(everything())["runs"][0]
    known = SCHEMA["$defs"]
    assert run.keys() == known["run"]["properties"].keys()
    for key, kind in (("sources", "source"), ("series", "series"), ("notices", "notice"), ("findings", "finding")):
        assert run[key][0].keys() == known[kind]["properties"].keys()
    assert all(place.keys() == known["place"]["properties"].keys() for place in run["findings"][0]["places"])
    (cause,) = run["findings"][0]["causes"]
    assert cause.keys() == known["cause"]["properties"].keys()
    assert cause["fixes"][0].keys() == known["cause"]["properties"]["fixes"]["items"]["properties"].keys()


def test_what_a_gate_found_is_a_key_of_its_own() -> None:
    without = json.loads(render(specimens.report(gate=False), Page()))
    found = json.loads(render(specimens.report(), Page()))
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    gate = found.pop("gate")
    assert found == without, "a gate adds a key and changes none"
    assert (gate["verdict"], gate["fail_on"]) == ("unfinished", "error")
    assert gate.keys() == SCHEMA["$defs"]["gate"]["properties"].keys()
    assert gate["checks"][0].keys() == SCHEMA["$defs"]["check"]["properties"].keys()
    assert gate["suppressed"][0].keys() == SCHEMA["$defs"]["suppressed"]["properties"].keys()
    assert [one["outcome"] for one in gate["checks"]] == ["passed", "failed", "inconclusive", "stale"]


def test_strict_json_says_which_number_is_not_finite() -> None:
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    read = json.loads(render(Report(everything()), Page()), parse_constant=refuse)
    assert read["runs"][0]["hyperparameters"]["eps"] == {"value": None, "nonfinite": "nan"}
    assert read["runs"][0]["findings"][0]["evidence"]["last"] == {"value": None, "nonfinite": "inf", "unit": "nats"}


def test_any_file_name_can_be_encoded() -> None:
    assert json.loads(render(Report(everything()), Page()).encode())["runs"][0]["name"] == r"sweep/file\udce9"


def test_the_same_input_gives_the_same_bytes() -> None:
    assert render(Report(everything()), Page()) == render(Report(everything()), Page())
