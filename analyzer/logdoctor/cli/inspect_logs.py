"""`logdoctor inspect`: what was read and how it was interpreted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from logdoctor.cli.options import color_option, config_option, jobs_option, paths_argument, settings
from logdoctor.cli.output import terminal_page, write_out
from logdoctor.cli.progress import working
from logdoctor.errors import NoRunError


@click.command("inspect")
@paths_argument
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@config_option
@jobs_option
@color_option
def command(*, paths: Sequence[str], output_format: str, config_file: str | None, jobs: int | None, color: str) -> None:
    """Show what was read at or below each PATH: runs, files, series with their roles, settings, notices.

    Exits with 3 when no run was found.
    """
    from logdoctor.config.unmatched import unmatched_roles
    from logdoctor.reading import look, why_none
    from logdoctor.reports.terminal import inspection

    with working(jobs) as workers:
        roles = settings(config_file).roles
        reading = look(paths, roles, workers=workers)
    without_effect = unmatched_roles(roles, reading.runs) if reading.runs else ()
    as_json = output_format == "json"
    left_alone = (*reading.skipped.left_alone, *reading.skipped.not_read)
    if reading.runs or left_alone:
        text = (
            inspection.render_json(reading.runs, left_alone)
            if as_json
            else inspection.render(reading.runs, left_alone, terminal_page(color), without_effect)
        )
        write_out([text], utf8=as_json)
    if not reading.runs:
        is_file = len(paths) == 1 and Path(paths[0]).is_file()
        why = f"; {why_none(paths)}" if is_file else "; no file was recognised as one" if left_alone else ""
        raise NoRunError(f"{', '.join(paths)}: no training log found{why}")
