"""What logdoctor and its peers say of the runs of a folder, beside what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from logdoctor import Comparison, Diagnosis, Run, Severity
from logdoctor.diagnosis import Examined
from logdoctor.packs import installed_rules

from .labels import Label, owner
from .peers import PEERS, Peer
from .scoring import ABOUT_THE_LOG, Said, Verdict

Verdicts = Mapping[str, Sequence[Verdict]]
"""The verdicts of each tool by its name, logdoctor first."""


def all_verdicts(diagnosis: Diagnosis, labels: Sequence[Label], *, peers: bool) -> Verdicts:
    """Return what each tool says of each label's runs, in the order of the labels."""
    held = by_label(diagnosis.runs, labels)
    quiet = ABOUT_THE_LOG | {rule.id for rule in installed_rules() if rule.severity is Severity.NOTE}
    tools: dict[str, Callable[[Examined], Iterable[Said]]] = {
        "logdoctor": partial(said_by_us, comparisons=diagnosis.comparisons, quiet=quiet)
    }
    for peer in PEERS if peers else ():
        tools[peer.name] = partial(said_by_peer, peer=peer)
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


def owners(run: Run, paths: Collection[str]) -> set[str]:
    return {path for source in run.sources if (path := owner(source.path, paths)) is not None}


def said_by_us(examined: Examined, comparisons: Iterable[Comparison], quiet: frozenset[str]) -> Iterator[Said]:
    """Yield the findings of a run, then what it shows together with others, which is worth knowing of each of them."""
    for finding in examined.findings:
        yield Said(
            rules=frozenset({finding.rule}),
            loud=finding.severity is not Severity.NOTE,
            always_counts=finding.rule in quiet,
            name=finding.rule,
            confidence=str(finding.confidence),
            causes=tuple(cause.id for cause in finding.causes),
            folded=bool(finding.explained_by),
        )
    for one in comparisons:
        if examined.run.name in one.runs:
            yield Said(frozenset({one.rule}), loud=False, always_counts=True, name=one.rule)


def said_by_peer(examined: Examined, peer: Peer) -> Iterator[Said]:
    for alarm in peer.alarms(examined.run):
        yield Said(rules=alarm.rules, name=alarm.name)
