"""Make references from runs that differ only in their seed, and update them curve by curve."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from logdoctor.config.names import matching_series, no_series
from logdoctor.errors import ConfigurationError
from logdoctor.gate.environment import config_hash, environment, unlike
from logdoctor.gate.exact import Exact, exact_curve
from logdoctor.gate.golden import Golden, golden_curve
from logdoctor.gate.intact import damage_of, described
from logdoctor.gate.reference_file import Reference
from logdoctor.run import Run, Series
from logdoctor.run.roles import Reward, TrainError, TrainLoss, TrainMetric, ValError, ValLoss, ValMetric
from logdoctor.wording import shown_name

GOLDEN_ROLES = (TrainLoss, ValLoss, TrainMetric, ValMetric, TrainError, ValError, Reward)
"""Roles that a reference keeps when no series is named: those by which a training is judged."""


def make_reference(
    runs: Sequence[Run], patterns: Sequence[str], applies_to: str, reason: str, exact: int | None = None
) -> Reference:
    """Make a reference from runs that differ only in their seed: of their curves, or of the first `exact` values.

    Raises ConfigurationError when they differ in more, are damaged, or hold non-finite values.
    """
    _refuse_unlike(runs)
    for run in runs:
        if damage := damage_of(run):
            raise ConfigurationError(f"run {shown_name(run)} is damaged, and no reference: {described(damage)}")
    names = _golden_names(runs, patterns)
    curves: dict[str, Golden | Exact] = {}
    for name in names:
        seeds = [_named(run, name) for run in runs]
        try:
            curves[name] = exact_curve(seeds, exact) if exact else golden_curve(seeds)
        except ValueError as error:
            raise ConfigurationError(f"no reference can be made: {error}") from error
    first = runs[0]
    return Reference(
        tuple(_names(runs)),
        curves,
        applies_to,
        environment(first),
        config_hash(first),
        (reason,) if reason else (),
    )


def _names(runs: Sequence[Run]) -> list[str]:
    """Return names of the runs for a file that others read: without the folders above all of them."""
    names = [shown_name(run) for run in runs]
    if not any(PurePath(name).is_absolute() for name in names):
        return names
    above = os.path.commonpath([PurePath(name).parent for name in names])
    return [os.path.relpath(name, above).replace(os.sep, "/") for name in names]


def updated(old: Reference, new: Reference, names: Sequence[str], reason: str) -> Reference:
    """Return a reference with some curves replaced by those of a new one; the reason is added to its history."""
    curves = {**old.curves, **{name: new.curves[name] for name in names}}
    fresh = replace(new, curves=curves, applies_to=old.applies_to, history=(*old.history, reason))
    return fresh if set(names) >= set(old.curves) else replace(fresh, runs=tuple(dict.fromkeys((*old.runs, *new.runs))))


def _golden_names(runs: Sequence[Run], patterns: Sequence[str]) -> list[str]:
    """Return the names of the series to keep: those that a pattern or a role selects and that all runs have."""
    for pattern in patterns:
        for run in runs:
            if not matching_series(run, pattern):
                raise ConfigurationError(f"run {shown_name(run)}, series {pattern!r}: {no_series(pattern, [run])}")

    def wanted(run: Run) -> list[str]:
        if patterns:
            return [one.name for pattern in patterns for one in matching_series(run, pattern)]
        return [one.name for one in run.series if one.role in GOLDEN_ROLES]

    shared = [name for name in dict.fromkeys(wanted(runs[0])) if all(name in wanted(run) for run in runs)]
    if not shared:
        raise ConfigurationError("no loss or metric that all runs have; name the series with --series")
    return sorted(shared)


def _named(run: Run, name: str) -> Series:
    return next(one for one in run.series if one.name == name)


def _refuse_unlike(runs: Sequence[Run]) -> None:
    for run in runs[1:]:
        if differs := unlike(runs[0], run):
            which = f"runs {shown_name(runs[0])} and {shown_name(run)} differ in {', '.join(differs[:5])}"
            raise ConfigurationError(f"{which}: seeds of one recipe make a reference; save one for each")
