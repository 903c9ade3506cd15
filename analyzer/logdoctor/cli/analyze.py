"""`logdoctor analyze`: read, diagnose, report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from logdoctor.cli.options import color_option, config_option, paths_argument, settings
from logdoctor.cli.output import terminal_page, writable, write_file, write_out
from logdoctor.finding import Confidence, Severity
from logdoctor.reports.layout import Page

if TYPE_CHECKING:
    from logdoctor.config import Config
    from logdoctor.diagnosis import Diagnosis

FORMATS = ("full", "concise", "json")
SEVERITIES = [str(one) for one in Severity]
CONFIDENCES = [str(one) for one in Confidence]


def _outputs(_context: click.Context, _parameter: click.Parameter, given: Sequence[str]) -> list[tuple[str, Path]]:
    """Split `FORMAT=PATH`."""
    outputs = []
    for text in given:
        kind, equals, path = text.partition("=")
        if not equals or not path or kind not in FORMATS:
            raise click.BadParameter(f"{text!r} is not FORMAT=PATH with one of the formats {', '.join(FORMATS)}")
        outputs.append((kind, writable(path)))
    return outputs


def _rules(_context: click.Context, _parameter: click.Parameter, given: Sequence[str]) -> tuple[str, ...]:
    """Split at commas."""
    return tuple(name.strip() for text in given for name in text.split(",") if name.strip())


@click.command("analyze")
@paths_argument
@click.option("--output-format", type=click.Choice(FORMATS), default="full", help="What goes to standard output.")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT=PATH",
    callback=_outputs,
    help="Write a report to a file as well; repeatable, the logs are read once.",
)
@click.option("--select", multiple=True, metavar="RULE", callback=_rules, help="Ask only these rules.")
@click.option("--ignore", multiple=True, metavar="RULE", callback=_rules, help="Do not ask these rules.")
@click.option("--min-severity", type=click.Choice(SEVERITIES), help="Leave out findings that matter less.")
@click.option("--min-confidence", type=click.Choice(CONFIDENCES), help="Leave out findings that are less sure.")
@config_option
@color_option
def command(
    *,
    paths: Sequence[str],
    output_format: str,
    outputs: Sequence[tuple[str, Path]],
    select: Sequence[str],
    ignore: Sequence[str],
    min_severity: str | None,
    min_confidence: str | None,
    config_file: str | None,
    color: str,
) -> None:
    """Read every training log at or below each PATH and say what is wrong, why, and what to try.

    PATH is a folder, a file or a pattern. Exits with 0 when it finished, whatever it found.
    """
    from logdoctor.diagnosis import analyze

    started = time.perf_counter()
    config = settings(config_file).with_options(
        select=tuple(select),
        ignore=tuple(ignore),
        min_severity=Severity(min_severity) if min_severity else None,
        min_confidence=Confidence(min_confidence) if min_confidence else None,
    )
    diagnosis = analyze(*paths, config=config)
    seconds = time.perf_counter() - started
    for kind, path in outputs:
        write_file(path, [_rendered(kind, diagnosis, config, Page(), seconds)])
    text = _rendered(output_format, diagnosis, config, terminal_page(color), seconds)
    write_out([text], utf8=output_format == "json")


def _rendered(kind: str, diagnosis: Diagnosis, config: Config, page: Page, seconds: float) -> str:
    from logdoctor.reports import concise, json_v1, terminal

    if kind == "json":
        return json_v1.render(diagnosis)
    if kind == "concise":
        return concise.render(diagnosis, unicode=page.unicode, seconds=seconds)
    return terminal.render(
        diagnosis,
        width=page.width,
        color=page.color,
        unicode=page.unicode,
        seconds=seconds,
        narrowed=_narrows(config),
    )


def _narrows(config: Config) -> bool:
    """Whether the settings leave rules or findings out."""
    return bool(config.select or config.ignore or config.min_severity.rank or config.min_confidence.rank)
