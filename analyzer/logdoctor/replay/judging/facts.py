"""The facts about a failure from which its cause is judged, and their wording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor.finding import Confidence
from logdoctor.replayed import Baseline, Birth, Culprits, Outcome, Probe, Trial

NOT_PROBED = Probe()


@dataclass(frozen=True)
class Facts:
    """What is known when the cause is judged."""

    baseline: Baseline
    birth: Birth | None = None
    probe: Probe = NOT_PROBED
    trials: tuple[Trial, ...] = ()
    half: bool = False
    """The number that is not finite was born in half precision."""
    exact: bool = True
    """States, batches and random numbers were all put back."""
    batches: bool = True
    """The batches were those of the run."""
    rate_ratio: float = 1.0
    """Largest rise of a group's learning rate within the window."""
    rate_jump: bool = False
    """It rose from one step to the next, not little by little."""
    rms: float | None = None
    """The largest update RMS near the failure; None where the optimizer keeps no second moment."""
    rms_before: float | None = None
    """The median of the steps before."""
    norm_ratio: float | None = None
    """The largest gradient norm up to the failure over the median of the healthy steps."""
    logged_failure: int | None = None
    """The step near the flagged one whose logged loss fails, if one does."""
    culprits: Culprits | None = None

    def removed(self, *names: str) -> Trial | None:
        """Return the first trial of these names that removed the failure."""
        fitting = [one for name in names for one in self.trials if one.name == name]
        return next((one for one in fitting if one.outcome is Outcome.REMOVED), None)


@dataclass(frozen=True)
class Judgement:
    """A cause that the facts support."""

    cause: str
    confidence: Confidence
    evidence: tuple[str, ...]
    remedies: tuple[str, ...] = ()
    """Names of the trials that may be prescribed, best first."""
    code: str = ""
    """The change to the code that no replay can test."""


def without_failure(trial: Trial) -> str:
    """Say that a change removed the failure."""
    return f"it does not fail when you {trial.text}"


def examples_at_fault(facts: Facts) -> Iterator[str]:
    """Yield what is known of single examples of the batch."""
    found = facts.culprits
    if found is None or not found.examples:
        return
    places = " and ".join(map(str, found.examples))
    within = f" of part {found.part}" if found.part is not None else ""
    noun, fail = ("example", "fails") if len(found.examples) == 1 else ("examples", "fail")
    sentence = f"{noun} {places} of {found.of}{within}, counted from 0, {fail} alone"
    rest = {True: "; the rest of the batch goes well", False: "; so does the rest together", None: ""}
    yield sentence + rest[found.rest_goes_well] + (f"; {found.told}" if found.told else "")


def failing_step(facts: Facts) -> int | None:
    """Return the first step that fails, or None."""
    return facts.baseline.failure.step if facts.baseline.failure is not None else None
