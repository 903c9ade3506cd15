"""Compare two runs, or two groups of seeds: the settings that differ, and the curves role by role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from logdoctor.compared import Change, Compared, CurveDifference, CurveSummary, SettingDifference
from logdoctor.gate.bands import Tolerance, common_windows, deviation
from logdoctor.gate.environment import comparable_settings, unlike
from logdoctor.gate.golden import Golden, golden_curve
from logdoctor.gate.intact import damage_of
from logdoctor.gate.statistics import mean_over_steps
from logdoctor.run import ROLES, Axis, Role, Run, Series, Setting
from logdoctor.run.roles import Counter, Setup, Throughput, TrainLoss, Unknown
from logdoctor.signals.comparison.siblings import SAME_START
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_accuracy
from logdoctor.signals.statistics.trend import Trend, trend_or_none
from logdoctor.wording import SETTINGS, axis_word, counted, number, place, shown_name

NOT_COMPARED = (Unknown, Counter, Setup, Throughput)
"""Roles whose curves are no matter of training; unknown ones may be anything."""

BEYOND_NOISE = 5.0
"""Standard deviations of single values by which the first losses of two runs lie apart that are of two tasks."""

ALIKE = 2.0
"""Factor by which the first accuracies of two runs of one task may lie apart."""

GOES_ON = 0.05
"""Share of its steps from which a side goes on beyond the other: the last evaluations of two runs differ by less."""

NOISE = Tolerance(k=4.0, rtol=0.0, atol=0.0, shift=0.0)
"""Beyond four standard deviations of either side a difference is no noise."""


def compare(reference: Sequence[Run], new: Sequence[Run]) -> Compared:
    """Return how two sides differ; the runs of one side are taken for seeds of one another."""
    roles = [role for role in ROLES.values() if role not in NOT_COMPARED]
    curves = [_curve(role, reference, new) for role in roles if _has(reference, role) and _has(new, role)]
    settings = tuple(_settings(reference, new))
    remarks = (*_remarks(reference, new, roles), *(() if settings else _begin_apart(reference, new)))
    return Compared(*_names(reference, new), settings, tuple(curves), remarks)


def _names(reference: Sequence[Run], new: Sequence[Run]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of both sides; two logs of one folder go by their files, for both have the folder's name."""
    names = tuple(map(shown_name, reference)), tuple(map(shown_name, new))
    if set(names[0]).isdisjoint(names[1]):
        return names
    files = tuple(tuple(map(_file_of, side)) for side in (reference, new))
    return (files[0], files[1]) if set(files[0]).isdisjoint(files[1]) else names


def _file_of(run: Run) -> str:
    logs = (one.path for one in run.sources if one.used and one.format != SETTINGS)
    return next(logs, run.name)


def _begin_apart(reference: Sequence[Run], new: Sequence[Run]) -> Iterator[str]:
    """Say so where training losses begin far apart, at one step, though no setting that is logged differs.

    What a run that was resumed has learnt before, or a batch makes of a first value, is no other task.
    """
    starts = [[(one.series, one.first, one.noise) for one in side] for side in _losses(reference, new)]
    if not all(starts) or len({(one.axis, one.finite.first_step) for side in starts for one, _, _ in side}) > 1:
        return
    before, after = (median(first for _, first, _ in side) for side in starts)
    noise = max(noise for side in starts for _, _, noise in side)
    if abs(before - after) > max(SAME_START * max(abs(before), abs(after)), BEYOND_NOISE * noise):
        yield (
            f"the training losses begin at {number(before)} and {number(after)}: "
            "these may be other data, another loss or another model"
        )


def _losses(*sides: Sequence[Run]) -> list[list[Trend[TrainLoss]]]:
    return [[one for run in side if (one := trend_or_none(run.find(TrainLoss))) is not None] for side in sides]


def _has(runs: Sequence[Run], role: type[Role]) -> bool:
    return any(run.find(role) is not None for run in runs)


def _settings(reference: Sequence[Run], new: Sequence[Run]) -> Iterator[SettingDifference]:
    before, after = [comparable_settings(run) for run in reference], [comparable_settings(run) for run in new]
    for name in sorted({name for settings in (*before, *after) for name in settings}):
        sides = [_values([settings[name] for settings in side if name in settings]) for side in (before, after)]
        if sides[0] != sides[1]:
            yield SettingDifference(name, sides[0], sides[1])


def _values(values: Sequence[Setting]) -> tuple[Setting, ...]:
    distinct = {repr(one): one for one in values}
    return tuple(distinct[key] for key in sorted(distinct))


def _curve(role: type[Role], reference: Sequence[Run], new: Sequence[Run]) -> CurveDifference:
    before, after = ([one for run in runs if (one := run.find(role)) is not None] for runs in (reference, new))
    after = [_in_unit_of(before[0], one) for one in after]
    about = CurveDifference(role.id, before[0].name, after[0].name, str(before[0].axis), Change.UNKNOWN)
    try:
        old = golden_curve(before)
    except ValueError as error:
        return replace(about, problem=f"reference: {error}")
    if after[0].axis != before[0].axis:
        return replace(about, problem=f"counts {after[0].axis}s, the reference {before[0].axis}s")
    broken = [at for one in after if (at := _first_broken(one)) is not None]
    if broken:
        problem = f"not finite from {place(after[0], min(broken))} on"
        return replace(about, change=Change.BROKEN, first_step=min(broken), problem=problem)
    try:
        fresh = golden_curve(after)
    except ValueError as error:
        return replace(about, problem=f"new: {error}")
    return _difference(about, old, fresh)


def _in_unit_of(reference: Series, series: Series) -> Series:
    """Return an accuracy as the reference logs its own: a share, or per cent.

    One in per cent that never comes above one, of a run that failed, looks like a share; it begins far from the other.
    """
    if not (is_accuracy(reference.name) and is_accuracy(series.name) and len(reference.finite) and len(series.finite)):
        return series
    unit, own = (accuracy_unit(one.finite.values) for one in (reference, series))
    first, here = (abs(float(one.finite.values[0])) for one in (reference, series))
    begins_alike = first <= ALIKE * here * unit / own <= ALIKE**2 * first
    return replace(series, values=series.values * (unit / own)) if begins_alike else series


def _difference(about: CurveDifference, old: Golden, fresh: Golden) -> CurveDifference:
    """Compare two golden curves on the windows that both have, with the wider noise of the two, to both sides."""
    spread = np.maximum(old.spread, np.interp(old.steps, fresh.steps, fresh.spread))
    series = Series.of(about.new_series, fresh.steps, fresh.centre)
    common = common_windows(replace(old, spread=spread, noise=0.0), series)
    if common is None:
        return replace(about, problem="they share no steps")
    to_bad_side = deviation(common, NOISE)
    to_any_side = deviation(replace(common, golden=replace(common.golden, role=Unknown.id)), NOISE)
    change = Change.SAME
    if to_any_side.regressed and old.kind.direction != "none":
        change = Change.WORSE if to_bad_side.ends_worse else Change.BETTER if to_bad_side.improved else Change.DIFFERENT
    elif to_any_side.regressed:
        change = Change.DIFFERENT
    return replace(
        about,
        change=change,
        reference=_summary(common.golden),
        new=_summary(replace(common.golden, centre=common.medians)),
        first_step=to_any_side.first_step if to_any_side.regressed else None,
        overlap=common.overlap,
        beyond=_beyond(old, fresh),
    )


def _summary(side: Golden) -> CurveSummary:
    return CurveSummary(side.end, side.best, mean_over_steps(side.steps, side.centre))


def _beyond(old: Golden, fresh: Golden) -> str:
    """Say where the longer side ends, of which nothing is compared beyond the end of the shorter one."""
    longer, shorter, name = (old, fresh, "the reference") if old.last_step > fresh.last_step else (fresh, old, "new")
    beyond = longer.last_step - shorter.last_step
    if beyond <= GOES_ON * (longer.last_step - longer.first_step):
        return ""
    word = axis_word(Axis(old.axis))
    last = f"{word} {shorter.last_step:,}; {name} goes on to {word} {longer.last_step:,}"
    return f"compared up to {last}, where it is {number(longer.end)}"


def _first_broken(series: Series) -> int | None:
    curve = series.curve
    broken = np.flatnonzero(~np.isfinite(curve.values))
    return int(curve.steps[broken[0]]) if len(broken) else None


def _remarks(reference: Sequence[Run], new: Sequence[Run], roles: Sequence[type[Role]]) -> Iterator[str]:
    alone = [side for side, runs in (("reference", reference), ("new side", new)) if len(runs) == 1]
    if alone:
        which = "each side" if len(alone) == 2 else f"the {alone[0]}"
        yield f"{which} is 1 run: how far another seed would lie is a guess from the noise of its curves"
    silent = [
        side for side, runs in (("reference", reference), ("new side", new)) if not any(map(comparable_settings, runs))
    ]
    if silent:
        yield "neither side logs its settings" if len(silent) == 2 else f"the {silent[0]} logs no settings"
    for side, runs in (("reference", reference), ("new", new)):
        yield from _remarks_on(side, runs)
    for role in roles:
        if _has(reference, role) != _has(new, role):
            yield f"{role.id} is in the {'reference' if _has(reference, role) else 'new side'} only"


def _remarks_on(side: str, runs: Sequence[Run]) -> Iterator[str]:
    differs = sorted({name for run in runs[1:] for name in unlike(runs[0], run)})
    if differs:
        yield f"the {side} runs differ in {', '.join(differs[:5])}: they are no seeds of one run"
    for run in runs:
        if damage := damage_of(run):
            places = counted(len(damage), "place")
            yield f"run {shown_name(run)} is damaged ({places}): what is missing is not compared"
