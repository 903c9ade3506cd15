"""Which reports a diagnosing command writes and where they go, even when the analysis fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from logdoctor.cli import completion
from logdoctor.cli.output import terminal_page, writable, write_file, write_out
from logdoctor.errors import LogDoctorError
from logdoctor.finding import Severity
from logdoctor.reports.formats import FOR_MACHINES, FORMATS, render, render_files
from logdoctor.reports.layout import Page

if TYPE_CHECKING:
    from logdoctor.reports.report import Report

Outputs = Sequence[tuple[str, Path]]
"""Formats and the files that they go to."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _outputs(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> Outputs:
    """Split `FORMAT=PATH`; a file takes one report, or the last would replace the others."""
    outputs = [_one_output(text) for text in values]
    files = [path.resolve() for _, path in outputs if path.is_file() or not path.exists()]
    if twice := next((path for path in files if files.count(path) > 1), None):
        raise click.BadParameter(f"{twice.name} is named for two reports")
    return outputs


def _one_output(text: str) -> tuple[str, Path]:
    kind, equals, path = text.partition("=")
    if not equals or not path or kind not in FORMATS:
        raise click.BadParameter(f"{text!r} is not FORMAT=PATH with one of the formats {', '.join(FORMATS)}")
    return kind, writable(path)


def report_options(command: _Command) -> _Command:
    """Add the options that say which reports go where."""
    for option in (
        click.option(
            "-o",
            "--output",
            "outputs",
            multiple=True,
            metavar="FORMAT=PATH",
            shell_complete=completion.outputs,
            callback=_outputs,
            help="Also write a report to a file. Repeatable; the logs are read only once.",
        ),
        click.option(
            "--output-format",
            type=click.Choice(list(FORMATS)),
            default="full",
            envvar="LOGDOCTOR_OUTPUT_FORMAT",
            show_envvar=True,
            help="Format of standard output.",
        ),
    ):
        command = option(command)
    return command


@contextmanager
def replacing_reports(outputs: Outputs) -> Iterator[None]:
    """Where the analysis fails, write the reason to each report file, and re-raise.

    A report left over from an earlier analysis would be mistaken for the result of this one.
    """
    try:
        yield
    except LogDoctorError as problem:
        _write_why_not(str(problem), outputs)
        raise
    except Exception as bug:
        _write_why_not(f"logdoctor failed: {type(bug).__name__}: {bug}", outputs)
        raise


class Diagnosing(click.Command):
    """A command that writes reports, including one that says that its command line could not be parsed."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse the command line; where that fails, say so in every report file that it names."""
        arguments = list(args)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as problem:
            _write_why_not(problem.format_message(), list(_outputs_within(arguments)))
            raise


def _outputs_within(arguments: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield the reports that a command line names, whatever is wrong with the rest of it."""
    lenient = {"ignore_unknown_options": True, "allow_extra_args": True}
    alone = click.Command("o", lenient, params=[click.Option(["-o", "--output", "outputs"], multiple=True)])
    for text in alone.make_context("o", arguments, resilient_parsing=True).params["outputs"] or ():
        with suppress(click.BadParameter):
            yield _one_output(text)


def _write_why_not(problem: str, outputs: Outputs) -> None:
    from logdoctor.diagnosis import Diagnosis
    from logdoctor.gated import Check, Gated, Outcome
    from logdoctor.reports.report import Report
    from logdoctor.sources.discovery.discover import is_log

    why = Check("runs", "an analysis", "*", "", Severity.ERROR, Outcome.INCONCLUSIVE, problem)
    spared = [(name, path) for name, path in outputs if not is_log(path)]
    _write_files(Report(Diagnosis(), gated=Gated(Diagnosis(), checks=(why,))), spared)


def write_reports(report: Report, output_format: str, outputs: Outputs, color: str) -> None:
    """Write a report to each file and to standard output."""
    _write_files(report, outputs)
    write_out([render(output_format, report, terminal_page(color))], utf8=output_format in FOR_MACHINES)


def _write_files(report: Report, outputs: Outputs) -> None:
    """Write a report to each file.

    A file that links to others is written last, so that no link is ever dead.
    """
    for name, path in outputs:
        if path.exists() and not path.is_file():  # a device or a pipe takes one text
            write_file(path, [render(name, report, Page())])
            continue
        for file, text in render_files(name, report, Page(), path.name).items():
            write_file(path.parent / file, [text])
