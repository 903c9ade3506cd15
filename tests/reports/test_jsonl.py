"""JSON lines: the objects of JSON v1, one a line."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from tests.reports import specimens

from logdoctor.reports import json_v1, jsonl
from logdoctor.reports.layout import Page

SCHEMA = json.loads(files("logdoctor.reports").joinpath("json_v1.schema.json").read_text(encoding="utf-8"))


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in jsonl.render(specimens.report(), Page()).splitlines()]


def test_the_first_line_says_how_much_is_to_come() -> None:
    first, *rest = lines()
    assert (first["kind"], first["schema"], first["runs"]) == ("summary", "logdoctor/1", 2)
    kinds = Counter(line["kind"] for line in rest)
    assert kinds == {"run": 2, "finding": 4, "comparison": 1, "gate": 1, "check": 4, "suppressed": 1}


@pytest.mark.parametrize("kind", ["finding", "comparison", "check", "suppressed"])
def test_lines_keep_to_the_schema_of_json_v1(kind: str) -> None:
    schema = {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    found = [line for line in lines() if line["kind"] == kind]
    assert found
    for line in found:
        jsonschema.Draft202012Validator(schema).validate(line)


def test_lines_and_document_hold_the_same() -> None:
    document = json_v1.document(specimens.diagnosis(), specimens.gated())
    for run in document["runs"]:
        (line,) = [one for one in lines() if one["kind"] == "run" and one["name"] == run["name"]]
        findings = [one for one in lines() if one["kind"] == "finding" and one["run"] == run["name"]]
        without = [{key: value for key, value in one.items() if key not in {"kind", "run"}} for one in findings]
        assert {**line, "findings": without} == {"kind": "run", **run}
    checks = [{**one, "kind": "check"} for one in document["gate"]["checks"]]
    assert [one for one in lines() if one["kind"] == "check"] == checks
