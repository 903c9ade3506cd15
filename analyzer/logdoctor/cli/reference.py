"""`logdoctor reference`: make, update and show golden curves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from logdoctor.cli import completion
from logdoctor.cli.options import color_option, config_option, paths_argument, settings
from logdoctor.cli.output import spare_logs, terminal_page, writable, write_file, write_out
from logdoctor.errors import ConfigurationError
from logdoctor.reports.escaping import printable

if TYPE_CHECKING:
    from logdoctor.gate.reference_file import Reference
    from logdoctor.run import Run


def _output(_context: click.Context, _parameter: click.Parameter, name: str) -> Path:
    return writable(name)


@click.group("reference")
def command() -> None:
    """Keep golden curves in small text files that `check --reference` compares runs with."""


@command.command("save", short_help="Make a reference from good runs.")
@paths_argument
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    shell_complete=completion.paths,
    callback=_output,
    help="File to write, such as main.json.",
)
@click.option(
    "--series", "patterns", multiple=True, metavar="PATTERN", help="Series to keep; by default losses and metrics."
)
@click.option(
    "--exact", type=click.IntRange(1, 1000), metavar="N", help="Keep the first N values, which must match exactly."
)
@click.option("--run", "applies_to", default="*", metavar="PATTERN", help="Runs to compare with it; by default all.")
@click.option("--reason", default="", help="Why it is made, for whoever reads the file.")
@click.option("--force", is_flag=True, help="Replace an existing file and its history.")
@config_option
def save(
    *,
    paths: Sequence[str],
    output: Path,
    patterns: Sequence[str],
    exact: int | None,
    applies_to: str,
    reason: str,
    force: bool,
    config_file: str | None,
) -> None:
    """Make a reference from the runs at or below each PATH, which may differ only in their seed.

    `check` compares runs with a band around it or, with --exact, with the values themselves: for a training that is
    meant to be reproducible to the last bit.
    """
    from logdoctor.gate.reference_file import reference_text
    from logdoctor.gate.reference_making import make_reference

    if output.exists() and not force:
        raise ConfigurationError(f"{output} exists; `logdoctor reference update` keeps its history, --force does not")
    spare_logs([output], paths)
    reference = make_reference(_runs(paths, config_file), patterns, applies_to, reason, exact)
    write_file(output, [reference_text(reference)])
    _describe(reference, "never")


@command.command("update", short_help="Replace its curves, with a reason.")
@click.argument("file", metavar="FILE", shell_complete=completion.paths, callback=_output)
@paths_argument
@click.option("--only-failing", is_flag=True, help="Keep the curves that the runs still match.")
@click.option("--reason", required=True, help="Why it changes, for whoever reads the file.")
@config_option
def update(*, file: Path, paths: Sequence[str], only_failing: bool, reason: str, config_file: str | None) -> None:
    """Replace the curves of the reference FILE by those of the runs at or below each PATH, and show what changed."""
    from logdoctor.config.names import matching_runs
    from logdoctor.gate.reference_file import read_reference, reference_text
    from logdoctor.gate.reference_making import make_reference, updated
    from logdoctor.gate.references import failing_curves

    old = read_reference(file)
    runs = matching_runs(_runs(paths, config_file), old.applies_to)
    if not runs:
        raise ConfigurationError(f"no run is called {old.applies_to!r}, to which {file} applies")
    new = make_reference(runs, list(old.curves), old.applies_to, reason, old.exact)
    failing = failing_curves(old, runs, settings(config_file).reference)
    names = [name for name in old.curves if not only_failing or name in failing]
    if names:
        write_file(file, [reference_text(updated(old, new, names, reason))])
    write_out([_changes(old, new, names)])


@command.command("show")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@color_option
def show(*, file: Path, color: str) -> None:
    """Show what the reference FILE holds."""
    from logdoctor.gate.reference_file import read_reference

    _describe(read_reference(file), color)


def _runs(paths: Sequence[str], config_file: str | None) -> Sequence[Run]:
    from logdoctor.reading import read

    return read(paths, settings(config_file).roles).runs


def _describe(reference: Reference, color: str) -> None:
    """Write what a reference holds: one line a series, then where it comes from."""
    from logdoctor.gate.exact import Exact
    from logdoctor.reports.layout import table
    from logdoctor.wording import counted, number

    page = terminal_page(color)
    rows = [["series", "role", "seeds", "steps", "best", "end", "sigma at the end"]]
    for name, one in sorted(reference.curves.items()):
        steps = f"{int(one.steps[0]):,} to {int(one.steps[-1]):,}"
        if isinstance(one, Exact):
            cells = [str(len(reference.runs)), steps, "", number(float(one.values[-1])), "all values equal"]
            rows.append([page.printable(name), one.role, *cells])
            continue
        spread = number(float(one.spread[-1])) + (" (a guess)" if one.seeds == 1 else "")
        rows.append([page.printable(name), one.role, str(one.seeds), steps, number(one.best), number(one.end), spread])
    lines = table(rows, right=(2, 4, 5))
    lines += ["", page.printable(f"made of {counted(len(reference.runs), 'run')}: {', '.join(reference.runs)}")]
    lines.append(page.printable(f"compared with runs called {reference.applies_to}"))
    place = ", ".join(f"{key} {value}" for key, value in sorted(reference.environment.items()))
    lines.append(page.printable(f"environment: {place or 'not logged'}; settings: {reference.config or 'not logged'}"))
    lines += [page.printable(f"reason: {one}") for one in reference.history]
    write_out(["\n".join(lines) + "\n"])


def _changes(old: Reference, new: Reference, names: Sequence[str]) -> str:
    from logdoctor.gate.exact import Exact
    from logdoctor.wording import counted, number

    lines = []
    for name in names:
        before, after = old.curves[name], new.curves[name]
        if isinstance(before, Exact) or isinstance(after, Exact):
            lines.append(f"{name}: {counted(len(after.steps), 'value')} replaced")
        else:
            lines.append(
                f"{name}: end {number(before.end)} -> {number(after.end)}, best {number(before.best)} -> "
                f"{number(after.best)}, seeds {before.seeds} -> {after.seeds}"
            )
    unchanged = len(old.curves) - len(names)
    if unchanged:
        lines.append(f"{counted(unchanged, 'curve')} kept")
    return "\n".join(map(printable, lines)) + "\n"
