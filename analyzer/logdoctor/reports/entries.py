"""The entries that reports for people list: one per problem, not one per run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from logdoctor.diagnosis import Diagnosis
from logdoctor.finding import Cause, Finding, Severity
from logdoctor.reports.advice import is_refuted
from logdoctor.run import Run


@dataclass(frozen=True)
class Entry:
    """One problem: the clearest of the findings that are the same, and where else it is."""

    run: Run
    finding: Finding
    others: tuple[Run, ...] = ()
    """The other runs that have it."""
    again: tuple[Finding, ...] = ()
    """Further findings of the same kind in the same run."""
    consequences: tuple[Finding, ...] = ()
    """Findings of the run that follow from this one or share its cause."""


def entries(diagnosis: Diagnosis) -> tuple[Entry, ...]:
    """Return the problems, worst first; what is folded under another finding is no entry of its own."""
    alike: dict[str, list[tuple[Run, Finding]]] = {}
    for run, finding in diagnosis.findings():
        if not finding.explained_by:
            alike.setdefault(_kind(run, finding), []).append((run, finding))
    findings_of = {one.run.name: one.findings for one in diagnosis.runs}
    return tuple(_entry(pairs, findings_of) for pairs in alike.values())


def _kind(run: Run, finding: Finding) -> str:
    """Findings of one group are the same problem; notes are so across groups too."""
    if finding.severity is Severity.NOTE:
        return f"{finding.rule}/{finding.causes[0].id if finding.causes else ''}"
    return finding.group or f"{finding.rule}/{run.name}"


def _entry(pairs: Sequence[tuple[Run, Finding]], findings_of: dict[str, tuple[Finding, ...]]) -> Entry:
    run, finding = max(pairs, key=lambda pair: (pair[1].severity.rank, pair[1].confidence.rank, _points(pair[0])))
    others = {other.name: other for other, _ in pairs if other is not run}
    return Entry(
        run,
        without_repeats(finding),
        tuple(others[name] for name in sorted(others)),
        tuple(other for where, other in pairs if where is run and other is not finding),
        tuple(consequences(finding, findings_of[run.name])),
    )


def without_repeats(finding: Finding) -> Finding:
    """Leave out what a reader reads elsewhere: reasons that the message says, and evidence that is a cause's reason.

    A cause keeps its reasons where it would seem refuted without them, or no more so: what to try goes by that.
    """

    def new(reasons: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in reasons if one not in finding.message)

    def argued(cause: Cause) -> Cause:
        shorter = replace(cause, pro=new(cause.pro), contra=new(cause.contra))
        return shorter if is_refuted(shorter) == is_refuted(cause) else cause

    reasons = {text for cause in finding.causes for text in (*cause.pro, *cause.contra)}
    evidence = {name: one for name, one in finding.evidence.items() if one.value not in reasons}
    return replace(finding, causes=tuple(map(argued, finding.causes)), evidence=evidence)


def _points(run: Run) -> int:
    return sum(len(series) for series in run.series)


def consequences(root: Finding, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what is folded under a finding of its run, and what is folded under that, each once."""
    rules, pending = {root.rule}, list(findings)
    while caught := [one for one in pending if one.explained_by in rules]:
        yield from caught
        rules |= {one.rule for one in caught}
        pending = [one for one in pending if one not in caught]
