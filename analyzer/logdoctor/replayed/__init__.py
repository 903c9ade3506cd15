"""The result of a replay as plain data without torch, for `analyze` and the reports."""

from logdoctor.replayed.birth import Birth, CodeLine, Finiteness, Operand, Phase
from logdoctor.replayed.document import SCHEMA, NotAReplayError, from_json, to_json
from logdoctor.replayed.result import (
    Baseline,
    Cost,
    Culprits,
    Environment,
    Failure,
    Probe,
    Replayed,
    RunUp,
    Shift,
    Swell,
    Symptom,
    Target,
)
from logdoctor.replayed.trial import CHANGES, PATCHED, Outcome, Prescription, Trial, Verdict, Wording

__all__ = [
    "CHANGES",
    "PATCHED",
    "SCHEMA",
    "Baseline",
    "Birth",
    "CodeLine",
    "Cost",
    "Culprits",
    "Environment",
    "Failure",
    "Finiteness",
    "NotAReplayError",
    "Operand",
    "Outcome",
    "Phase",
    "Prescription",
    "Probe",
    "Replayed",
    "RunUp",
    "Shift",
    "Swell",
    "Symptom",
    "Target",
    "Trial",
    "Verdict",
    "Wording",
    "from_json",
    "to_json",
]
