"""Judge a diagnosis: run every check in the settings, and suppress known findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from logdoctor.config import Config
from logdoctor.config.names import matching_runs
from logdoctor.diagnosis import Diagnosis
from logdoctor.gate.assertions import assertion_checks
from logdoctor.gate.intact import enough_runs, intact_checks, missing_runs
from logdoctor.gate.reference_file import Reference
from logdoctor.gate.references import reference_checks
from logdoctor.gate.suppressions import suppress
from logdoctor.gated import Gated


def judge(diagnosis: Diagnosis, config: Config, references: Sequence[tuple[str, Reference]], today: date) -> Gated:
    """Return the result of a gate with these settings.

    References come with the titles of their checks; `today` decides which suppressions have expired. In a run that an
    assertion or a reference names, the named series must be intact; in any other, its losses, at least one of them.
    """
    runs = [one.run for one in diagnosis.runs]
    asserted = [check for one in config.assertions for check in assertion_checks(one, runs)]
    compared = [
        judged
        for title, reference in references
        for judged in reference_checks(title, reference, runs, config.reference)
    ]
    patterns = [*(one.run for one in config.assertions), *(one.applies_to for _, one in references)]
    named = {run.name for pattern in patterns for run in matching_runs(runs, pattern)}
    unnamed = [run for run in runs if run.name not in named]
    checks = [
        *enough_runs(runs, config.require_runs),
        *missing_runs(diagnosis),
        *asserted,
        *(one.check for one in compared),
    ]
    checks += intact_checks(unnamed)
    left, suppressed, remarks = suppress(diagnosis, config.suppressions, today)
    better = tuple(one.remark for one in compared if one.remark)
    remarks = (*diagnosis.unmatched, *remarks, *better)  # moved to the gate, so that no report shows one twice
    return Gated(replace(left, unmatched=()), config.fail_on.severity, tuple(checks), suppressed, remarks)
