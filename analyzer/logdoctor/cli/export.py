"""`logdoctor export`: every logged point, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from logdoctor.cli import completion
from logdoctor.cli.options import config_option, jobs_option, paths_argument, settings
from logdoctor.cli.output import spare_logs, writable, write_bytes, write_file, write_out
from logdoctor.cli.progress import working

KINDS = ("jsonl", "csv", "parquet")


def _output(_context: click.Context, _parameter: click.Parameter, name: str | None) -> Path | None:
    return writable(name) if name else None


@click.command("export")
@paths_argument
@click.option(
    "--output-format",
    type=click.Choice(KINDS),
    help="By default that of the file's extension; jsonl without one.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=completion.paths,
    callback=_output,
    help="Write to a file instead of standard output.",
)
@config_option
@jobs_option
def command(
    *, paths: Sequence[str], output_format: str | None, output: Path | None, config_file: str | None, jobs: int | None
) -> None:
    """Write every point of every series at or below each PATH, in the order in which they were logged.

    Each point has run, series, step, value and wall_time (seconds since 1970). Nothing is sampled, smoothed or
    reordered.
    Parquet needs pyarrow (pip install 'logdoctor[parquet]').
    """
    kind = output_format or _kind(output)
    if kind == "parquet" and output is None:
        raise click.UsageError("Parquet is binary and cannot go to standard output: name a file with -o FILE")
    from logdoctor.reading import read
    from logdoctor.reports import export

    if output is not None:
        spare_logs([output], paths)
    with working(jobs) as workers:
        runs = read(paths, settings(config_file).roles, workers=workers).runs
    if kind == "parquet" and output is not None:
        write_bytes(output, export.parquet(runs))
        return
    text = export.csv(runs) if kind == "csv" else export.jsonl(runs)
    if output is None:
        write_out(text, utf8=True)
    else:
        write_file(output, text)


def _kind(output: Path | None) -> str:
    ending = output.suffix.lower().removeprefix(".") if output else ""
    if ending and ending not in (*KINDS, "json", "txt"):
        raise click.UsageError(f"no format goes by the extension .{ending}: say which with --output-format")
    return ending if ending in KINDS else "jsonl"
