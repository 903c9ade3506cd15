"""What logdoctor and its peers say of the runs of a folder, beside what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from logdoctor import Diagnosis, Finding, Run, Severity
from logdoctor.diagnosis import Examined
from logdoctor.packs import installed_rules

from .labels import Label, owner
from .peers import PEERS, Alarm
from .scoring import ABOUT_THE_LOG, Said, Verdict

Verdicts = Mapping[str, Sequence[Verdict]]
"""The verdicts of each tool by its name, logdoctor first."""


def all_verdicts(diagnosis: Diagnosis, labels: Sequence[Label], *, peers: bool) -> Verdicts:
    """Return what each tool says of each label's runs, in the order of the labels."""
    held = by_label(diagnosis.runs, labels)
    quiet = ABOUT_THE_LOG | {rule.id for rule in installed_rules() if rule.severity is Severity.NOTE}
    tools: dict[str, Callable[[Examined], Iterable[Said]]] = {
        "logdoctor": lambda one: (said_by_us(finding, quiet) for finding in one.findings)
    }
    for peer in PEERS if peers else ():
        tools[peer.name] = lambda one, peer=peer: map(said_by_peer, peer.alarms(one.run))  # type: ignore[misc]
    return {
        name: [
            Verdict(label, tuple(said for one in held[label.path] for said in say(one)), read=bool(held[label.path]))
            for label in labels
        ]
        for name, say in tools.items()
    }


def by_label(examined: Iterable[Examined], labels: Sequence[Label]) -> dict[str, list[Examined]]:
    """Give every run to the label whose folder or file holds one of its sources."""
    held: dict[str, list[Examined]] = {label.path: [] for label in labels}
    for one in examined:
        for path in owners(one.run, held):
            held[path].append(one)
    return held


def owners(run: Run, paths: Iterable[str]) -> set[str]:
    known = list(paths)
    return {path for source in run.sources if (path := owner(source.path, known)) is not None}


def said_by_us(finding: Finding, quiet: frozenset[str]) -> Said:
    return Said(
        rules=frozenset({finding.rule}),
        loud=finding.severity is not Severity.NOTE,
        always_counts=finding.rule in quiet,
        name=finding.rule,
        confidence=str(finding.confidence),
        causes=tuple(cause.id for cause in finding.causes),
        folded=bool(finding.explained_by),
    )


def said_by_peer(alarm: Alarm) -> Said:
    return Said(rules=alarm.rules, name=alarm.name)
