"""The first sentences: how many runs failed, of what, and what already works."""

from __future__ import annotations

from collections import Counter

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Severity
from logdoctor.wording import counted

NAMED = 3
"""Rules that the verdict names before it counts the others."""


def verdict(diagnosis: Diagnosis) -> tuple[str, str]:
    """Return the headline and the sentence below it."""
    runs = diagnosis.runs
    failed = [one for one in runs if _worst(one) is Severity.ERROR]
    warned = [one for one in runs if _worst(one) is Severity.WARNING]
    sound = len(runs) - len(failed) - len(warned)
    if failed:
        headline = f"{_share(failed, runs)} failed: {_reasons(failed)}"
    elif warned:
        headline = f"No run failed; {_share(warned, runs, of='')} {_verb(warned, 'carries', 'carry')} a warning"
    else:
        headline = "Nothing is wrong in this run" if len(runs) == 1 else f"Nothing is wrong in {len(runs):,} runs"
    parts = []
    if helped := sum(_has_tested_fix(one) for one in failed):
        parts.append(f"For {helped:,} of the {len(failed):,}, a fix was tested.")
    if failed and warned:
        parts.append(f"{counted(len(warned), 'more run')} {_verb(warned, 'carries', 'carry')} warnings.")
    if sound and (failed or warned):
        parts.append(f"{counted(sound, 'run')} {'is' if sound == 1 else 'are'} sound.")
    return headline, " ".join(parts)


def _worst(examined: Examined) -> Severity | None:
    return max((one.severity for one in examined.findings if not one.explained_by), key=_rank, default=None)


def _rank(severity: Severity) -> int:
    return severity.rank


def _share(some: list[Examined], runs: tuple[Examined, ...], of: str = "of") -> str:
    if len(runs) == 1:
        return "The run"
    return f"{len(some):,} of {len(runs):,} runs" if of else counted(len(some), "run")


def _verb(some: list[Examined], one: str, many: str) -> str:
    return one if len(some) == 1 else many


def _reasons(failed: list[Examined]) -> str:
    """Name the rules of the failures: each run by the first, which explains it best."""
    first = Counter(next(f.rule for f in one.findings if f.severity is Severity.ERROR) for one in failed)
    ordered = sorted(first.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(failed) == 1:
        return ordered[0][0]
    if len(ordered) <= NAMED + 1:
        return _listed([f"{rule} in {n:,}" for rule, n in ordered])
    rest = sum(n for _, n in ordered[NAMED:])
    return _listed([*(f"{rule} in {n:,}" for rule, n in ordered[:NAMED]), f"other errors in {rest:,}"])


def _listed(parts: list[str]) -> str:
    return ", ".join(parts)


def _has_tested_fix(examined: Examined) -> bool:
    return any(fix.tested for one in examined.findings for cause in one.causes for fix in cause.fixes)
