"""The first sentences: how many runs failed, how, and what already works."""

from __future__ import annotations

from collections import Counter

from logdoctor.diagnosis import Diagnosis, Examined, is_judged, is_judged_in_part
from logdoctor.finding import Severity
from logdoctor.reports.escaping import printable
from logdoctor.wording import counted

NAMED = 3
"""Kinds of failure that the verdict names before it counts the others."""


def verdict(diagnosis: Diagnosis) -> tuple[str, str]:
    """Return the headline and the sentence below it."""
    runs = diagnosis.runs
    failed = [one for one in runs if _worst(one) is Severity.ERROR]
    warned = [one for one in runs if _worst(one) is Severity.WARNING]
    others = [one for one in runs if _worst(one) in (None, Severity.NOTE)]
    in_part = [one for one in others if is_judged_in_part(one.run)]
    silent = [one for one in others if not is_judged(one.run) and not is_judged_in_part(one.run)]
    sound = len(others) - len(silent)
    if not runs:
        headline = "No run was judged"
    elif failed:
        headline = f"{_share(failed, runs)} failed: {_reasons(failed)}"
    elif warned:
        share = _within_sentence(_share(warned, runs, of=""))
        headline = f"No run failed; {share} {_verb(warned, 'carries', 'carry')} a warning"
    elif silent:
        headline = f"{_share(silent, runs)} {_verb(silent, 'was', 'were')} not judged"
    else:
        headline = f"No problem found in {'this run' if len(runs) == 1 else f'{len(runs):,} runs'}"
    parts = []
    if helped := sum(_has_tested_fix(one) for one in failed):
        some = f"For {helped:,} of the {len(failed):,}, a" if len(failed) > 1 else "A"
        parts.append(f"{some} fix was tested.")
    if failed and warned:
        parts.append(f"{counted(len(warned), 'more run')} {_verb(warned, 'carries', 'carry')} warnings.")
    if sound and sound < len(runs):
        parts.append(f"{counted(sound, 'run')} {'shows' if sound == 1 else 'show'} no problem.")
    if silent and (failed or warned):
        were = f"{counted(len(silent), 'run')} {_verb(silent, 'was', 'were')}"
        parts.append(f"{were} not judged: no training loss of two values or more was recognised.")
    elif silent:
        parts.append("No training loss of two values or more was recognised.")
    if in_part:
        some = "It" if len(runs) == 1 else f"{counted(len(in_part), 'run')} without a problem"
        parts.append(f"{some} {_verb(in_part, 'was', 'were')} judged without a training loss: none was recognised.")
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
    """Say how the runs failed, the most frequent way first: each run by its first error, which explains it best."""
    ways = Counter(next(f.title for f in one.findings if f.severity is Severity.ERROR) for one in failed)
    ordered = sorted(ways.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(ordered) == 1:
        return _within_sentence(ordered[0][0])
    named = ordered if len(ordered) <= NAMED + 1 else ordered[:NAMED]
    said = [f"in {n:,} {_within_sentence(title)}" for title, n in named]
    rest = len(failed) - sum(n for _, n in named)
    return "; ".join([*said, f"in {rest:,} something else"] if rest else said)


def _within_sentence(title: str) -> str:
    """Return a title without its capital, unless it is that of a name: `NaN`, `GPU`."""
    name = any(character.isupper() for character in title.split(" ", maxsplit=1)[0][1:])
    return printable(title if name else title[:1].lower() + title[1:])


def _has_tested_fix(examined: Examined) -> bool:
    return any(fix.tested for one in examined.findings for cause in one.causes for fix in cause.fixes)
