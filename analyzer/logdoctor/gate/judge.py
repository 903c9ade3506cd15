"""Judge a diagnosis: every check that the settings ask for, and what they leave of the findings."""

from __future__ import annotations

from logdoctor.config import Config
from logdoctor.diagnosis import Diagnosis
from logdoctor.gate.intact import anything_to_judge, enough_runs, intact_checks
from logdoctor.gated import Gated


def judge(diagnosis: Diagnosis, config: Config) -> Gated:
    """Return what a gate with these settings makes of a diagnosis."""
    runs = [one.run for one in diagnosis.runs]
    checks = [*enough_runs(runs, config.require_runs), *anything_to_judge(runs), *intact_checks(runs)]
    return Gated(diagnosis, config.fail_on.severity, tuple(checks))
