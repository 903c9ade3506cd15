"""`logdoctor compare`: what two runs, or two groups of seeds, differ in."""

from __future__ import annotations

import click

from logdoctor.cli import completion
from logdoctor.cli.options import color_option, config_option, expanded, jobs_option, settings
from logdoctor.cli.output import terminal_page, write_out
from logdoctor.cli.progress import working


@click.command("compare")
@click.argument("reference", metavar="REF", shell_complete=completion.paths, callback=expanded)
@click.argument("new", metavar="NEW", shell_complete=completion.paths, callback=expanded)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@config_option
@jobs_option
@color_option
def command(
    *,
    reference: tuple[str, ...],
    new: tuple[str, ...],
    output_format: str,
    config_file: str | None,
    jobs: int | None,
    color: str,
) -> None:
    """Show the settings and curves in which NEW differs from REF.

    Each is one run, or several that differ only in their seed: a folder or a quoted pattern such as
    'runs/lr0.1-seed*'. A curve counts as different where the difference exceeds the noise of both sides. Exits with
    0 whatever differs, with 3 when no run was found.
    """
    from logdoctor.gate.comparing import compare
    from logdoctor.reading import read
    from logdoctor.reports import compared_json
    from logdoctor.reports.terminal import compared as compared_lines

    roles = settings(config_file).roles
    with working(jobs) as workers:
        old, now = (read(list(paths), roles, workers=workers).runs for paths in (reference, new))
    compared = compare(old, now)
    as_json = output_format == "json"
    text = compared_json.render(compared) if as_json else compared_lines.render(compared, terminal_page(color))
    write_out([text], utf8=as_json)
