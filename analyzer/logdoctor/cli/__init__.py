"""The command line. Each command lives in a module of its own that is imported when it is used."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from importlib import import_module
from pathlib import Path

import click

from logdoctor.errors import LogDoctorError, NoRunError, reason
from logdoctor.reports.escaping import printable
from logdoctor.version import VERSION

COMMANDS = {
    "analyze": ("analyze", "Find out what is wrong with training runs, why, and what to try."),
    "check": ("check", "Judge training runs for CI: pass, fail, or cannot tell."),
    "compare": ("compare", "Show how two runs, or two groups of seeds, differ."),
    "reference": ("reference", "Save, update and show the golden curves that check compares runs with."),
    "inspect": ("inspect_logs", "Show which files were read and how they were interpreted."),
    "replay": ("replay", "Re-run the flagged step: find where it broke and which fix works."),
    "rule": ("rule", "Explain one rule, or list them all."),
    "capture": ("capture", "Run a training script and record what replay needs."),
    "config": ("config", "Show, check or describe the settings."),
    "export": ("export", "Write every logged point as JSON lines, CSV or Parquet."),
    "figure": ("figure", "Draw a run with its worst finding, for papers and slides."),
}
"""Module and short help of each command: `--help` imports none of them."""


class ExitCode(IntEnum):
    """How a command ended."""

    FINISHED = 0
    FAILED = 1
    """A gate fails."""
    UNFINISHED = 2
    """Usage, configuration, or a bug of ours."""
    INCONCLUSIVE = 3
    """No run was found, or there is too little to judge."""
    INTERRUPTED = 130


class _ImportedOnUse(Mapping[str, click.Command]):
    """The commands by name; looking one up imports its module."""

    def __getitem__(self, name: str) -> click.Command:
        module, _ = COMMANDS[name]
        command: click.Command = import_module(f"{__name__}.{module}").command
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Commands(click.Group):
    """A group that lists its commands in order of use, without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    commands=_ImportedOnUse(),
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 finished; 1 the gate failed (check); 2 could not finish (usage, configuration or a bug); "
    "3 no run found or, for check, no verdict: data missing or damaged, or a stale reference; 130 interrupted.",
)
@click.version_option(VERSION, prog_name="logdoctor", message="%(prog)s %(version)s")
def commands() -> None:
    """Diagnose training runs from their logs: what went wrong, why, and what to try.

    Works offline: it opens no network connection, and reading a log never runs code from it.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; every failure ends here."""
    if sys.stdout is None:  # closed: nobody reads it, but the exit code and the files still count
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until Python ends
    try:
        return commands.main(arguments, prog_name="logdoctor", standalone_mode=False) or ExitCode.FINISHED
    except click.ClickException as problem:
        problem.show()
        return ExitCode.UNFINISHED
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except NoRunError as problem:
        _complain(f"logdoctor: {problem}")
        return ExitCode.INCONCLUSIVE
    except LogDoctorError as problem:
        _complain(f"logdoctor: {problem}")
        return ExitCode.UNFINISHED
    except OSError as problem:
        _complain(f"logdoctor: {f'{problem.filename}: ' if problem.filename else ''}{reason(problem)}")
        return ExitCode.UNFINISHED
    except Exception as bug:  # noqa: BLE001 - the last line of defence: 1, Python's own code, would mean findings
        _report(bug)
        return ExitCode.UNFINISHED


def _report(bug: Exception) -> None:
    if os.environ.get("LOGDOCTOR_TRACEBACK"):
        import traceback

        traceback.print_exception(bug)
    hint = "please report it, with what LOGDOCTOR_TRACEBACK=1 shows"
    _complain(f"logdoctor failed: {type(bug).__name__}: {bug}; {hint}")


def _complain(text: str) -> None:
    click.echo(printable(text), err=True)
