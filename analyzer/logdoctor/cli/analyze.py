"""`logdoctor analyze`: read, diagnose, report."""

from __future__ import annotations

import time
from collections.abc import Sequence

import click

from logdoctor.cli.options import color_option, config_option, jobs_option, paths_argument
from logdoctor.cli.output import spare_logs
from logdoctor.cli.progress import working
from logdoctor.cli.question import Question, left_out, question_options
from logdoctor.cli.reporting import (
    Diagnosing,
    Outputs,
    replacing_reports,
    report_options,
    write_reports,
)


@click.command("analyze", cls=Diagnosing)
@paths_argument
@report_options
@question_options
@config_option
@jobs_option
@color_option
def command(
    *,
    paths: Sequence[str],
    output_format: str,
    outputs: Outputs,
    question: Question,
    config_file: str | None,
    jobs: int | None,
    color: str,
) -> None:
    """Read every training log at or below each PATH and report what is wrong, why, and what to try.

    PATH is a folder, a file, a glob pattern, or - for a log on standard input. Exits with 0 whenever the analysis
    finished, whatever it found.
    """
    from logdoctor.diagnosis import analyze
    from logdoctor.reports.report import Report

    spare_logs((path for _, path in outputs), paths)
    started = time.perf_counter()
    with replacing_reports(outputs), working(jobs) as workers:
        config = question.config(config_file)
        diagnosis = analyze(*paths, config=config, workers=workers)
    report = Report(diagnosis, time.perf_counter() - started, left_out(config))
    write_reports(report, output_format, outputs, color)
