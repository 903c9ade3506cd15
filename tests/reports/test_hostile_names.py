"""No name from a log acts in any report: ten thousand of them, through every format that there is.

Every format has a check of its own here, and a format without one fails. What is common to all: no control character,
nothing that hides or reorders text, valid UTF-8, and no command for a CI service by the rules of its log reader.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import junitparser
import orjson
import pytest
from lxml import etree, html
from markdown_it import MarkdownIt
from tests.reports.hostile import LONG, names

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import (
    Cause,
    Comparison,
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
    Strength,
)
from logdoctor.gated import Check, Gated, Outcome, Suppressed
from logdoctor.reports import export
from logdoctor.reports.formats import FORMATS, render
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.terminal import inspection
from logdoctor.run import Notice, Run, Series, SourceFile, TextEvent
from logdoctor.run.notice import DAMAGE
from logdoctor.run.understand import understand

N = 10_000
BATCH = 100
"""Names of one report: few enough that all of it is rendered, and that a failure is found."""

EVERY = {"html": 1 if os.environ.get("LOGDOCTOR_ALL_NAMES") else 5}
"""A page takes a second or two, so that of its batches each so many is tried unless the variable asks for all."""

SARIF_SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
OWN_COLORS = re.compile(r"\x1b\[(?:0|1|2|31|33)m")
PAGES = {"plain": Page(), "narrow": Page(60), "ascii": Page(unicode=False), "coloured": Page(color=True)}


def run_named(name: str) -> Run:
    """A run in which everything that a log can name has a hostile name."""
    losses = [
        Series.of(f"{name} train_loss", [0, 1, 2], [2.0, 1.0, float("nan")]),
        Series.of("val_loss", [0, 2], [2, 1]),
    ]
    return Run(
        name=name,
        series=(*understand(losses), Series.of(name, [0], [1.0])),
        hyperparameters={name: name, "lr": 0.1},
        sources=(SourceFile(f"{name}/metrics.csv", "csv", 3), SourceFile(name, "tfevents", 3)),
        notices=(Notice(DAMAGE, name, f"{name} is cut", 3, 9),),
        events=(TextEvent("traceback", name, name, 3),),
        home=name,
        folder=name,
    )


def finding_about(name: str, severity: Severity, group: str) -> Finding:
    return Finding(
        rule="nan-loss",
        title="A loss is NaN",
        message=f"{name} turns NaN",
        severity=severity,
        confidence=Confidence.HIGH,
        spans=(Span(f"{name} train_loss", 1, 2, name),),
        evidence={name: Quantity(name), "last": Quantity(float("inf"), name)},
        causes=(Cause("bad-batch", name, Strength.LIKELY, (name,), (name,), (Fix(name, name), Fix(name, basis=name))),),
        to_tell_apart=(name,),
        group=group,
        places=(Place(name, 3, 4), Place(f"{name}.log", byte_start=3, byte_end=9)),
    )


def report_of(batch: list[str]) -> Report:
    """A report in which every name stands everywhere that a name can stand."""
    examined = []
    for at, name in enumerate(batch):
        finding = finding_about(name, list(Severity)[at % 3], f"group {at}")
        outcomes = Outcomes(
            (finding, replace(finding, rule="divergence", explained_by="nan-loss")),
            passed=("plateau",),
            not_applicable=(NotApplicable("overfitting", name),),
            crashed=(Crashed("gan-collapse", f"{name}\n{name}"),),
        )
        examined.append(Examined(run_named(name), outcomes))
    compared = tuple(Comparison("rate-sweep", (name, name), name, {name: Quantity(name)}) for name in batch[:20])
    checks = tuple(
        Check("assertion", name, name, name, Severity.ERROR, list(Outcome)[at % 4], name, {name: Quantity(1.0, name)})
        for at, name in enumerate(batch)
    )
    known = tuple(
        Suppressed(one.run, replace(one.findings[0], rule="oscillation"), one.run.name) for one in examined[:10]
    )
    found = Diagnosis(tuple(examined), compared)
    return Report(found, gated=Gated(found, Severity.ERROR, checks, known, tuple(batch[:10])))


@cache
def batches() -> list[list[str]]:
    made = names(N)
    return [made[at : at + BATCH] for at in range(0, N, BATCH)]


def commands(text: str) -> int:
    """Count the lines that a runner of GitHub Actions, an agent of Azure Pipelines or TeamCity would obey.

    The rules of actions/runner, ActionCommand.cs: `::` after white space at the start of a line, `##[` anywhere.
    """
    lines = re.split(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text)
    return sum(line.lstrip().startswith("::") or bool(re.search(r"##\w*\[", line)) for line in lines)


def harmless(text: str) -> None:
    """What must hold of every text that leaves for a terminal, a log of CI or a file."""
    text.encode("utf-8")
    odd = {character for character in set(text) if not character.isprintable() and character != "\n"}
    assert not odd, sorted(map(hex, map(ord, odd)))


def check_terminal(text: str, _report: Report) -> None:
    assert commands(text) == 0
    assert max(map(len, text.splitlines())) < LONG


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def check_json(text: str, report: Report) -> None:
    assert commands(text) == 0
    read = json.loads(text, parse_constant=refuse)
    assert read == orjson.loads(text)
    assert [run["name"] for run in read["runs"]] == [as_utf8(one.run.name) for one in report.diagnosis.runs]


def check_jsonl(text: str, report: Report) -> None:
    assert commands(text) == 0
    lines = [json.loads(line, parse_constant=refuse) for line in text.removesuffix("\n").split("\n")]
    assert lines == [orjson.loads(line) for line in text.splitlines()]
    names_read = [line["name"] for line in lines if line["kind"] == "run"]
    assert names_read == [as_utf8(one.run.name) for one in report.diagnosis.runs]


def check_sarif(text: str, report: Report) -> None:
    assert commands(text) == 0
    read = json.loads(text, parse_constant=refuse)
    assert read == orjson.loads(text)
    jsonschema.Draft202012Validator(SARIF_SCHEMA).validate(read)
    results = read["runs"][0]["results"]
    passed = sum(one.outcome is Outcome.PASSED for one in report.gated.checks) if report.gated else 0
    assert len(results) == 2 * len(report.diagnosis.runs) - passed + 10
    assert len({one["partialFingerprints"]["primaryLocationLineHash"] for one in results}) == len(results)
    for result in results:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?!/)(?:[\w.~/-]|%[0-9A-F]{2})+", uri, re.ASCII), uri
        assert ".." not in uri.split("/")
        assert "](" not in result["message"]["text"]
        assert not re.search(r"\{\d+\}", result["message"]["text"])


def check_junit(text: str, report: Report) -> None:
    assert commands(text) == 0
    root, other = ET.fromstring(text), etree.fromstring(text.encode())
    read = junitparser.JUnitXml.fromstring(text.encode())
    of_runs = 5 * len(report.diagnosis.runs) + min(10, len(report.diagnosis.runs))
    expected = of_runs + len(report.diagnosis.comparisons) + len(report.gated.checks if report.gated else ())
    assert len(list(root.iter("testcase"))) == len(list(other.iter("testcase"))) == expected
    assert sum(len(list(suite)) for suite in read) == expected
    shape = {(one.tag, *sorted(one.attrib)) for one in root.iter()}
    tags = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"}
    assert {tag for tag, *_ in shape} == tags


def check_github(text: str, report: Report) -> None:
    assert commands(text) == 21, "ten errors, ten warnings and the note of all runs; none that a name made"
    own = [line for line in text.splitlines() if line.startswith("::")]
    assert len(own) == 21
    of_a_problem = re.compile(r"::(?:error|warning|notice) title=[^:,]+,file=[^:,]*,line=\d+,endLine=\d+::.*")
    more = re.compile(r"::(?:error|warning|notice) title=logdoctor::and \d+ more .*")
    assert all(of_a_problem.fullmatch(line) or more.fullmatch(line) for line in own)
    assert not any(re.search("%(?!25|3A|2C)", line) for line in own), "the runner decodes what a name brought"


def check_gitlab(text: str, _report: Report) -> None:
    assert commands(text) == 0
    issues = json.loads(text, parse_constant=refuse)
    assert issues == orjson.loads(text)
    assert len({one["fingerprint"] for one in issues}) == len(issues) > BATCH
    assert not any(".." in one["location"]["path"].split("/") for one in issues)
    assert not any(one["location"]["path"].startswith("/") for one in issues)


def check_markdown(text: str, _report: Report) -> None:
    assert commands(text) == 0
    assert len(text.encode()) <= 1_048_576
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in inline} <= {
        "text", "code_inline", "softbreak", "strong_open", "strong_close", "text_special",
    }  # fmt: skip
    words = [child.content for child in inline if child.type == "text"]
    acting = re.compile(r"://|www\.|@\w|#\d|\$|GH-\d|:[\w+-]+:(?!:)|<|>")
    assert not [word for word in words if acting.search(word)]
    blocks = [token for token in tokens if token.type == "html_block"]
    summary = r"(?:error|warning|note) <code>[\w-]+</code> in <code>[^<>]*</code>(?: and \d+ more runs)?"
    own = re.compile(rf"(?:<details><summary>(?:{summary}|\d+ checks? passed)</summary>|</details>)\n?")
    assert all(own.fullmatch(token.content) for token in blocks)
    assert len(blocks) == text.count("<details>") * 2
    fences = [token.content for token in tokens if token.type == "fence"]
    assert len(fences) <= 1
    assert all(re.fullmatch(r"[\x20-\x7e\n]*", fence) and "evil" not in fence for fence in fences)
    assert not [token.type for token in tokens if token.type in {"hr", "blockquote_open", "ordered_list_open"}]
    rows = [sum(one.type in {"td_open", "th_open"} for one in row) for row in table_rows(tokens)]
    assert set(rows) == {6}, "no name adds a cell"


def table_rows(tokens: list[Any]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif rows:
            rows[-1].append(token)
    return rows


SETTING_OFF = {"wbr", "i", "b", "p", "span", "svg", "text", "line"}
"""Elements of which a page has more or fewer as names are longer or curves end elsewhere; none of them acts."""


def elements(page: str) -> tuple[Counter[str], set[str], set[str]]:
    """Return the elements of a page, its attributes, and what leads elsewhere."""
    found = list(html.fromstring(page).iter(etree.Element))
    attributes = {name for one in found for name in one.attrib}
    targets = {one.attrib[name] for one in found for name in ("href", "src", "action") if name in one.attrib}
    return Counter(one.tag for one in found), attributes, {one for one in targets if not one.startswith("#")}


@cache
def plain_elements(runs: int) -> tuple[Counter[str], set[str], set[str]]:
    return elements(render("html", report_of([f"run {at}" for at in range(runs)]), Page()))


def check_html(text: str, report: Report) -> None:
    found, attributes, targets = elements(text)
    plain, plain_attributes, plain_targets = plain_elements(len(report.diagnosis.runs))
    assert found.keys() <= plain.keys() | SETTING_OFF
    for tag in ("script", "style", "link", "meta", "base", "title", "form", "input", "img", "iframe", "object"):
        assert found[tag] == plain[tag], tag
    assert attributes <= plain_attributes | {"title"}  # the whole of a name that is shown shortened
    assert not [name for name in attributes if name.startswith("on")]
    assert targets <= plain_targets


CHECKS: dict[str, Callable[[str, Report], None]] = {
    "full": check_terminal,
    "concise": check_terminal,
    "json": check_json,
    "jsonl": check_jsonl,
    "sarif": check_sarif,
    "junit": check_junit,
    "github": check_github,
    "gitlab": check_gitlab,
    "markdown": check_markdown,
    "html": check_html,
}


def as_utf8(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def test_names_are_many_and_hostile() -> None:
    made = [name for batch in batches() for name in batch]
    assert len(set(made)) == N
    assert sum("\x1b" in name for name in made) > 500
    assert sum(commands(name) > 0 for name in made) > 1_000
    assert sum(any("\ud800" <= c <= "\udfff" for c in name) for name in made) > 300


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_check(name: str) -> None:
    assert name in CHECKS


@pytest.mark.parametrize("name", FORMATS)
def test_no_name_acts_in_a_report(name: str) -> None:
    for batch in batches()[:: EVERY.get(name, 1)]:
        report = report_of(batch)
        text = render(name, report, Page())
        harmless(text.replace("\u00a0%", " %"))  # our own, between a number and its unit
        CHECKS[name](text, report)


@pytest.mark.parametrize("kind", PAGES)
def test_no_name_acts_in_any_terminal(kind: str) -> None:
    for batch in batches()[:10]:
        text = render("full", report_of(batch), PAGES[kind])
        plain = OWN_COLORS.sub("", text)
        assert (plain != text) is PAGES[kind].color
        harmless(plain)
        check_terminal(plain, Report(Diagnosis()))


def test_no_name_acts_in_an_export() -> None:
    for batch in batches():
        runs = [run_named(name) for name in batch]
        lines = "".join(export.jsonl(runs))
        harmless(lines)
        assert commands(lines) == 0
        assert [orjson.loads(line)["run"] for line in lines.splitlines()][::6] == list(map(as_utf8, batch))
        table = "".join(export.csv(runs))
        harmless(table)
        assert commands(table) == 0
        header, *rows = csv.reader(io.StringIO(table, newline=""))
        assert len(rows) == 6 * len(batch)
        assert {len(row) for row in (header, *rows)} == {5}
        assert not [cell for row in rows for cell in row[:2] if cell.startswith(tuple("=+-@\t\r\n\uff1d"))]
        assert [float(row[3]) for row in rows[:2]] == [2.0, 1.0]


def test_no_name_acts_where_it_is_inspected() -> None:
    for batch in batches()[:20]:
        runs = [run_named(name) for name in batch]
        text, document = inspection.render(runs, batch, Page()), inspection.render_json(runs, batch)
        for said in (text, document):
            harmless(said)
            assert commands(said) == 0
        assert [run["name"] for run in json.loads(document, parse_constant=refuse)["runs"]] == list(map(as_utf8, batch))
