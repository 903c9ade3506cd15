"""`logdoctor check`: the same analysis, judged."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import date

import click

from logdoctor.cli import ExitCode, completion
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

EXIT_CODES = {
    "passed": ExitCode.FINISHED,
    "failed": ExitCode.FAILED,
    "unfinished": ExitCode.UNFINISHED,
    "inconclusive": ExitCode.INCONCLUSIVE,
}
"""Exit code of each verdict."""

LONG_AFTER = math.inf
"""A gate treats every log as finished: in CI every file is new, and would pass for "still being written"."""


@click.command("check", cls=Diagnosing)
@paths_argument
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="Lowest severity that fails; error unless the preset or the configuration says otherwise.",
)
@click.option(
    "--preset",
    type=click.Choice(["smoke", "recommended", "strict"]),
    help="smoke: only errors of high confidence fail; recommended: errors fail, findings of low confidence are left "
    "out; strict: warnings fail too.",
)
@click.option("--require-runs", type=click.IntRange(min=1), metavar="N", help="Fewest runs that must be found.")
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="FILE",
    shell_complete=completion.paths,
    help="Reference file to compare with; repeatable.",
)
@click.option(
    "--suppressions",
    multiple=True,
    metavar="FILE",
    shell_complete=completion.paths,
    help="File with additional [[suppress]] entries; repeatable.",
)
@report_options
@question_options
@config_option
@jobs_option
@color_option
def command(
    *,
    paths: Sequence[str],
    fail_on: str | None,
    preset: str | None,
    require_runs: int | None,
    references: Sequence[str],
    suppressions: Sequence[str],
    output_format: str,
    outputs: Outputs,
    question: Question,
    config_file: str | None,
    jobs: int | None,
    color: str,
) -> int:
    """Judge every training run at or below each PATH, for CI. All logs are treated as finished, however new.

    Exits with 0 when everything passes, 1 when a finding or a check at or above --fail-on fails, 2 when it could not
    finish, and 3 when there is no verdict: no run was found, a run, series or training loss is missing, data are
    damaged, or a reference is stale because it was made in another environment.
    """
    from logdoctor.config import FailOn, Preset, reference_files, with_suppressions
    from logdoctor.diagnosis import analyze
    from logdoctor.gate.judge import judge
    from logdoctor.gate.reference_file import read_reference
    from logdoctor.gate.suppressions import refuse_unusable
    from logdoctor.packs import installed_rules
    from logdoctor.reports.report import Report

    spare_logs((path for _, path in outputs), paths)
    started = time.perf_counter()
    with replacing_reports(outputs):
        config = question.config(config_file).with_options(
            fail_on=FailOn(fail_on) if fail_on else None,
            preset=Preset(preset) if preset else None,
            require_runs=require_runs,
        )
        config = with_suppressions(config.of_gate(), suppressions)
        rules = [rule.id for rule in installed_rules()]
        refuse_unusable(config.suppressions, rules, need_reason=config.preset is Preset.STRICT)
        golden = [(file.stem, read_reference(file)) for file in reference_files(config, references)]
        with working(jobs) as workers:
            diagnosis = analyze(*paths, config=config, now=LONG_AFTER, workers=workers)
        gated = judge(diagnosis, config, golden, date.today())
    report = Report(gated.diagnosis, time.perf_counter() - started, left_out(config), gated)
    write_reports(report, output_format, outputs, color)
    return EXIT_CODES[gated.verdict]
