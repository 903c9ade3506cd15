"""The place of a finding as a path from the top of the checkout, to which CI services attach annotations."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath

from logdoctor.finding import Finding
from logdoctor.run import Run, SourceFile
from logdoctor.sources.discovery.standard_input import STANDARD_INPUT

BINARY = frozenset({"tfevents", "wandb", "mlflow-database", "trackio"})
"""Formats of logs without lines."""

SETTINGS = "settings"
"""Format of files that hold settings of a run and no curve."""

CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables in which GitHub and GitLab say where the checkout lies."""


@dataclass(frozen=True)
class Anchor:
    """A line of a file."""

    path: str
    """From the top of the checkout, with forward slashes; never absolute, and never above it."""
    line: int = 1
    last_line: int = 1


def anchor(run: Run, finding: Finding | None = None) -> Anchor:
    """Return where a finding stands: the line that it is about, or else the first of the log that it was read from."""
    for place in finding.places if finding else ():
        if place.line_start is not None:
            return Anchor(_in_checkout(run, place.path), place.line_start, place.line_end or place.line_start)
    for place in finding.places if finding else ():
        return Anchor(_in_checkout(run, place.path))
    if run.sources:
        return Anchor(_in_checkout(run, min(run.sources, key=_rank).path))
    return Anchor(_in_checkout(run, run.home))


def _rank(source: SourceFile) -> int:
    """Text before what has no lines, logs before settings, and what was used before copies."""
    return 4 * (not source.used) + 2 * (source.format == SETTINGS) + (source.format in BINARY)


def _in_checkout(run: Run, path: str) -> str:
    """Return a path, relative to the argument, as seen from the checkout; outside of it as it is, but never upwards."""
    if path == STANDARD_INPUT:
        return path
    top = next((os.environ[name] for name in CHECKOUTS if os.environ.get(name)), None)
    opened = os.path.abspath(os.path.join(_argument(run), path))
    for base in (top, os.getcwd()):
        if base and PurePath(opened).is_relative_to(os.path.abspath(base)):
            return PurePath(opened).relative_to(os.path.abspath(base)).as_posix()
    return "/".join(part for part in path.split("/") if part not in ("", ".", "..")) or "."


def _argument(run: Run) -> str:
    """Return the folder that the paths of a run are relative to: what its folder has above one of its sources."""
    folder = PurePosixPath(run.folder.replace("\\", "/"))
    homes = {PurePosixPath(source.path).parent for source in run.sources}
    for home in sorted(homes, key=lambda one: -len(one.parts)):
        if folder.parts[len(folder.parts) - len(home.parts) :] == home.parts:
            return str(PurePosixPath(*folder.parts[: len(folder.parts) - len(home.parts)]))
    return str(folder)
