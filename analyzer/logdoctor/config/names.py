"""Which runs and series a shell pattern of the configuration matches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from logdoctor.run import Run, Series
from logdoctor.run.patterns import fits, meant
from logdoctor.wording import shown_name


def is_run(run: Run, pattern: str) -> bool:
    """Tell whether a pattern matches a run: its name, or the path at which it can be opened (`runs/gan-1`).

    The name depends on the argument that the run lies in; the path is the same for `runs`, for `runs/*` and for the
    files that a pre-commit hook receives.
    """
    return any(fits(name, pattern) for name in (run.name, shown_name(run), _path(run)))


def _path(run: Run) -> str:
    folder = Path(run.folder)
    if folder.is_absolute() and folder.is_relative_to(Path.cwd()):
        folder = folder.relative_to(Path.cwd())
    return folder.as_posix() + run.name.removeprefix(run.home)


def matching_runs(runs: Sequence[Run], pattern: str) -> list[Run]:
    """Return the runs that a pattern matches."""
    return [run for run in runs if is_run(run, pattern)]


def not_called(pattern: str, runs: Sequence[Run]) -> str:
    """Return the hint for a pattern that matches no run.

    Where several paths are analyzed, the name of a run begins with its path (`runs/gan-1`), which `gan-*` misses.
    """
    below = f"*/{pattern}"
    if inner := next((shown_name(run) for run in runs if is_run(run, below)), None):
        return f"no run is called so; {below!r} fits {inner!r}"
    return f"no run is called so{meant(pattern, map(shown_name, runs))}"


def no_series(pattern: str, runs: Sequence[Run]) -> str:
    """Return the hint for a pattern that matches no series of some runs.

    A name that two splits of a run share is prefixed with the split: `loss` becomes `train/loss` and `validation/loss`.
    """
    series = [one for run in runs for one in run.series]
    of_splits = sorted({one.name for one in series if one.split and one.name == f"{one.split}/{pattern}"})
    if len(of_splits) > 1:
        return f"more than one split logs {pattern!r}; name {' or '.join(map(repr, of_splits))}"
    return f"no series is called so{meant(pattern, [one.name for one in series])}"


def matching_series(run: Run, pattern: str) -> list[Series]:
    """Return the series of a run that a pattern matches."""
    return [one for one in run.series if fits(one.name, pattern)]
