"""Assertions of the configuration: a statistic of a series, for each run or over all of them, must lie in bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from logdoctor.config import Aggregate, Assertion, Statistic
from logdoctor.config.names import matching_runs, matching_series, no_series, not_called
from logdoctor.finding import Quantity, Span
from logdoctor.gate.gaps import gap_in
from logdoctor.gate.intact import damage_of, described
from logdoctor.gate.statistics import Measurement, measure, rises, throughput
from logdoctor.gated import Check, Outcome
from logdoctor.run import ROLES, Run, Series
from logdoctor.signals import Unmeasurable
from logdoctor.signals.optimization.accuracy import is_in_percent
from logdoctor.wording import number, place, shown_name

KIND = "assertion"

OF_UNIT = (Statistic.BEST, Statistic.END, Statistic.LOWEST, Statistic.HIGHEST, Statistic.AVERAGE, Statistic.STEPS_TO)
"""Statistics whose bounds are in the unit of the series."""


@dataclass(frozen=True)
class Answer:
    """The result of an assertion for one run."""

    run: str
    """Name of the run, or the pattern that no run matched."""
    series: str
    measurement: Measurement | None = None
    """None when it could not be measured."""
    problem: str = ""
    """Why not."""
    where: str = ""
    """The place of the value in words."""
    called: str = ""
    """The name by which reports call the run."""


def assertion_checks(assertion: Assertion, runs: Sequence[Run]) -> Iterator[Check]:
    """Yield the checks of an assertion: one for each series of each run, or one over all runs."""
    matched = matching_runs(runs, assertion.run)
    if not matched:
        problem = not_called(assertion.run, runs)
        yield _check(assertion, Answer(assertion.run, assertion.series or assertion.role, problem=problem))
        return
    answers = [replace(one, called=shown_name(run)) for run in matched for one in _answers(assertion, run)]
    if assertion.aggregate is Aggregate.EACH:
        yield from (_check(assertion, answer) for answer in answers)
    else:
        yield _check(assertion, *answers)


def name_of(assertion: Assertion) -> str:
    """Return the name of an assertion: `best validation-metric >= 0.91`."""
    bounds = [f"{sign} {_as_set(bound)}" for _, sign, bound in _bounds(assertion)]
    target = f" {_as_set(assertion.target)}" if assertion.target is not None else ""
    over = "" if assertion.aggregate is Aggregate.EACH else f", {assertion.aggregate} of the runs"
    about = assertion.series or assertion.role
    return f"{assertion.statistic}{target}{' ' if about else ''}{about} {' and '.join(bounds)}{over}"


def _bounds(assertion: Assertion) -> Iterator[tuple[str, str, float]]:
    """Yield the key, the sign and the value of each bound that is given."""
    if assertion.min is not None:
        yield "min", ">=", assertion.min
    if assertion.max is not None:
        yield "max", "<=", assertion.max


def _as_set(bound: float) -> str:
    """Write a bound with all digits that were configured."""
    return f"{bound:,.10g}"


def _answers(assertion: Assertion, run: Run) -> Iterator[Answer]:
    named = assertion.series or assertion.role or str(assertion.statistic)
    if damage := damage_of(run):
        yield Answer(run.name, named, problem=f"cannot be judged: {described(damage)}")
        return
    if assertion.statistic is Statistic.THROUGHPUT:
        yield _throughput(run)
        return
    if assertion.role:
        found = run.find(ROLES[assertion.role])
        series = [found] if found else []
        problem = f"no {assertion.role} in this run"
    else:
        series = matching_series(run, assertion.series)
        problem = no_series(assertion.series, [run])
    if not series:
        yield Answer(run.name, named, problem=problem)
    yield from (_measured(assertion, run, one) for one in series)


def _throughput(run: Run) -> Answer:
    try:
        name, measurement = throughput(run)
    except Unmeasurable as reason:
        return Answer(run.name, "throughput", problem=str(reason))
    return Answer(run.name, name, measurement)


def _measured(assertion: Assertion, run: Run, series: Series) -> Answer:
    if gap := gap_in(series, run):
        return Answer(run.name, series.name, problem=f"cannot be judged: {gap.text}")
    if problem := _other_unit(assertion, series):
        return Answer(run.name, series.name, problem=problem)
    try:
        higher = rises(assertion, series)
        found = measure(assertion.statistic, series, rises=higher, target=assertion.target)
    except Unmeasurable as reason:
        return Answer(run.name, series.name, problem=str(reason))
    where = place(series, found.step) if found.step is not None else ""
    return Answer(run.name, series.name, found, where=where)


def _other_unit(assertion: Assertion, series: Series) -> str:
    """Say so where an accuracy is in percent but the bound looks like a share, which nearly any value would pass."""
    bounds = [one for one in (assertion.target, assertion.min) if one is not None]
    if assertion.statistic not in OF_UNIT or not bounds or not 0 < bounds[0] <= 1 or not is_in_percent(series):
        return ""
    highest, bound = number(float(series.finite.values.max())), bounds[0]
    return (
        f"is logged in per cent, up to {highest}, and {_as_set(bound)} reads as a share: ask for {_as_set(100 * bound)}"
    )


def _check(assertion: Assertion, *answers: Answer) -> Check:
    """Judge the answer of one run, or of several together; a single missing answer makes the check inconclusive."""
    name = name_of(assertion)
    missing = next((one for one in answers if one.measurement is None), None)
    alone = assertion.aggregate is Aggregate.EACH
    run = answers[0].run if alone else assertion.run
    series = answers[0].series if alone else assertion.series or assertion.role
    if missing is not None:
        problem = missing.problem if missing.run == run else f"{missing.called}: {missing.problem}"
        return Check(KIND, name, run, series, assertion.level, Outcome.INCONCLUSIVE, problem)
    decisive, value = _decisive(assertion, answers)
    passes = _margin(assertion, value) >= 0
    evidence = {str(assertion.statistic): Quantity(value)}
    evidence |= {label: Quantity(bound) for label, _, bound in _bounds(assertion)}
    step = decisive.measurement.step if decisive.measurement else None
    span = Span(decisive.series, step, step, str(assertion.statistic)) if step is not None else None
    outcome = Outcome.PASSED if passes else Outcome.FAILED
    message = _message(assertion, value, decisive, answers)
    return Check(KIND, name, run, series, assertion.level, outcome, message, evidence, span)


def _decisive(assertion: Assertion, answers: Sequence[Answer]) -> tuple[Answer, float]:
    """Return the decisive answer, and the value to compare; a NaN decides at once."""
    values = [one.measurement.value if one.measurement else math.nan for one in answers]
    for answer, value in zip(answers, values, strict=True):
        if math.isnan(value):
            return answer, value
    ranked = sorted(range(len(values)), key=lambda at: _margin(assertion, values[at]))
    if assertion.aggregate is Aggregate.MEDIAN:
        return answers[ranked[len(ranked) // 2]], median(values)
    at = ranked[-1] if assertion.aggregate is Aggregate.BEST else ranked[0]
    return answers[at], values[at]


def _margin(assertion: Assertion, value: float) -> float:
    """Return how far a value lies within its bounds, negative outside; a non-finite value lies outside."""
    if not math.isfinite(value):
        return -math.inf
    lower = math.inf if assertion.min is None else value - assertion.min
    upper = math.inf if assertion.max is None else assertion.max - value
    return min(lower, upper)


def _message(assertion: Assertion, value: float, decisive: Answer, answers: Sequence[Answer]) -> str:
    where = f" ({decisive.where})" if decisive.where else ""
    if assertion.statistic is Statistic.STEPS_TO and value == math.inf:
        measured = "never reached"
    elif not math.isfinite(value):
        measured = f"{number(value)}{where}, which never passes"
    else:
        near = any(number(value) == number(bound) for _, _, bound in _bounds(assertion))
        measured = f"{_as_set(value) if near else number(value)}{where}"
    if assertion.aggregate is Aggregate.EACH:
        return measured
    values = [one.measurement.value for one in answers if one.measurement is not None]
    if len(values) == 1:
        return f"{measured}; the only value"
    spread = f"{number(min(values))} to {number(max(values))}" if all(map(math.isfinite, values)) else "not all finite"
    by = decisive.called if len({one.run for one in answers}) > 1 else decisive.series
    return f"{measured}; {assertion.aggregate} of {len(values):,} values, {spread}; decided by {by}"
