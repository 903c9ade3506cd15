"""Hold runs to references: regression, stale reference, better, or no answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from logdoctor.config import References
from logdoctor.config.names import matching_runs, not_called
from logdoctor.errors import nearest
from logdoctor.finding import Quantity, Span
from logdoctor.gate.bands import Common, Deviation, Tolerance, common_windows, deviation
from logdoctor.gate.environment import config_hash, differences, environment
from logdoctor.gate.exact import Exact, difference
from logdoctor.gate.gaps import gap_in
from logdoctor.gate.golden import Golden
from logdoctor.gate.intact import damage_of, described
from logdoctor.gate.reference_file import Reference
from logdoctor.gated import Check, Outcome
from logdoctor.run import Axis, Run, Series
from logdoctor.wording import axis_word, counted, number, percent, shown_name

KIND = "reference"


class Judged(NamedTuple):
    """What a reference says of a run, and the sentence for a run that beats it."""

    check: Check
    remark: str = ""


def reference_checks(title: str, reference: Reference, runs: Sequence[Run], settings: References) -> Iterator[Judged]:
    """Yield what a reference says of every series that it keeps, for every run that it applies to."""
    matched = matching_runs(runs, reference.applies_to)
    if not matched:
        problem = not_called(reference.applies_to, runs)
        yield Judged(_unanswered(title, reference.applies_to, "", settings, problem))
    for run in matched:
        for name, golden in reference.curves.items():
            yield _judged(title, reference, golden, run, name, settings)


def _judged(
    title: str, reference: Reference, golden: Golden | Exact, run: Run, name: str, settings: References
) -> Judged:
    series = next((one for one in run.series if one.name == name), None)
    if isinstance(golden, Exact):
        return Judged(_judged_exactly(title, reference, golden, run, name, series, settings))
    problem, common = _comparable(golden, run, name, series, settings)
    if common is None or series is None:
        return Judged(_unanswered(title, run.name, name, settings, problem))
    if common.broken_step is not None:
        message = f"not finite at {_place(golden, common.broken_step)}, where the reference is"
        span = Span(name, common.broken_step, common.broken_step, "not finite")
        check = Check(KIND, f"{title} {name}", run.name, name, settings.level, Outcome.FAILED, message, {}, span)
        return Judged(check)
    tolerance = Tolerance(settings.k, settings.rtol, settings.atol, settings.shift)
    found = deviation(common, tolerance)
    elsewhere = differences(reference.environment, environment(run))
    outcome = Outcome.PASSED
    if found.regressed:
        outcome = Outcome.STALE if elsewhere else Outcome.FAILED
    said = "; ".join(_sentences(reference, golden, run, common, found, elsewhere))
    first = found.first_step
    outside = None if first is None else Span(name, first, max(first, found.worst_step), "outside")
    check = Check(
        KIND, f"{title} {name}", run.name, name, settings.level, outcome, said, _evidence(common, found), outside
    )
    ends = f"{number(found.end)} for {number(found.golden_end)}"
    better = f"{shown_name(run)}: {name} ends better than the reference {title} ({ends}): update the reference?"
    return Judged(check, better if found.improved else "")


def _judged_exactly(
    title: str, reference: Reference, kept: Exact, run: Run, name: str, series: Series | None, settings: References
) -> Check:
    problem = _why_not(kept, run, name, series)
    if series is None or problem:
        return _unanswered(title, run.name, name, settings, problem)
    found = difference(kept, series)
    if found.missing_step is not None:
        problem = f"has nothing at {_place(kept, found.missing_step)}, where the reference has"
        return _unanswered(title, run.name, name, settings, problem)
    about = (KIND, f"{title} {name}", run.name, name, settings.level)
    values = counted(len(kept.steps), "value")
    if not found.count:
        return Check(*about, Outcome.PASSED, f"equal in all {values}")
    elsewhere = differences(reference.environment, environment(run))
    said = f"differs in {found.count:,} of {values}, first at {_place(kept, found.first_step)}"
    said += f": {found.here!r} for {found.kept!r}"
    if elsewhere:
        said += f"; {_made_elsewhere(elsewhere)}"
    evidence = {
        "values that differ": Quantity(found.count),
        "error at the first": Quantity(found.here - found.kept),
        "relative error at the first": Quantity((found.here - found.kept) / (abs(found.kept) or 1.0), "share"),
    }
    span = Span(name, found.first_step, int(kept.steps[-1]), "differs")
    return Check(*about, Outcome.STALE if elsewhere else Outcome.FAILED, said, evidence, span)


def _why_not(kept: Golden | Exact, run: Run, name: str, series: Series | None) -> str:
    """Return why a series cannot be compared, empty where it can."""
    if damage := damage_of(run):
        return f"cannot be judged: {described(damage)}"
    if series is None:
        return f"no series is called {name!r}{nearest(name, [one.name for one in run.series])}"
    if gap := gap_in(series, run):
        return f"cannot be judged: {gap.text}"
    return "" if str(series.axis) == kept.axis else f"counts {series.axis}s, the reference {kept.axis}s"


def _comparable(
    golden: Golden, run: Run, name: str, series: Series | None, settings: References
) -> tuple[str, Common | None]:
    """Return the windows that can be compared, or why none can."""
    problem = _why_not(golden, run, name, series)
    if series is None or problem:
        return problem, None
    common = common_windows(golden, series)
    if common is None:
        return f"shares no steps with the reference, which reaches to {_place(golden, golden.last_step)}", None
    if common.broken_step is not None:
        return "", common
    if common.holes:
        return f"has nothing at {_place(golden, common.holes[0])}, where the reference has", None
    if common.overlap < settings.min_overlap:
        least = f"at least {percent(settings.min_overlap)} are needed"
        return f"has {percent(common.overlap)} of the steps of the reference; {least}", None
    return "", common


def _sentences(
    reference: Reference, golden: Golden, run: Run, common: Common, found: Deviation, elsewhere: Sequence[str]
) -> Iterator[str]:
    """Yield what is to be said of a comparison, the most important first."""
    if found.regressed:
        if found.first_step is not None:
            windows = f"{found.outside:,} of {counted(len(common.medians), 'window')}"
            yield f"leaves the band at {_place(golden, found.first_step)}, {windows} outside"
        relative = f", {percent(abs(found.relative_error))}" if abs(found.relative_error) < 100 else ""
        away = f"{number(found.worst_value)} for {number(found.worst_golden)}"
        tolerance = f"off by {number(abs(found.error))}{relative}, {number(found.worst_tolerance)} allowed"
        yield f"worst at {_place(golden, found.worst_step)}: {away}, {tolerance}"
        if elsewhere:
            yield _made_elsewhere(elsewhere)
        elif reference.config and config_hash(run) and reference.config != config_hash(run):
            yield "the settings differ from those of the reference"
        if golden.seeds == 1:
            yield "made of 1 seed, so the band is a guess"
    yield f"ends at {number(found.end)} for {number(found.golden_end)}"
    if common.overlap < 1:
        yield f"compared on {percent(common.overlap)} of the steps"


def _made_elsewhere(differs: Sequence[str]) -> str:
    return f"the reference was made elsewhere ({', '.join(differs)}): `logdoctor reference update` makes it anew"


def _evidence(common: Common, found: Deviation) -> dict[str, Quantity]:
    return {
        "end": Quantity(found.end),
        "reference end": Quantity(found.golden_end),
        "worst error": Quantity(found.error),
        "worst relative error": Quantity(found.relative_error, "share"),
        "tolerance there": Quantity(found.worst_tolerance),
        "worst step": Quantity(found.worst_step),
        "windows outside": Quantity(found.outside),
        "overlap": Quantity(common.overlap, "share"),
    }


def _unanswered(title: str, run: str, series: str, settings: References, problem: str) -> Check:
    return Check(KIND, f"{title} {series}".strip(), run, series, settings.level, Outcome.INCONCLUSIVE, problem)


def _place(golden: Golden | Exact, step: int) -> str:
    return f"{axis_word(Axis(golden.axis))} {step:,}"


def failing_curves(reference: Reference, runs: Sequence[Run], settings: References) -> set[str]:
    """Return the names of the curves that a run does not hold to, for whatever reason."""
    judged = reference_checks("", reference, runs, settings)
    return {one.check.series for one in judged if one.check.outcome is not Outcome.PASSED}
