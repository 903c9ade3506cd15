"""Judge a diagnosis: every check that the settings ask for, and what they leave of the findings."""

from __future__ import annotations

from datetime import date

from logdoctor.config import Config
from logdoctor.diagnosis import Diagnosis
from logdoctor.gate.assertions import assertion_checks, matching_runs
from logdoctor.gate.intact import anything_to_judge, enough_runs, intact_checks
from logdoctor.gate.suppressions import suppress
from logdoctor.gated import Gated


def judge(diagnosis: Diagnosis, config: Config, today: date) -> Gated:
    """Return what a gate with these settings makes of a diagnosis; `today` decides which suppressions expired.

    A run that an assertion names must be whole as far as the assertion goes; of any other run the losses must be.
    """
    runs = [one.run for one in diagnosis.runs]
    asserted = [check for one in config.assertions for check in assertion_checks(one, runs)]
    named = {run.name for one in config.assertions for run in matching_runs(runs, one.run)}
    unnamed = [run for run in runs if run.name not in named]
    checks = [*enough_runs(runs, config.require_runs), *asserted, *intact_checks(unnamed)]
    if not asserted:
        checks += anything_to_judge(runs)
    left, suppressed, remarks = suppress(diagnosis, config.suppressions, today)
    return Gated(left, config.fail_on.severity, tuple(checks), suppressed, remarks)
