"""Whether verdicts stay when the same runs are logged in another way.

All runs of a folder are changed alike, so that siblings stay comparable. The changes are those that every rule's
examples go through (`logdoctor.testing`); a change that is random, or that can be made in two ways, is made in each
of its variants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor import Rule, Run, Severity, TrainLoss
from logdoctor.diagnosis import diagnose
from logdoctor.testing.changes import CHANGES, CONVENTIONS, THINNABLE

from .tables import percent

DROPPING = ("every second point", "lost points")
"""The changes that take points away, and with them sometimes the evidence: a spike of one point."""

TRIED = ("ten times the steps", *DROPPING, *(f"the names of {who}" for who in CONVENTIONS))
"""The changes of `logdoctor.testing.changes.CHANGES` that must not matter."""


@dataclass(frozen=True)
class Changed:
    """What became of one run's verdict under one variant of a change."""

    run: str
    change: str
    lost: frozenset[str]
    """Rules that spoke above a note and no longer do."""
    gained: frozenset[str]
    dense: bool
    """Whether the training loss has so many points that dropping some is but a coarser log of the same run."""

    @property
    def kept(self) -> bool:
        return not self.lost and not self.gained


def rediagnose(runs: Sequence[Run], rules: Sequence[Rule]) -> Iterator[Changed]:
    """Yield what becomes of every run's verdict under every variant of every change."""
    before = loud_rules(runs, rules)
    by_name = sorted(runs, key=lambda run: run.name)
    for name in TRIED:
        for variant in CHANGES[name].variants:
            after = loud_rules([variant(run) for run in runs], rules)
            for run, was, now in zip(by_name, before, after, strict=True):
                yield Changed(run.name, name, was - now, now - was, is_dense(run))


def is_dense(run: Run) -> bool:
    loss = run.find(TrainLoss)
    return loss is not None and len(loss) >= THINNABLE


def loud_rules(runs: Sequence[Run], rules: Sequence[Rule]) -> list[frozenset[str]]:
    """Return the rules that speak above a note, run by run in the order of their names."""
    return [
        frozenset(finding.rule for finding in one.findings if finding.severity is not Severity.NOTE)
        for one in diagnose(runs, rules).runs
    ]


def report(outcomes: Sequence[Changed]) -> Iterator[str]:
    """Yield every verdict that changed, then the rates."""
    for one in outcomes:
        if not one.kept:
            moved = [f"-{rule}" for rule in sorted(one.lost)] + [f"+{rule}" for rule in sorted(one.gained)]
            few = " (few points)" if one.change in DROPPING and not one.dense else ""
            yield f"{one.change}: {one.run}: {' '.join(moved)}{few}"
    for name in TRIED:
        tried = [one for one in outcomes if one.change == name]
        yield f"{name:<26}{_rate(tried)}"
        if name in DROPPING:
            yield f"{f'  from {THINNABLE} points':<26}{_rate([one for one in tried if one.dense])}"


def _rate(tried: Sequence[Changed]) -> str:
    changed = sum(not one.kept for one in tried)
    return f"{changed} of {len(tried)} verdicts changed ({percent(changed, len(tried))})"
