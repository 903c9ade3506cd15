"""The first sentences: how many runs failed, how, and what already works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor.diagnosis import Diagnosis, Examined, is_judged, is_judged_in_part
from logdoctor.finding import Severity
from logdoctor.reports.escaping import printable
from logdoctor.wording import counted

NAMED = 3
"""Kinds of failure that the verdict names before it counts the others."""


def verdict(diagnosis: Diagnosis) -> tuple[str, str]:
    """Return the headline and the sentence below it."""
    outcome = _Outcome.of(diagnosis.runs)
    return outcome.headline, " ".join(outcome.sentences())


@dataclass(frozen=True)
class _Outcome:
    """What became of the runs of an analysis."""

    runs: Sequence[Examined]
    failed: Sequence[Examined]
    warned: Sequence[Examined]
    silent: Sequence[Examined]
    """Those that were not judged."""
    in_part: Sequence[Examined]
    """Those without a problem that were judged without a training loss."""
    sound: int
    """How many have no problem, judged in part or whole."""

    @classmethod
    def of(cls, runs: Sequence[Examined]) -> _Outcome:
        failed = [one for one in runs if _worst(one) is Severity.ERROR]
        warned = [one for one in runs if _worst(one) is Severity.WARNING]
        others = [one for one in runs if _worst(one) in (None, Severity.NOTE)]
        in_part = [one for one in others if is_judged_in_part(one.run)]
        silent = [one for one in others if not is_judged(one.run) and not is_judged_in_part(one.run)]
        return cls(runs, failed, warned, silent, in_part, len(others) - len(silent))

    @property
    def headline(self) -> str:
        """How many runs failed, and how; where none did, what is worst."""
        if not self.runs:
            return "No run was judged"
        if self.failed:
            return f"{_share(self.failed, self.runs)} failed: {_reasons(self.failed)}"
        if self.warned:
            share = _within_sentence(_share(self.warned, self.runs, of=""))
            return f"No run failed; {share} {_verb(self.warned, 'carries', 'carry')} a warning"
        if self.silent:
            return f"{_share(self.silent, self.runs)} {_verb(self.silent, 'was', 'were')} not judged"
        return f"No problem found in {'this run' if len(self.runs) == 1 else f'{len(self.runs):,} runs'}"

    def sentences(self) -> Iterator[str]:
        """Yield sentences on the other runs, and on what helps."""
        failed, warned, silent = self.failed, self.warned, self.silent
        if helped := sum(map(_has_tested_fix, failed)):
            some = f"For {helped:,} of the {len(failed):,}, a" if len(failed) > 1 else "A"
            yield f"{some} fix was tested."
        if failed and warned:
            yield f"{counted(len(warned), 'more run')} {_verb(warned, 'carries', 'carry')} warnings."
        if 0 < self.sound < len(self.runs):
            yield f"{counted(self.sound, 'run')} {'shows' if self.sound == 1 else 'show'} no problem."
        if silent and (failed or warned):
            were = f"{counted(len(silent), 'run')} {_verb(silent, 'was', 'were')}"
            yield f"{were} not judged: no training loss of two values or more was recognised."
        elif silent:
            yield "No training loss of two values or more was recognised."
        if self.in_part:
            some = "It" if len(self.runs) == 1 else f"{counted(len(self.in_part), 'run')} without a problem"
            were = _verb(self.in_part, "was", "were")
            yield f"{some} {were} judged without a training loss: none was recognised."


def _worst(examined: Examined) -> Severity | None:
    severities = (one.severity for one in examined.findings if not one.explained_by)
    return max(severities, key=lambda one: one.rank, default=None)


def _share(some: Sequence[Examined], runs: Sequence[Examined], of: str = "of") -> str:
    if len(runs) == 1:
        return "The run"
    return f"{len(some):,} of {len(runs):,} runs" if of else counted(len(some), "run")


def _verb(some: Sequence[Examined], one: str, many: str) -> str:
    return one if len(some) == 1 else many


def _reasons(failed: Sequence[Examined]) -> str:
    """Say how the runs failed, the most frequent way first: each run by its first error, which explains it best."""
    ways = Counter(next(f.title for f in one.findings if f.severity is Severity.ERROR) for one in failed)
    ordered = sorted(ways.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(ordered) == 1:
        return _within_sentence(ordered[0][0])
    named = ordered if len(ordered) <= NAMED + 1 else ordered[:NAMED]
    reasons = [f"in {n:,} {_within_sentence(title)}" for title, n in named]
    rest = len(failed) - sum(n for _, n in named)
    return "; ".join([*reasons, f"in {rest:,} something else"] if rest else reasons)


def _within_sentence(title: str) -> str:
    """Return a title without its capital, unless it is that of a name: `NaN`, `GPU`."""
    name = any(character.isupper() for character in title.split(" ", maxsplit=1)[0][1:])
    return printable(title if name else title[:1].lower() + title[1:])


def _has_tested_fix(examined: Examined) -> bool:
    return any(fix.tested for one in examined.findings for cause in one.causes for fix in cause.fixes)
