"""`logdoctor figure`: the annotated curve of a run, for papers and slides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from logdoctor.cli import completion
from logdoctor.cli.options import config_option, settings
from logdoctor.cli.output import writable, write_bytes
from logdoctor.errors import LogDoctorError, nearest
from logdoctor.reports.escaping import printable
from logdoctor.wording import shown_name

if TYPE_CHECKING:
    from logdoctor.diagnosis import Diagnosis, Examined
    from logdoctor.finding import Finding
    from logdoctor.run import Series

KINDS = ("pdf", "png", "svg")
NARROWEST, WIDEST = 2.0, 20.0


def _output(_context: click.Context, _parameter: click.Parameter, name: str) -> Path:
    path = writable(name)
    if path.suffix.lower().removeprefix(".") not in KINDS:
        raise click.BadParameter(f"{name}: the name must end in .{', .'.join(KINDS)}")
    return path


@click.command("figure")
@click.argument("run", metavar="RUN", shell_complete=completion.paths)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    shell_complete=completion.paths,
    callback=_output,
    help="The .pdf, .png or .svg file to write.",
)
@click.option(
    "--finding", "rule", metavar="RULE", help="Mark this rule's finding instead of the worst; `none` for none."
)
@click.option("--series", "names", multiple=True, metavar="NAME", help="Draw this series instead; repeatable.")
@click.option(
    "--width",
    type=click.FloatRange(NARROWEST, WIDEST),
    default=3.3,
    show_default=True,
    help="Width in inches: 3.3 fits one column of a paper, 6.9 the full text width.",
)
@click.option("--log/--linear", default=None, help="Scale of the values; chosen from the data by default.")
@config_option
def command(
    *,
    run: str,
    output: Path,
    rule: str | None,
    names: Sequence[str],
    width: float,
    log: bool | None,
    config_file: str | None,
) -> None:
    """Draw the losses of one run with its worst finding marked, and its learning rate and gradient norm below.

    RUN is the folder or file of one run. The same run always gives the same file, byte for byte.
    """
    from logdoctor.diagnosis import analyze
    from logdoctor.reports.figure import FigureRequest, left_out, saved

    examined = _only(analyze(run, config=settings(config_file)), run)
    request = FigureRequest(width, log, _series(examined, names))
    finding = _finding(examined, rule)
    for one in left_out(examined.run, finding, request):
        click.echo(printable(f"{one.name} is not drawn, for it counts {one.axis}s"), err=True)
    kind = output.suffix.lower().removeprefix(".")
    try:
        picture = saved(examined.run, finding, kind, request)
    except ValueError as problem:
        raise LogDoctorError(f"{run}: {problem} (--series); `logdoctor inspect` lists them") from problem
    write_bytes(output, [picture])


def _only(diagnosis: Diagnosis, path: str) -> Examined:
    if len(diagnosis.runs) == 1:
        return diagnosis.runs[0]
    named = ", ".join([shown_name(one.run) for one in diagnosis.runs[:3]] + ["..."] * (len(diagnosis.runs) > 3))
    raise LogDoctorError(f"{path} holds {len(diagnosis.runs)} runs ({named}); name the folder or file of one")


def _series(examined: Examined, names: Sequence[str]) -> tuple[Series, ...]:
    known = {one.name: one for one in examined.run.series}
    for name in names:
        if name not in known:
            raise LogDoctorError(f"{shown_name(examined.run)}: no series is called {name!r}{nearest(name, known)}")
    return tuple(known[name] for name in names)


def _finding(examined: Examined, rule: str | None) -> Finding | None:
    """Return the finding to mark: the one that was asked for, or the worst that has a stretch of a series."""
    found = [one for one in examined.findings if one.spans]
    if rule in (None, "none"):
        return None if rule or not found else found[0]
    for one in found:
        if one.rule == rule:
            return one
    rules = [one.rule for one in found]
    hint = nearest(rule or "", rules) if rules else "; it has none with a stretch of a series"
    raise LogDoctorError(f"{shown_name(examined.run)}: it has no finding {rule!r}{hint}")
