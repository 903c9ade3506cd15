"""The table of what every rule does on the examples of every other rule."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.engine import compare, examine
from logdoctor.finding import Finding
from logdoctor.rule import Rule
from logdoctor.signals import Siblings


def crossfire(rules: Sequence[Rule]) -> str:
    """Return the table of every rule on the examples of every rule, one line an example, to be approved by eye."""
    lines = []
    for owner in sorted(rules, key=lambda rule: rule.id):
        for example in owner.examples:
            outcomes = examine(example.run, rules, example.siblings)
            compared, crashed = compare(Siblings.among(example.run, example.siblings), rules)
            crossings = [_crossing(finding) for finding in sorted(outcomes.findings, key=lambda f: f.rule)]
            crossings += [f"{one.rule} (comparison)" for one in sorted(compared, key=lambda one: one.rule)]
            crossings += [f"{crash.rule} CRASHED" for crash in (*outcomes.crashed, *crashed)]
            lines.append(f"{owner.id} {'fires' if example.fires else 'silent'}: {example.title}")
            lines.extend(f"    {one}" for one in crossings)
    return "\n".join(lines) + "\n"


def _crossing(finding: Finding) -> str:
    folded = f", explained by {finding.explained_by}" if finding.explained_by else ""
    return f"{finding.rule} ({finding.severity}{folded})"
