"""The trials on a failure and their outcomes, and the verdict based on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from logdoctor.finding import Confidence
from logdoctor.wording import counted

CHANGES = (
    "earlier-state", "skip", "swap", "precision", "bfloat16", "loss-scale", "rate-before", "epsilon", "update-clip",
    "beta2", "warm-up", "moments", "learning-rate", "clip", "zero-gradients",
)  # fmt: skip
"""Names of the changes that can be tried, in the order in which they are."""

PATCHED = "patched"
"""Name of the trial of code that was changed since."""


class Outcome(StrEnum):
    """What a change did to the failure."""

    REMOVED = "removed"
    POSTPONED = "postponed"
    UNCHANGED = "unchanged"
    WORSE = "worse"
    UNTESTED = "untested"


@dataclass(frozen=True, slots=True)
class Trial:
    """One change, and what it did."""

    name: str
    """One of CHANGES, two of them joined by `+`, or PATCHED."""
    text: str
    """The change in words: "lower the learning rate from 0.1 to 0.01"."""
    dose: float | None = None
    """How strong the change is, in its own unit."""
    lead: int = 0
    """Steps before the failure at which it begins."""
    outcome: Outcome = Outcome.UNTESTED
    failed_step: int | None = None
    end_loss: float | None = None
    passed: int = 0
    tried: int = 0
    """Runs: the first, those with other seeds, the one over a longer horizon."""
    reason: str = ""
    """Why it could not be tested, or how the step fails now where it failed otherwise before."""

    @property
    def begun(self) -> str:
        """How long before the failure it began, as a clause: that it helps from the start on is not tested."""
        return f", begun {counted(self.lead, 'step')} before" if self.lead else ""


class Wording(StrEnum):
    """What may be said of a fix."""

    TESTED = "tested"
    DELAYS = "tested, only delays"
    NO_EFFECT = "no effect"
    NOT_TESTED = "not tested"


@dataclass(frozen=True, slots=True)
class Prescription:
    """What to do."""

    text: str
    wording: Wording
    trial: int | None = None
    """Index of the trial that tested it."""
    alongside: str = ""
    """What a tested fix leaves open: the code change that no replay can test."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What caused it, by experiment."""

    cause: str
    """An id of `logdoctor.causes`."""
    confidence: Confidence
    second: str = ""
    """The cause that fits next best; empty for none."""
    evidence: tuple[str, ...] = ()
    """Sentences with numbers."""
    ruled_out: tuple[str, ...] = ()
    """Sentences: what was tried and did not matter."""
    prescription: Prescription | None = None
