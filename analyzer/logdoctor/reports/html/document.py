"""Everything that the page says, in its order, as plain values; the template only writes it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import logdoctor
from logdoctor.diagnosis import Diagnosis
from logdoctor.finding import Comparison, Severity
from logdoctor.gated import Gated
from logdoctor.reports.advice import measured
from logdoctor.reports.entries import entries
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.chart import DASH
from logdoctor.reports.html.data import embedded
from logdoctor.reports.html.findings import FindingView, views
from logdoctor.reports.html.judged import (
    FileView,
    RuleView,
    ThresholdView,
    files,
    last_logged,
    rule_views,
    thresholds,
    versions,
)
from logdoctor.reports.html.names import RunName, run_names
from logdoctor.reports.html.runs import RunView, run_link, run_views
from logdoctor.reports.html.sweep import Sweep, sweep
from logdoctor.reports.html.verdict import verdict
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.summary import unjudged
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.wording import counted

MAX_FOLDERS = 24
"""Folders that the navigation lists; the filter finds the others."""


@dataclass(frozen=True)
class Section:
    """The findings of one severity."""

    id: str
    severity: str
    title: str
    aside: str
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class Folder:
    """A folder of the navigation."""

    name: str
    link: str
    severity: str
    worst: int
    runs: int


@dataclass(frozen=True)
class NoticeView:
    """An oddity of a file."""

    kind: str
    run: RunName
    path: str
    where: str
    message: str
    is_damage: bool


@dataclass(frozen=True)
class ComparisonView:
    """What runs show together."""

    id: str
    rule: str
    message: str
    runs: tuple[RunName, ...]
    evidence: tuple[tuple[str, str, str], ...]
    sweep: Sweep | None


@dataclass(frozen=True)
class CheckView:
    """One thing that a gate asked."""

    outcome: str
    name: str
    kind: str
    run: str
    series: str
    level: str
    message: str


@dataclass(frozen=True)
class SuppressedView:
    """A finding that is known and does not count."""

    rule: str
    run: RunName
    message: str
    reason: str
    expires: str


@dataclass(frozen=True)
class GateView:
    """What a gate found."""

    headline: str
    checks: tuple[CheckView, ...]
    suppressed: tuple[SuppressedView, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """The whole page."""

    title: str
    subject: str
    headline: str
    subline: str
    facts: tuple[tuple[str, str], ...]
    counts: str
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
    version: str = logdoctor.__version__

    @property
    def findings(self) -> tuple[FindingView, ...]:
        """All entries, worst first."""
        return tuple(one for section in self.sections for one in section.findings)


def document(report: Report) -> Document:
    """Return what the page says of a report; reads the files that were read once more, for their hashes."""
    diagnosis = report.diagnosis
    names = run_names(diagnosis)
    runs = [one.run for one in diagnosis.runs]
    found = entries(diagnosis)
    shown = views(found, runs, names)
    links: dict[tuple[str, str], str] = {}
    for entry, view in zip(found, shown, strict=True):
        for run in (entry.run, *entry.others):
            links.setdefault((run.name, entry.finding.rule), view.id)
    headline, subline = verdict(diagnosis)
    read = files(diagnosis)
    rules = rule_views(diagnosis, diagnosis.rules)
    rows = run_views(diagnosis, names, links)
    folders = _folders(rows)
    fired = {finding.rule for _, finding in diagnosis.findings()} | {one.rule for one in diagnosis.comparisons}
    return Document(
        title=f"{headline} - logdoctor",
        subject=_subject(diagnosis),
        headline=headline,
        subline=subline,
        facts=tuple(_facts(report, read)),
        counts=", ".join(counted(diagnosis.count(one), str(one)) for one in reversed(Severity)),
        gate=_gate(report.gated, names) if report.gated else None,
        sections=tuple(_sections(shown)),
        runs=tuple(rows),
        folders=folders[:MAX_FOLDERS],
        folders_left_out=max(0, len(folders) - MAX_FOLDERS),
        comparisons=tuple(_comparisons(diagnosis, names)),
        notices=tuple(_notices(diagnosis, names)),
        remarks=tuple(unjudged(diagnosis, Page())),
        rules=rules,
        versions=versions(),
        thresholds=thresholds(diagnosis.rules, fired),
        files=read,
        data=embedded(enumerate(runs)),
    )


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


def _facts(report: Report, read: Sequence[FileView]) -> list[tuple[str, str]]:
    diagnosis = report.diagnosis
    series = sum(len(one.run.series) for one in diagnosis.runs)
    damaged = len(diagnosis.damaged_files)
    facts = [("Analyzed", _subject(diagnosis) or counted(len(diagnosis.runs), "run"))]
    if when := last_logged(diagnosis):
        facts.append(("Last logged", when))
    narrowed = "some left out by settings" if report.narrowed else "default settings"
    asked = f", {len(diagnosis.rules):,} rules" if diagnosis.rules else ""
    facts.append(("With", f"logdoctor {logdoctor.__version__}{asked}, {narrowed}"))
    facts.append(("Read", f"{counted(len(diagnosis.runs), 'run')}, {series:,} series, {diagnosis.points:,} points"))
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
            runs = sum(one.count for one in found)
            aside = f"{counted(len(found), 'finding')} in {counted(runs, 'run')}"
            made.append(Section(f"{severity}s", str(severity), f"{severity.capitalize()}s", aside, found))
    return made


def _folders(rows: Sequence[RunView]) -> tuple[Folder, ...]:
    """Return the folders of the runs, one level down, or two where they all share the first; none for few runs."""
    paths = [row.name.full.split(":")[0].split("/") for row in rows]
    depth = 1
    while depth < 4 and paths and len({tuple(path[:depth]) for path in paths}) == 1 and min(map(len, paths)) > depth:
        depth += 1
    groups: dict[str, list[RunView]] = {}
    for row, path in zip(rows, paths, strict=True):
        groups.setdefault("/".join(path[:depth]), []).append(row)
    if len(groups) < 2:
        return ()
    return tuple(_folder(name, group) for name, group in sorted(groups.items()))


def _folder(name: str, rows: Sequence[RunView]) -> Folder:
    rank = max(row.rank for row in rows)
    severity = next(row.severity for row in rows if row.rank == rank)
    return Folder(name, run_link(name), severity if rank > 1 else "", sum(row.rank == rank for row in rows), len(rows))


def _comparisons(diagnosis: Diagnosis, names: dict[str, RunName]) -> list[ComparisonView]:
    examined = {one.run.name: one for one in diagnosis.runs}
    return [
        ComparisonView(
            id=f"comparison-{at}",
            rule=one.rule,
            message=_capital(one),
            runs=tuple(names[run] for run in one.runs if run in names),
            evidence=tuple(
                (printable(name), *_printable(measured(name, quantity))) for name, quantity in one.evidence.items()
            ),
            sweep=sweep(f"sweep-{at}", one, examined, names),
        )
        for at, one in enumerate(diagnosis.comparisons, start=1)
    ]


def _printable(pair: tuple[str, str]) -> tuple[str, str]:
    return printable(pair[0]), printable(pair[1])


def _capital(comparison: Comparison) -> str:
    text = printable(comparison.message)
    return text[:1].upper() + text[1:]


def _notices(diagnosis: Diagnosis, names: dict[str, RunName]) -> list[NoticeView]:
    made = {
        (notice.path, notice.kind, notice.message): NoticeView(
            notice.kind,
            names[one.run.name],
            printable(notice.path),
            _where(notice),
            printable(_without_path(notice)),
            notice.kind == DAMAGE,
        )
        for one in diagnosis.runs
        for notice in one.run.notices
    }
    return sorted(made.values(), key=lambda one: (not one.is_damage, one.kind, one.run.anchor))


def _without_path(notice: Notice) -> str:
    text = notice.message.removeprefix(notice.path).lstrip(":, ")
    return text[:1].upper() + text[1:]


def _where(notice: Notice) -> str:
    if notice.line_start is not None:
        last = notice.line_end
        return (
            f"line {notice.line_start:,}"
            if last in (None, notice.line_start)
            else f"lines {notice.line_start:,}{DASH}{last:,}"
        )
    if notice.byte_start is not None:
        end = notice.byte_end
        return f"bytes {notice.byte_start:,}{DASH}{end:,}" if end is not None else f"from byte {notice.byte_start:,}"
    return ""


def _gate(gated: Gated, names: dict[str, RunName]) -> GateView:
    failed = sum(one.outcome == "failed" for one in gated.checks)
    open_ = sum(one.outcome in ("inconclusive", "stale") for one in gated.checks)
    parts = [f"{counted(len(gated.checks), 'check')}: {len(gated.checks) - failed - open_:,} passed, {failed:,} failed"]
    parts += [f"{open_:,} could not be answered"] if open_ else []
    if gated.suppressed:
        parts.append(f"{counted(len(gated.suppressed), 'known finding')} suppressed")
    return GateView(
        ", ".join(parts),
        tuple(
            CheckView(
                str(one.outcome),
                printable(one.name),
                printable(one.kind),
                printable(one.run),
                printable(one.series),
                str(one.level),
                printable(one.message),
            )
            for one in sorted(gated.checks, key=lambda one: one.outcome == "passed")
        ),
        tuple(
            SuppressedView(
                one.finding.rule,
                names.get(one.run.name) or RunName(printable(one.run.name), "", printable(one.run.name), -1),
                printable(one.finding.message),
                printable(one.reason),
                one.expires.isoformat() if one.expires else "",
            )
            for one in gated.suppressed
        ),
        tuple(map(printable, gated.remarks)),
    )
