"""Which findings of a run tell one story: a report shows the root of each, and not five symptoms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from logdoctor.finding import Confidence, Finding, Severity, Strength
from logdoctor.rule import Rule
from logdoctor.run import Axis, Run

_RANK = {severity: severity.rank for severity in Severity}
"""By lookup, since a rule that is being written may name a severity that is none, which its check then says."""


def folded(findings: Sequence[Finding], rules: Iterable[Rule], run: Run) -> list[Finding]:
    """Mark the findings that follow from another one of the run, then those that share its likely cause and time."""
    return with_same_cause(_with_consequences(findings, rules), run)


def _with_consequences(findings: Sequence[Finding], rules: Iterable[Rule]) -> list[Finding]:
    """Mark the findings that a rule says are consequences of its own.

    A finding of low confidence explains nothing, and no finding explains a more severe one, except that of a rule whose
    severity is a note: it says what kind of run this is, and the other findings follow from that.
    """
    rule_of = {rule.id: rule for rule in rules}

    def explains(root: Finding, one: Finding) -> bool:
        rule = rule_of[root.rule]
        worse = _RANK.get(one.severity, 0) > _RANK.get(root.severity, 0) and rule.severity is not Severity.NOTE
        return one.rule in set(rule.explains) - {root.rule} and root.confidence is not Confidence.LOW and not worse

    ordered = sorted(findings, key=lambda one: one.rule)
    roots = {id(one): [root for root in ordered if explains(root, one)] for one in findings}
    # Of several roots, the one that nothing else explains is the first cause.
    first = {key: min(found, key=lambda root: len(roots[id(root)])).rule for key, found in roots.items() if found}
    return [replace(one, explained_by=first.get(id(one), "")) for one in findings]


def with_same_cause(findings: Sequence[Finding], run: Run) -> list[Finding]:
    """Mark the problems whose first cause is that of a worse, surer or earlier one which is there at the same time."""
    axes = {one.name: one.axis for one in run.series}
    roots: list[Finding] = []
    same: dict[int, str] = {}
    for one in sorted((one for one in findings if _is_a_problem(one)), key=_worst_first):
        root = next((root for root in roots if _is_same_story(root, one, axes)), None)
        if root is None:
            roots.append(one)
        else:
            same[id(one)] = root.rule
    return [replace(one, explained_by=same[id(one)]) if id(one) in same else one for one in findings]


def _is_a_problem(finding: Finding) -> bool:
    """Whether it is one that stands for itself so far: above a note, about a stretch of the run, with a likely cause.

    A cause that is merely possible is first for want of a better one: two such guesses are not one story.
    """
    is_open = not finding.explained_by and finding.severity is not Severity.NOTE
    first = finding.causes[0] if finding.causes else None
    is_known = first is not None and first.strength is Strength.LIKELY and first.id != "unknown"
    return is_open and bool(finding.spans) and is_known


def _worst_first(finding: Finding) -> tuple[int, int, int, str]:
    return -_RANK.get(finding.severity, 0), -finding.confidence.rank, finding.spans[0].first_step, finding.rule


def _is_same_story(root: Finding, one: Finding, axes: dict[str, Axis]) -> bool:
    """Whether both have one first cause and stretches that overlap; two bad batches far apart are two stories."""
    if root.rule == one.rule or root.confidence is Confidence.LOW or root.causes[0].id != one.causes[0].id:
        return False
    return any(
        axes.get(first.series) is axes.get(second.series)
        and first.first_step <= second.last_step
        and second.first_step <= first.last_step
        for first in root.spans
        for second in one.spans
    )
