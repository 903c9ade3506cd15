"""Suppressions: known findings that are taken out of a diagnosis until the suppression expires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from logdoctor.config import Suppression
from logdoctor.config.names import is_run, matching_runs, matching_series, no_series, not_called
from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.errors import ConfigurationError, nearest
from logdoctor.finding import Finding, with_roots
from logdoctor.gated import Suppressed
from logdoctor.run import Run
from logdoctor.run.patterns import fits
from logdoctor.wording import counted


def refuse_unusable(suppressions: Iterable[Suppression], rules: Sequence[str], *, need_reason: bool) -> None:
    """Raise ConfigurationError for a suppression of an unknown rule, or without a reason where one is required."""
    for one in suppressions:
        if not any(fnmatchcase(rule, one.rule) for rule in rules):
            raise ConfigurationError(f"suppress: no rule is called {one.rule!r}{nearest(one.rule, rules)}")
        if need_reason and not one.reason.strip():
            raise ConfigurationError(f"suppress: {_named(one)} gives no reason, which the preset strict asks for")


def suppress(
    diagnosis: Diagnosis, suppressions: Sequence[Suppression], today: date
) -> tuple[Diagnosis, tuple[Suppressed, ...], tuple[str, ...]]:
    """Return the diagnosis without known findings, these findings, and remarks on suppressions without effect.

    An expired suppression has no effect. A finding whose root is suppressed stands for itself.
    """
    valid = [one for one in suppressions if one.expires is None or today <= one.expires]
    taken: list[Suppressed] = []
    used: set[int] = set()
    runs: list[Examined] = []
    for examined in diagnosis.runs:
        left = []
        for finding in examined.findings:
            by = next((at for at, one in enumerate(valid) if _covers(one, examined.run, finding)), None)
            if by is None:
                left.append(finding)
            else:
                used.add(by)
                taken.append(Suppressed(examined.run, finding, valid[by].reason, valid[by].expires))
        runs.append(_with(examined, left))
    unused = [one for at, one in enumerate(valid) if at not in used]
    expired = [one for one in suppressions if one not in valid]
    return replace(diagnosis, runs=tuple(runs)), tuple(taken), tuple(_remarks(diagnosis, expired, unused))


def _with(examined: Examined, findings: Sequence[Finding]) -> Examined:
    if len(findings) == len(examined.findings):
        return examined
    return replace(examined, outcomes=replace(examined.outcomes, findings=with_roots(findings)))


def _remarks(diagnosis: Diagnosis, expired: Sequence[Suppression], unused: Sequence[Suppression]) -> Iterator[str]:
    for one in expired:
        count = sum(_covers(one, run, finding) for run, finding in diagnosis.findings())
        again = f"{counted(count, 'finding')} {'counts' if count == 1 else 'count'} again"
        what = again if count else "nothing needs it any more: remove it"
        yield f"the suppression of {_named(one)} expired on {one.expires}: {what}"
    for one in unused:
        yield f"the suppression of {_named(one)} suppresses nothing: {_why_unused(diagnosis, one)}"


def _why_unused(diagnosis: Diagnosis, one: Suppression) -> str:
    """Say whether a pattern matches nothing, being misspelt or outdated, or the finding has disappeared."""
    runs = [examined.run for examined in diagnosis.runs]
    named = matching_runs(runs, one.run)
    if not named:
        return not_called(one.run, runs)
    if one.series != "*" and not any(matching_series(run, one.series) for run in named):
        return no_series(one.series, named)
    if diagnosis.rules and not any(fnmatchcase(rule.id, one.rule) for rule in diagnosis.rules):
        return "the rule was not asked"
    return "remove it"


def _covers(one: Suppression, run: Run, finding: Finding) -> bool:
    if not fnmatchcase(finding.rule, one.rule) or not is_run(run, one.run):
        return False
    return one.series == "*" or any(fits(span.series, one.series) for span in finding.spans)


def _named(one: Suppression) -> str:
    parts = [one.rule, f"run {one.run}" if one.run != "*" else "", f"series {one.series}" if one.series != "*" else ""]
    return ", ".join(part for part in parts if part)
