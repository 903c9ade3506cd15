"""`logdoctor capture`: run a training script so that its last steps can be replayed."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import which

import click

from logdoctor.bundle.layout import ALARM, FOLDER, STEPS

FLAGS_WITH_VALUE = ("-X", "-W")
"""Python's own options that take a value; the others are single letters."""


@click.command("capture", context_settings={"ignore_unknown_options": True})
@click.option("--run", "run", default=".", metavar="FOLDER", help="The run's folder, where its log is.")
@click.option(
    "--every", default="auto", metavar="STEPS", help="Steps between two saved states; auto keeps to the budget."
)
@click.option(
    "--budget", default=3.0, type=click.FloatRange(0, 100), help="Overhead allowed, in percent of the training time."
)
@click.option("--max-gb", default=4.0, type=click.FloatRange(0), help="Memory, and later disk space, that it may use.")
@click.argument("training", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- python SCRIPT ...")
def command(*, run: str, every: str, budget: float, max_gb: float, training: Sequence[str]) -> int:
    """Run a training script unchanged, and keep what a replay of its last steps needs.

    Weights, optimizer state, random states and the last batches are held in memory; they are written to
    FOLDER/logdoctor-capture when the loss or the gradients turn NaN, at a spike, and at the end. This runs your script,
    and the captured batches are your training data. Exits with the script's own code.
    """
    if every != "auto" and not (every.isdecimal() and int(every)):
        raise click.BadParameter(f"{every!r} is neither auto nor a number of steps", param_hint="--every")
    interpreter, rest = _split(training)
    _refuse_missing(interpreter, rest[0])
    Path(run).mkdir(parents=True, exist_ok=True)
    options = {
        "folder": os.path.abspath(run),
        "every": every if every == "auto" else int(every),
        "budget": budget / 100,
        "max_gb": max_gb,
    }
    line = [*interpreter, "-m", "logdoctor.capture.launch", json.dumps(options), *rest]
    before = _captures(run)
    code = _ended(subprocess.Popen(line))  # noqa: S603 - the command is the user's own
    if not (made := _captures(run) - before):
        click.echo("logdoctor: nothing was captured: the script never stepped a torch optimizer", err=True)
    elif sys.stderr.isatty():  # elsewhere the output stays the script's own
        click.echo(summary(run, max(made)), err=True)
    return code if code >= 0 else 128 - code


def summary(run: str, capture: Path) -> str:
    """Say where a capture lies, at which alarm it froze, and what to do with it."""
    replay = f"next: logdoctor replay {shlex.quote(run)}"
    try:
        alarm = json.loads((capture / ALARM).read_text(encoding="utf-8"))
        seen = f"frozen at step {alarm['step']}: {alarm['text']}"
    except (OSError, ValueError, LookupError, TypeError):  # there is none, or the script was killed amid it
        return f"logdoctor: captured in {capture}, without an alarm; {replay} --at STEP"
    return f"logdoctor: captured in {capture}, {seen}; {replay}"


def _captures(run: str) -> set[Path]:
    """Return the captures of a run that hold steps."""
    return {one.parent for one in Path(run).glob(f"{FOLDER}*/{STEPS}")}


def _ended(process: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the script has it too, and ends as it will
            continue


def _split(training: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split a command into Python with its options, and the script or `-m module` with its arguments."""
    program, *rest = training
    if program.endswith(".py"):
        return [sys.executable], [program, *rest]
    if not Path(program).name.startswith("python"):
        raise click.UsageError(f"{program!r} is not Python; name the script: logdoctor capture -- python train.py")
    flags: list[str] = []
    while rest and rest[0].startswith("-") and rest[0] != "-m":
        taken = 2 if rest[0] in FLAGS_WITH_VALUE else 1
        if rest[0] == "-c":
            break
        flags, rest = [*flags, *rest[:taken]], rest[taken:]
    if not rest or rest[0] == "-c" or rest == ["-m"]:
        raise click.UsageError("there is no script to run: logdoctor capture -- python train.py")
    return [program, *flags], list(rest)


def _refuse_missing(interpreter: Sequence[str], script: str) -> None:
    """Refuse a program or a script that does not exist: Python would report it from within the capture."""
    if which(interpreter[0]) is None:
        raise click.UsageError(f"{interpreter[0]}: no such program")
    if script != "-m" and not Path(script).exists():
        raise click.UsageError(f"{script}: no such script")
