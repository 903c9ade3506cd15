"""All contents of the page, in order, as plain values; the template only renders them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from logdoctor.diagnosis import Diagnosis
from logdoctor.finding import Severity
from logdoctor.reports.entries import Entry, entries
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.comparisons import ComparisonView, comparison_views
from logdoctor.reports.html.data import embedded
from logdoctor.reports.html.findings import FindingView, views
from logdoctor.reports.html.folders import MAX_FOLDERS, Folder, folders
from logdoctor.reports.html.gate import GateView, gate_view
from logdoctor.reports.html.names import RunName, run_names
from logdoctor.reports.html.notices import NoticeView, notice_views
from logdoctor.reports.html.provenance import (
    FileView,
    RuleView,
    ThresholdView,
    files,
    last_logged,
    rule_views,
    thresholds,
    versions,
)
from logdoctor.reports.html.runs import RunView, run_link, run_views
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.summary import abbreviated, unjudged
from logdoctor.reports.verdict import verdict
from logdoctor.version import VERSION
from logdoctor.wording import counted

MOST_NOT_READ = 10
"""Files that could not be read which are named one by one."""


@dataclass(frozen=True)
class Section:
    """The findings of one severity."""

    id: str
    severity: str
    title: str
    aside: str
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class Line:
    """A finding in one line of the digest and of the navigation."""

    severity: str
    title: str
    subject: str
    rule: str
    count: int
    link: str


@dataclass(frozen=True)
class Document:
    """The whole page."""

    title: str
    subject: str
    headline: str
    subline: str
    facts: tuple[tuple[str, str], ...]
    counts: str
    digest: tuple[Line, ...]
    gate: GateView | None
    sections: tuple[Section, ...]
    runs: tuple[RunView, ...]
    folders: tuple[Folder, ...]
    folders_left_out: int
    comparisons: tuple[ComparisonView, ...]
    notices: tuple[NoticeView, ...]
    remarks: tuple[str, ...]
    rules: tuple[RuleView, ...]
    versions: tuple[tuple[str, str], ...]
    thresholds: tuple[ThresholdView, ...]
    files: tuple[FileView, ...]
    data: str
    first: str = ""
    """Address of the page of all runs, on one of many pages."""
    version: str = VERSION


def document(report: Report) -> Document:
    """Return the one page of a report; reads the files that were read once more, for their hashes."""
    diagnosis = report.diagnosis
    return _document(report, diagnosis, run_names(diagnosis), judged=True)


def index(report: Report, home: Mapping[str, str]) -> Document:
    """Return the first of many pages: all but findings and curves, which lie at the `home` of each run."""
    diagnosis = report.diagnosis
    names = run_names(diagnosis, {run: f"{quote(page)}#{run_link(run)}" for run, page in home.items()})
    whole = _document(report, diagnosis, names, judged=True, curves=False)
    shown = [one for section in whole.sections for one in section.findings]
    lines = [
        replace(line, link=f"{quote(home[entry.run.name])}#{view.id}")
        for line, entry, view in zip(whole.digest, entries(diagnosis), shown, strict=True)
    ]
    return replace(whole, digest=tuple(lines), sections=(), data="")


def part(report: Report, runs: Collection[str], first: str) -> Document:
    """Return one of many pages: findings and curves of some runs; `first` leads to the page of all."""
    diagnosis = report.diagnosis
    partial = replace(diagnosis, runs=tuple(one for one in diagnosis.runs if one.run.name in runs), comparisons=())
    return replace(_document(report, partial, run_names(partial), judged=False), first=quote(first))


def _document(
    report: Report, diagnosis: Diagnosis, names: dict[str, RunName], *, judged: bool, curves: bool = True
) -> Document:
    found = entries(diagnosis)
    shown = views(found, diagnosis, names)
    headline, subline = verdict(diagnosis)
    read = files(diagnosis) if judged else ()
    rows = run_views(diagnosis, names, _links(found, shown, names), curves=curves)
    places = folders(rows)
    fired = {finding.rule for _, finding in diagnosis.findings()} | {one.rule for one in diagnosis.comparisons}
    return Document(
        title=f"{headline} - logdoctor",
        subject=_subject(diagnosis),
        headline=headline,
        subline=subline,
        facts=tuple(_facts(report, diagnosis, read)),
        counts=", ".join(counted(diagnosis.count(one), str(one)) for one in reversed(Severity)),
        digest=tuple(Line(one.severity, one.title, one.subject, one.rule, one.count, f"#{one.id}") for one in shown),
        gate=gate_view(report.gated, names) if report.gated and judged else None,
        sections=tuple(_sections(shown)),
        runs=tuple(rows),
        folders=places[:MAX_FOLDERS],
        folders_left_out=max(0, len(places) - MAX_FOLDERS),
        comparisons=comparison_views(diagnosis, names),
        notices=notice_views(diagnosis, names),
        remarks=(*unjudged(diagnosis, Page()), *_not_read(diagnosis)) if judged else (),
        rules=rule_views(diagnosis, diagnosis.rules) if judged else (),
        versions=versions(),
        thresholds=thresholds(diagnosis.rules, fired) if judged else (),
        files=read,
        data=embedded(enumerate(one.run for one in diagnosis.runs)) if curves else "",
    )


def _links(
    found: Sequence[Entry], shown: Sequence[FindingView], names: Mapping[str, RunName]
) -> dict[tuple[str, str], str]:
    """Return where the finding of each rule on each run is shown."""
    links: dict[tuple[str, str], str] = {}
    for entry, view in zip(found, shown, strict=True):
        page = names[entry.run.name].link.partition("#")[0]
        for run in (entry.run, *entry.others):
            links.setdefault((run.name, entry.finding.rule), f"{page}#{view.id}")
    return links


def _not_read(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield what was not read, and why: unmentioned, it would pass for sound."""
    not_read = diagnosis.skipped.not_read
    for text in not_read[:MOST_NOT_READ]:
        yield f"Not read: {printable(text)}"
    if len(not_read) > MOST_NOT_READ:
        yield f"and {len(not_read) - MOST_NOT_READ:,} more; `logdoctor inspect` lists them"


def _subject(diagnosis: Diagnosis) -> str:
    """Return the folder that all runs lie in, as it was given."""
    if not diagnosis.runs:
        return ""
    run = diagnosis.runs[0].run
    inside = [] if run.home == "." else run.home.split("/")
    parts = run.folder.replace("\\", "/").split("/")
    root = parts[: len(parts) - len(inside)] if inside and parts[-len(inside) :] == inside else parts
    name = next((part for part in reversed(root) if part not in ("", ".")), "")
    return printable(f"{name}/") if name else ""


def _facts(report: Report, diagnosis: Diagnosis, read: Sequence[FileView]) -> list[tuple[str, str]]:
    series = sum(len(one.run.series) for one in diagnosis.runs)
    damaged = len(diagnosis.damaged_files)
    facts = [("Analyzed", _subject(diagnosis) or counted(len(diagnosis.runs), "run"))]
    if when := last_logged(diagnosis):
        facts.append(("Last logged", when))
    rules = f", {len(diagnosis.rules):,} rules" if diagnosis.rules else ""
    facts.append(("With", f"logdoctor {VERSION}{rules}, {report.left_out or 'nothing left out'}"))
    facts.append(
        ("Read", f"{counted(len(diagnosis.runs), 'run')}, {series:,} series, {abbreviated(diagnosis.points)} points")
    )
    if read:
        size = byte_words(sum(one.bytes for one in read))
        facts.append(("Files", f"{len(read):,}, {size}, {f'{damaged:,} damaged' if damaged else 'none damaged'}"))
    return facts


def byte_words(n: float) -> str:
    """Write a size: 812 bytes, 12.8 MB."""
    for unit, word in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if n >= unit:
            return f"{n / unit:.3g} {word}" if n < 999.5 * unit else f"{n / unit:.0f} {word}"
    return f"{n:,.0f} bytes"


def _sections(shown: Sequence[FindingView]) -> list[Section]:
    made = []
    for severity in reversed(Severity):
        found = tuple(one for one in shown if one.severity == severity)
        if found:
            runs = len({name.full for one in found for name in (one.run, *(other.name for other in one.others))})
            aside = f"{counted(len(found), 'finding')} in {counted(runs, 'run')}"
            made.append(Section(f"{severity}s", str(severity), f"{severity.capitalize()}s", aside, found))
    return made
