"""Whether verdicts stay when the same runs are logged in another way.

All runs of a folder are changed alike, so that siblings stay comparable. The changes are those that every rule's
examples go through (`logdoctor.testing`); a change that is random, or that can be made in two ways, is made in each
of its variants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor import Rule, Run, Severity
from logdoctor.diagnosis import diagnose
from logdoctor.testing import CHANGES, CONVENTIONS

from .tables import percent

TRIED = ("ten times the steps", "every second point", "lost points", *(f"the names of {who}" for who in CONVENTIONS))
"""The changes of `logdoctor.testing.CHANGES` that must not matter."""


@dataclass(frozen=True)
class Changed:
    """What became of one run's verdict under one variant of a change."""

    run: str
    change: str
    lost: frozenset[str]
    """Rules that spoke above a note and no longer do."""
    gained: frozenset[str]
    suits: bool
    """Whether the change leaves the evidence: dropping points of a curve of few points does not."""

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
                yield Changed(run.name, name, was - now, now - was, suits=CHANGES[name].suits(run))


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
            yield f"{one.change}: {one.run}: {' '.join(moved)}{'' if one.suits else ' (few points)'}"
    for name in TRIED:
        tried = [one for one in outcomes if one.change == name]
        dense = [one for one in tried if one.suits]
        yield f"{name:<26}{_rate(tried)}" + (f"; where enough points remain {_rate(dense)}" if dense != tried else "")


def _rate(tried: Sequence[Changed]) -> str:
    changed = sum(not one.kept for one in tried)
    return f"{changed} of {len(tried)} verdicts changed ({percent(changed, len(tried))})"
