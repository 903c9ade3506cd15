"""Patterns of the settings that match nothing, each with what was probably meant; silence would suggest an effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.config.names import matching_runs, matching_series, no_series, not_called
from logdoctor.config.settings import Config
from logdoctor.run import Run
from logdoctor.run.understand import Overrides


def unmatched(config: Config, runs: Sequence[Run]) -> tuple[str, ...]:
    """Return a sentence for each pattern of `roles` and `exclude` that has no effect on the runs."""
    return (*_excludes(config.exclude, runs), *unmatched_roles(config.roles, runs))


def unmatched_roles(overrides: Overrides, runs: Sequence[Run]) -> tuple[str, ...]:
    """Return a sentence for each pattern under `roles` that matches no series, or only those an earlier one took."""
    return tuple(_roles(overrides, runs))


def _excludes(patterns: Sequence[str], runs: Sequence[Run]) -> Iterator[str]:
    for pattern in patterns:
        if not matching_runs(runs, pattern):
            yield f"exclude {pattern!r} does nothing: {not_called(pattern, runs)}"


def _roles(overrides: Overrides, runs: Sequence[Run]) -> Iterator[str]:
    for role, patterns in overrides.items():
        for pattern in patterns:
            named = [one for run in runs for one in matching_series(run, pattern)]
            what = f"{pattern!r} under [roles] {role.id} does nothing"
            if not named:
                yield f"{what}: {no_series(pattern, runs)}"
            elif all(one.role is not role for one in named):
                yield f"{what}: {named[0].name!r} is {named[0].role.id} by an earlier pattern"
