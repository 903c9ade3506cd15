"""Arguments and options that several commands share."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from logdoctor.cli import completion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logdoctor.config import Config


def _expanded(_context: click.Context, _parameter: click.Parameter, patterns: Sequence[str]) -> tuple[str, ...]:
    """Expand the patterns that the shell did not (quoted ones, and all on Windows); each path appears once."""
    if "" in patterns:  # an unset variable; it would stand for the current folder
        raise click.BadParameter("a path is empty")
    paths: list[str] = []
    for pattern in patterns:
        matches = [] if os.path.lexists(pattern) else sorted(glob.glob(pattern, recursive=True))
        paths += matches or [pattern]
    return tuple(dict.fromkeys(paths))


def expanded(context: click.Context, parameter: click.Parameter, pattern: str) -> tuple[str, ...]:
    """Expand the pattern of an argument that stands for one group of runs."""
    return _expanded(context, parameter, (pattern,))


paths_argument = click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", shell_complete=completion.paths, callback=_expanded
)

config_option = click.option(
    "--config",
    "config_file",
    metavar="FILE",
    shell_complete=completion.paths,
    help="Settings file to use instead of the nearest logdoctor.toml or pyproject.toml.",
)

color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="When to use colours.",
)

jobs_option = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of worker processes, by default as many as are worthwhile. The result is the same.",
)


def settings(config_file: str | None) -> Config:
    """Return the settings of a file, or of the nearest one at or above the current folder."""
    from logdoctor.config import find_config, read_config

    return read_config(Path(config_file)) if config_file else find_config(_here())


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise click.UsageError("the current folder no longer exists; change to one that does") from None
