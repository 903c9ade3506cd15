"""The input of every report: the diagnosis, and what is shown with it."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.diagnosis import Diagnosis
from logdoctor.gated import Gated


@dataclass(frozen=True)
class Report:
    """A diagnosis with what belongs to this analysis alone."""

    diagnosis: Diagnosis
    seconds: float = 0.0
    """How long it took, 0 where nobody measured; no format for machines says it: equal input gives equal bytes."""
    left_out: str = ""
    """What settings leave out, in words: `findings of low confidence are left out`; empty when nothing."""
    gated: Gated | None = None
    """What the gate found, where there is one."""
