"""SARIF keeps to its schema and to what GitHub asks beyond it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.reports import specimens

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Outcomes, Span
from logdoctor.reports.ci import sarif
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report

SCHEMA = json.loads((Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))


def log(report: Report | None = None) -> Any:
    return json.loads(sarif.render(report or specimens.report(), Page()))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from texts(part)


@pytest.mark.parametrize("report", [Report(Diagnosis()), specimens.report(gate=False), specimens.report()])
def test_keeps_to_the_schema(report: Report) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(log(report))


def test_the_schema_refuses_what_is_none() -> None:
    spoiled = log()
    spoiled["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(spoiled)


def test_what_github_asks_beyond_the_schema() -> None:
    """Of docs.github.com, SARIF support for code scanning: without these the file is refused or nothing is shown."""
    document = log()
    assert document["version"] == "2.1.0"
    assert all(texts(document)), "empty texts are refused"
    (analysis,) = document["runs"]
    rules = analysis["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["id"]
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
    assert {result["ruleId"] for result in analysis["results"]} == {rule["id"] for rule in rules}
    fingerprints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in analysis["results"]]
    assert len(set(fingerprints)) == len(fingerprints) > 5
    for result in analysis["results"]:
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert not uri.startswith(("/", "file:", ".."))
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        assert result["level"] in {"error", "warning", "note"}


def test_each_result_stands_where_it_is_to_be_read() -> None:
    found = {result["ruleId"]: result["locations"][0]["physicalLocation"] for result in log()["runs"][0]["results"]}
    at = {rule: (place["artifactLocation"]["uri"], place["region"]["startLine"]) for rule, place in found.items()}
    assert at["crashed"] == ("sweep/a/out.log", 812)
    assert at["nan-loss"] == ("sweep/a/metrics.csv", 1), "the text log before the event file"
    assert found["crashed"]["region"]["endLine"] == 814


def test_consequences_are_named_by_what_explains_them() -> None:
    results = log()["runs"][0]["results"]
    assert "divergence" not in {result["ruleId"] for result in results}
    assert next(one for one in results if one["ruleId"] == "nan-loss")["properties"]["explains"] == ["divergence"]


def test_what_a_gate_found() -> None:
    results = log()["runs"][0]["results"]
    suppressed = [one for one in results if "suppressions" in one]
    assert [one["ruleId"] for one in suppressed] == ["oscillation"]
    assert suppressed[0]["suppressions"][0]["justification"] == "adversarial by design, until 2027-03-01"
    outcomes = [one["properties"]["outcome"] for one in results if one["ruleId"].startswith("gate/")]
    assert sorted(outcomes) == ["failed", "inconclusive", "stale"]


def test_what_is_to_be_known_of_the_analysis() -> None:
    (invocation,) = log()["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    said = [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]
    assert "rule loss-spike failed on run sweep/a: ZeroDivisionError: division by zero" in said
    assert any("bytes 3 to 8 fail their checksum" in one for one in said)


def test_fingerprints_hold_no_value_and_no_step() -> None:
    def fingerprint(report: Report) -> str:
        results = log(report)["runs"][0]["results"]
        print_of: str = next(one for one in results if one["ruleId"] == "nan-loss")["partialFingerprints"].popitem()[1]
        return print_of

    def with_finding(message: str, step: int, series: str = "train_loss") -> Report:
        said = replace(specimens.finding("nan-loss", message), spans=(Span(series, step, step + 1),))
        return Report(Diagnosis((Examined(specimens.run("a"), Outcomes((said,))),)))

    assert fingerprint(with_finding("NaN at epoch 3", 3)) == fingerprint(with_finding("NaN at epoch 70", 70))
    assert fingerprint(with_finding("NaN", 3)) != fingerprint(with_finding("NaN", 3, "val_loss"))


def test_no_more_results_than_github_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    (analysis,) = log()["runs"]
    assert len(analysis["results"]) == 2
    said = [one["message"]["text"] for one in analysis["invocations"][0]["toolExecutionNotifications"]]
    assert said[-1] == "5 more results are left out; the json format has all"


def test_names_make_no_links_and_no_placeholders() -> None:
    said = specimens.finding("nan-loss", "see [this](https://evil.example) and {0}")
    result = log(Report(Diagnosis((Examined(specimens.run("a"), Outcomes((said,))),))))["runs"][0]["results"][0]
    assert r"[this\x5d(https://evil.example) and \x7b0}" in result["message"]["text"]
