"""`logdoctor export`: every logged point, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from logdoctor.cli import completion
from logdoctor.cli.options import config_option, jobs_option, paths_argument, settings
from logdoctor.cli.output import writable, write_file, write_out
from logdoctor.cli.progress import working


def _output(_context: click.Context, _parameter: click.Parameter, name: str | None) -> Path | None:
    return writable(name) if name else None


@click.command("export")
@paths_argument
@click.option("--output-format", type=click.Choice(["jsonl", "csv"]), default="jsonl")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=completion.paths,
    callback=_output,
    help="Write to a file, not to standard output.",
)
@config_option
@jobs_option
def command(
    *, paths: Sequence[str], output_format: str, output: Path | None, config_file: str | None, jobs: int | None
) -> None:
    """Write every point of every series at or below each PATH, in the order of logging.

    Each has run, series, step, value and wall_time (seconds since 1970). Nothing is sampled, smoothed or reordered.
    """
    from logdoctor.reading import read
    from logdoctor.reports import export

    with working(jobs) as workers:
        runs = read(paths, settings(config_file).roles, workers=workers).runs
    text = export.csv(runs) if output_format == "csv" else export.jsonl(runs)
    if output is None:
        write_out(text, utf8=True)
    else:
        write_file(output, text)
