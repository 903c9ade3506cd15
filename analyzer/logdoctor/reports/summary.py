"""What an analysis covered and what went wrong in it: the last lines of every terminal report."""

from __future__ import annotations

from collections.abc import Iterator

from logdoctor.diagnosis import Diagnosis, Examined, is_judged, is_judged_in_part
from logdoctor.finding import Crashed, Severity
from logdoctor.gated import Suppressed
from logdoctor.reports.layout import Page
from logdoctor.run.notice import DAMAGE
from logdoctor.wording import MAX_NAMED, counted, first_of, shown_name

MAX_DAMAGED = 5

NO_REASON = "no reason given"


def coverage(diagnosis: Diagnosis, seconds: float) -> str:
    """Say what was read and found: `2 runs, 8 series, 1.9 M points, 3 errors, 0 warnings, 0 damaged files (0.8 s)`."""
    took = f" ({seconds:.{1 if seconds < 10 else 0}f} s)" if seconds else ""
    return counts(diagnosis) + took


def counts(diagnosis: Diagnosis) -> str:
    """Say what was read and found, without how long it took: the same input gives the same text."""
    series = sum(len(one.run.series) for one in diagnosis.runs)
    parts = (
        counted(len(diagnosis.runs), "run"),
        f"{series:,} series",
        f"{abbreviated(diagnosis.points)} {'point' if diagnosis.points == 1 else 'points'}",
        counted(diagnosis.count(Severity.ERROR), "error"),
        counted(diagnosis.count(Severity.WARNING), "warning"),
        counted(len(diagnosis.damaged_files), "damaged file"),
    )
    return ", ".join(parts)


def abbreviated(n: int) -> str:
    """Write a large count shortly: 1.9 M."""
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if n >= unit:
            return f"{n / unit:.{1 if n < 10 * unit else 0}f} {letter}"
    return str(n)


def failed_rules(diagnosis: Diagnosis, page: Page) -> Iterator[str]:
    """Yield a line for every rule that failed: what it would have found is unknown."""
    failed: dict[str, list[tuple[str, str]]] = {}
    for one in diagnosis.runs:
        for crash in one.outcomes.crashed:
            failed.setdefault(crash.rule, []).append((shown_name(one.run), reason(crash)))
    for rule, cases in failed.items():
        run, why = cases[0]
        more = f" and {counted(len(cases) - 1, 'more run')}" if len(cases) > 1 else ""
        yield page.printable(f"rule {rule} failed on run {run}{more}: {why}; the other rules went on")


def reason(crash: Crashed) -> str:
    """Return why a rule failed: the last line of Python's message."""
    error = crash.error.strip()
    return error.splitlines()[-1] if error else "no reason given"


def why_suppressed(one: Suppressed) -> str:
    """Return why a finding does not count, and until when."""
    return f"{one.reason or NO_REASON}{f', until {one.expires}' if one.expires else ''}"


def suppressed_message(one: Suppressed) -> str:
    """Say what is known and does not count, and why."""
    until = f" until {one.expires}" if one.expires else ""
    return f"suppressed{until}: {one.reason or NO_REASON}: {shown_name(one.run)}: {one.finding.message}"


def all_clear(diagnosis: Diagnosis) -> str:
    """Say that nothing is wrong, of no more runs than could be judged."""
    judged = len(diagnosis.runs) - sum(map(_is_silent, _without_loss(diagnosis)))
    if not judged:
        return "No run was judged"
    rest = len(diagnosis.runs) - judged
    beside = f"; {rest:,} more {'was' if rest == 1 else 'were'} not judged" if rest else ""
    return f"No errors or warnings in {counted(judged, 'run')}{beside}"


def unjudged(diagnosis: Diagnosis, page: Page) -> Iterator[str]:
    """Yield a line for the runs without a training loss, for their silence is no praise, and for those left out.

    Say also why nothing was read of a run, where no finding does, and which settings name nothing.
    """
    silent: list[str] = []
    in_part: list[str] = []
    for one in _without_loss(diagnosis):
        (silent if _is_silent(one) else in_part).append(shown_name(one.run))
    for outcome, names in (("not judged", silent), ("judged by other curves alone", in_part)):
        if names:
            text = f"{counted(len(names), 'run')} {outcome}, for no training loss of two values or more was recognised"
            yield page.printable(f"{text}: {first_of(names)}; `logdoctor inspect` shows what was read")
    if diagnosis.excluded:
        text = f"{counted(len(diagnosis.excluded), 'run')} left out by `exclude`"
        yield page.printable(f"{text}: {first_of(diagnosis.excluded)}")
    empty = [one.run for one in diagnosis.runs if not one.run.series and one.run.notices and not one.findings]
    yield from (page.printable(f"{shown_name(run)}: {run.notices[0].message}") for run in empty[:MAX_NAMED])
    yield from map(page.printable, diagnosis.unmatched)


def _is_silent(examined: Examined) -> bool:
    """Tell whether nothing else of a run without a training loss was judged either."""
    is_warned = any(finding.severity is not Severity.NOTE for finding in examined.findings)
    return not is_warned and not is_judged_in_part(examined.run)


def _without_loss(diagnosis: Diagnosis) -> list[Examined]:
    """Return the runs without a training loss, except those for which a finding explains why."""
    return [one for one in diagnosis.runs if not is_judged(one.run) and (one.run.series or not one.findings)]


def damage(diagnosis: Diagnosis, page: Page) -> Iterator[str]:
    """Yield how many files are damaged, what is damaged in the first of them, and what could not be read."""
    notices = {n.path: n for one in diagnosis.runs for n in reversed(one.run.notices) if n.kind == DAMAGE}
    if notices:
        yield f"{counted(len(notices), 'damaged file')}:"
    for path, notice in sorted(notices.items())[:MAX_DAMAGED]:
        named = "" if notice.message.startswith(path) else f"{path}: "
        yield page.printable(named + notice.message)
    if len(notices) > MAX_DAMAGED:
        yield f"and {len(notices) - MAX_DAMAGED:,} more"
    if diagnosis.skipped.not_read:
        yield page.printable(f"not read: {first_of(diagnosis.skipped.not_read)}")
