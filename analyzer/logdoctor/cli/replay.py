"""`logdoctor replay`: re-run the flagged steps of a run, find where it broke, and test which fix works."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from logdoctor.cli import ExitCode, completion
from logdoctor.cli.options import color_option, settings
from logdoctor.cli.output import terminal_page, writable, write_file, write_out
from logdoctor.cli.progress import progress_line

if TYPE_CHECKING:
    from logdoctor.diagnosis import Examined
    from logdoctor.replay.meter import Progress
    from logdoctor.replayed import Replayed

RECIPE = "recipe.py"
"""Looked for in the folder of the run."""

NO_CHANGE = "none"
"""Given to `--only`: reproduce, locate and probe, but try no change."""

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(_context: click.Context, _parameter: click.Parameter, text: str) -> float:
    """Read a length of time: 90, 90s, 10m, 1.5h."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    if not match or not float(match[1]):
        raise click.BadParameter(f"{text!r} is not a duration such as 90s, 10m or 1h")
    return float(match[1]) * _UNITS[match[2]]


def _result_file(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Path | None:
    if text is None:
        return None
    kind, equals, path = text.partition("=")
    if not equals or kind != "json" or not path:
        raise click.BadParameter(f"{text!r} is not json=FILE")
    return writable(path)


def _changes(_context: click.Context, _parameter: click.Parameter, text: str | None) -> frozenset[str] | None:
    """Read the names of changes to try; `none` is that of no change."""
    if text is None:
        return None
    from logdoctor.errors import nearest
    from logdoctor.replayed import CHANGES

    names = [one.strip() for one in text.split(",") if one.strip()]
    for one in names:
        if one not in (*CHANGES, NO_CHANGE):
            raise click.BadParameter(f"{one!r} is not a change that can be tried{nearest(one, (*CHANGES, NO_CHANGE))}")
    if not names:
        raise click.BadParameter(f"names no change; give {NO_CHANGE!r} to try none")
    return frozenset(names) - {NO_CHANGE}


@click.command("replay")
@click.argument("run", required=False, metavar="RUN", shell_complete=completion.paths)
@click.option(
    "--recipe",
    "recipe_file",
    metavar="FILE",
    shell_complete=completion.paths,
    help="How a step is taken; RUN/recipe.py by default.",
)
@click.option(
    "--at", "at", type=click.IntRange(0), metavar="STEP", help="Step to replay; by default that of the worst finding."
)
@click.option("--checkpoint", default="auto", metavar="PATH", help="Where to start; auto finds one below RUN.")
@click.option(
    "--device", default="auto", metavar="DEVICE", help="cpu, cuda, cuda:1 ...; auto takes CUDA where available."
)
@click.option("--budget", default="10m", metavar="TIME", callback=_seconds, help="Time limit: 90s, 10m, 1h.")
@click.option(
    "--only", metavar="CHANGES", callback=_changes, help="Try only these: skip,clip,learning-rate ...; `none` for none."
)
@click.option("--deterministic/--no-deterministic", default=True, help="Use deterministic operations where they exist.")
@click.option(
    "-o",
    "--output",
    "output",
    metavar="json=FILE",
    callback=_result_file,
    help="File for the result; by default next to the run's logs.",
)
@click.option(
    "--patched", is_flag=True, help="You changed the code since the last replay: check that the step now succeeds."
)
@click.option(
    "--write-recipe",
    "draft_file",
    metavar="FILE",
    shell_complete=completion.paths,
    help="Write a draft recipe from RUN's capture, and stop.",
)
@color_option
def command(
    *,
    run: str | None,
    recipe_file: str | None,
    at: int | None,
    checkpoint: str,
    device: str,
    budget: float,
    only: frozenset[str] | None,
    deterministic: bool,
    output: Path | None,
    patched: bool,
    draft_file: str | None,
    color: str,
) -> int:
    """Re-run the flagged step of RUN in PyTorch, name the operation and line that broke, and test fixes.

    This RUNS YOUR CODE: the recipe, a Python file with setup(), loss(model, batch) and, where nothing was captured,
    batch(step). Needs torch (pip install 'logdoctor[replay]'). Exits with 0 when the cause was found, 3 when the
    failure did not happen again or no cause was found, 2 when the recipe or checkpoint cannot be used.
    """
    if draft_file is not None:
        return _draft(run, draft_file)
    if run is None or run == "-":
        raise click.UsageError("name the folder of a run, where its capture or checkpoints lie: logdoctor replay RUN")
    _need_torch()
    from logdoctor.diagnosis import analyze
    from logdoctor.replay.given.flagged import flagged_run, logged_losses, target
    from logdoctor.replay.given.gather import gather
    from logdoctor.replay.given.recipe import read_recipe
    from logdoctor.replay.pipeline import Options, replay
    from logdoctor.replay.preflight import limits, preflight
    from logdoctor.replay.recheck import recheck
    from logdoctor.replay.window.devices import chosen_device
    from logdoctor.replay_results import result_file

    examined = flagged_run(analyze(run, config=settings(None)), run)
    folder = Path(examined.run.folder)
    earlier = _earlier_replay(examined, run) if patched else None
    flagged = earlier.target if earlier is not None else target(examined, at)
    result = output or _beside(result_file(examined.run))
    options = Options(str(chosen_device(device)), deterministic=deterministic, seconds=budget, only=only)
    recipe = read_recipe(Path(recipe_file) if recipe_file else folder / RECIPE)
    named = None if checkpoint == "auto" else Path(checkpoint)
    material = gather(folder, recipe, flagged.step, logged_losses(examined), named)
    for line in preflight(material, flagged.step, options.device, budget):
        click.echo(f"  {line}", err=True)
    with progress_line() as draw:

        def show(now: Progress) -> None:
            draw(_progress(now))

        if earlier is not None:
            replayed = recheck(material, earlier, options, show)
        else:
            replayed = replay(material, flagged, options, show)
    again = f"logdoctor replay {run}" + (f" --recipe {recipe_file}" if recipe_file else "")
    return _report(_limited(replayed, tuple(limits(material))), result, again, color)


def _earlier_replay(examined: Examined, run: str) -> Replayed:
    """Return the replay whose failure changed code is checked against."""
    if examined.replay is None:
        raise click.UsageError(f"{run} has not been replayed yet: replay the failure first, then change the code")
    return examined.replay


def _report(replayed: Replayed, file: Path, again: str, color: str) -> int:
    """Print a result, write it to its file where anything was learnt, and return the exit code.

    `again` is the command that takes the same steps with the same recipe.
    """
    from logdoctor.replayed import to_json
    from logdoctor.reports.terminal.replay import render

    write_out([render(replayed, terminal_page(color))])
    if replayed.baseline is None:  # an earlier result tells more
        click.echo("  nothing was learnt, so nothing is written", err=True)
        return _exit_code(replayed)
    write_file(file, [to_json(replayed)])
    click.echo(f"  written to {file}; logdoctor analyze shows it with the finding", err=True)
    if _asks_for_code(replayed):
        click.echo(f"  when you have changed the code: {again} --patched", err=True)
    return _exit_code(replayed)


def _beside(file: Path) -> Path:
    try:
        return writable(str(file))
    except click.BadParameter as problem:
        raise click.BadParameter(f"{problem.message}; -o json=FILE puts the result elsewhere") from None


def _draft(run: str | None, draft_file: str) -> int:
    """Write a recipe to be filled in; an existing file is left alone."""
    _need_torch()
    from logdoctor.replay.given.draft import draft
    from logdoctor.replay.given.gather import find_capture

    path = writable(draft_file)
    if path.exists():
        raise click.UsageError(f"{draft_file} exists; name another file")
    capture = find_capture(Path(run)) if run is not None else None
    if run is not None and capture is None:
        click.echo(f"no capture in {run}: drafted without one", err=True)
    write_file(path, [draft(capture)])
    click.echo(
        f"{draft_file}: fill in what is marked TODO, then: logdoctor replay {run or 'RUN'} --recipe {draft_file}"
    )
    return 0


def _need_torch() -> None:
    from importlib.util import find_spec

    if find_spec("torch") is None or find_spec("safetensors") is None:
        raise click.UsageError("a replay needs torch and safetensors: pip install 'logdoctor[replay]'")


def _limited(replayed: Replayed, limits: Sequence[str]) -> Replayed:
    from dataclasses import replace

    return replace(replayed, limits=tuple(dict.fromkeys((*replayed.limits, *limits))))


def _asks_for_code(replayed: Replayed) -> bool:
    from logdoctor.replayed import Wording

    prescription = replayed.verdict.prescription if replayed.verdict is not None else None
    return prescription is not None and (bool(prescription.alongside) or prescription.wording is Wording.NOT_TESTED)


def _exit_code(replayed: Replayed) -> int:
    from logdoctor.replayed import PATCHED, Outcome

    if replayed.interrupted == "interrupt":
        return ExitCode.INTERRUPTED
    patched = next((one for one in replayed.trials if one.name == PATCHED), None)
    if patched is not None:
        return ExitCode.FINISHED if patched.outcome is Outcome.REMOVED else ExitCode.INCONCLUSIVE
    has_cause = replayed.verdict is not None and replayed.verdict.cause != "unknown"
    sure = has_cause and replayed.baseline is not None and replayed.baseline.reproduced
    return ExitCode.FINISHED if sure else ExitCode.INCONCLUSIVE


def _progress(now: Progress) -> str:
    left = now.remaining_seconds
    remaining = f", about {left:.0f} s left" if left is not None else ""
    return f"{now.stage}: {now.steps:.0f} steps, {now.seconds:.0f} s{remaining}"
