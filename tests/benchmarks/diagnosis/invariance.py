"""Whether verdicts stay when the same runs are logged in another way.

A verdict is what is said of a run above a note and is not explained by something else that is said of it. It changes
when a part of it is not said any more, or something is said that was not before. All runs of a folder are changed
alike, so that siblings stay comparable. The changes are those that every rule's examples go through
(`logdoctor.testing`); a change that is random, or that can be made in two ways, is made in each of its variants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor import Finding, Rule, Run, Severity
from logdoctor.diagnosis import Examined, diagnose
from logdoctor.testing.changes import CHANGES, CONVENTIONS

from .evidence_left import too_few_left, with_what_stood_alone
from .tables import percent

DROPPING = ("every second point", "lost points")
"""The changes that take points away, and with them sometimes the evidence: a spike of one point."""

TRIED = ("ten times the steps", *DROPPING, *(f"the names of {who}" for who in CONVENTIONS))
"""The changes of `logdoctor.testing.CHANGES` that must not matter."""


@dataclass(frozen=True)
class Changed:
    """What became of one run's verdict under one variant of a change."""

    run: str
    change: str
    lost: frozenset[str] = frozenset()
    """Rules that were part of the verdict and say nothing any more."""
    gained: frozenset[str] = frozenset()
    """Rules that are part of the verdict and said nothing before."""
    spent: frozenset[str] = frozenset()
    """Those of them that the change took the evidence from, for or against (`evidence_left`)."""
    turned: bool = False
    """Whether anything is said above a note before the change or after it, and nothing the other time."""

    @property
    def kept(self) -> bool:
        return not self.lost and not self.gained

    @property
    def excused(self) -> bool:
        """Whether nothing changed but what the evidence was taken from."""
        return not self.kept and self.lost | self.gained == self.spent


def rediagnose(runs: Sequence[Run], rules: Sequence[Rule]) -> Iterator[Changed]:
    """Yield what becomes of every run's verdict under every variant of every change."""
    before = diagnose(runs, rules).runs
    for name in TRIED:
        for variant in CHANGES[name].variants:
            changed = [variant(run) for run in runs]
            after = diagnose(changed, rules).runs
            back = after
            if name in DROPPING:
                back = diagnose([*map(with_what_stood_alone, runs, changed)], rules).runs
            for was, now, restored in zip(before, after, back, strict=True):
                lost, gained = not_said(was, now), not_said(now, was)
                few = {rule for rule, one in lost.items() if name in DROPPING and too_few_left(one, was.run, now.run)}
                alone = (lost.keys() - not_said(was, restored)) | (gained.keys() - not_said(restored, was))
                yield Changed(
                    was.run.name, name, frozenset(lost), frozenset(gained), frozenset(few | alone), _turned(was, now)
                )


def not_said(one: Examined, other: Examined) -> dict[str, Finding]:
    """Return the findings that make up one verdict and are not among those of another, by rule."""
    said = {finding.rule for finding in _loud(other)}
    return {one.rule: one for one in _loud(one) if not one.explained_by and one.rule not in said}


def _turned(one: Examined, other: Examined) -> bool:
    return bool(_loud(one)) != bool(_loud(other))


def _loud(examined: Examined) -> list[Finding]:
    return [finding for finding in examined.findings if finding.severity is not Severity.NOTE]


def report(outcomes: Sequence[Changed]) -> Iterator[str]:
    """Yield every verdict that changed, then the rates."""
    for one in outcomes:
        if not one.kept:
            moved = [f"-{rule}" for rule in sorted(one.lost)] + [f"+{rule}" for rule in sorted(one.gained)]
            yield f"{one.change}: {one.run}: {' '.join(moved)}{' (evidence gone)' if one.excused else ''}"
    for name in TRIED:
        tried = [one for one in outcomes if one.change == name]
        yield f"{name:<26}{_rate(tried)}"
        if name in DROPPING:
            left = [one for one in tried if not one.excused]
            yield f"{'  where evidence is left':<26}{_rate(left)}"
            turned = sum(one.turned for one in left)
            yield f"{'  from warned to sound':<26}{turned} of {len(left)}, or back ({percent(turned, len(left))})"


def _rate(tried: Sequence[Changed]) -> str:
    changed = sum(not one.kept for one in tried)
    return f"{changed} of {len(tried)} verdicts changed ({percent(changed, len(tried))})"
