"""How right a tool is on labelled runs: pure functions of what is true and what was said.

A symptom is what a fault was expected to show. It is found when any rule that names it speaks above a note. Some
rules are true of the log rather than of the training, or only ever say what is worth knowing: they count as found
at any severity, and as a note they are no alarm. Everything above a note that is neither expected nor accepted is a
false alarm, be it on a sound run or beside another fault; a finding that another explains counts like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .labels import Label

ABOUT_THE_LOG = frozenset(
    {
        "restart-overlap", "damaged-log", "duplicate-run", "missing-steps", "interrupted-run", "lr-range-test",
        "still-improving",
    }
)  # fmt: skip
"""Rules that are found at any severity, besides those whose severity is a note by nature."""


@dataclass(frozen=True)
class Said:
    """One thing that a tool says of a run."""

    rules: frozenset[str]
    """Ids of rules that say this; of a finding of ours its own rule alone."""
    loud: bool = True
    """Whether it is above a note."""
    always_counts: bool = False
    """Whether it counts as found as a note too."""
    name: str = ""
    confidence: str = ""
    causes: tuple[str, ...] = ()
    """Best supported first."""
    folded: bool = False
    """Whether another finding explains it."""


@dataclass(frozen=True)
class Verdict:
    """What is true of a run, and what one tool said of it, in the tool's order."""

    label: Label
    said: tuple[Said, ...] = ()
    read: bool = True
    """Whether the tool found a run there."""

    @cached_property
    def hit(self) -> Said | None:
        """What names the planted fault: the best-placed that nothing else explains, else the best-placed."""
        wanted = frozenset(self.label.expect)
        naming = [one for one in self.said if one.rules & wanted and (one.loud or one.always_counts)]
        return min(naming, key=lambda one: one.folded, default=None)

    @cached_property
    def false_alarms(self) -> tuple[Said, ...]:
        return tuple(one for one in self.said if one.loud and not one.rules & self.label.allowed)

    @property
    def cause_rank(self) -> int | None:
        """Place of the first right cause in what names the fault, from 0; None where there is none."""
        causes = self.hit.causes if self.hit else ()
        return next((place for place, cause in enumerate(causes) if cause in self.label.causes), None)


@dataclass(frozen=True)
class SymptomScore:
    """How well one symptom is found."""

    name: str
    planted: int
    found: int
    false: int
    """Runs on which a rule that names this symptom spoke falsely."""

    @property
    def recall(self) -> float:
        return share(self.found, self.planted)

    @property
    def precision(self) -> float:
        return share(self.found, self.found + self.false)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class CauseScore:
    """How often a right cause is named, over runs whose causes are labelled."""

    labelled: int
    found: int
    """Of those, runs whose symptom was found."""
    first: int
    among_three: int


@dataclass(frozen=True)
class Score:
    """How right a tool is on a folder."""

    symptoms: tuple[SymptomScore, ...]
    sound: int
    sound_alarmed: int
    sound_alarms: Mapping[str, int]
    """Sound runs on which each false alarm was raised, by its name."""
    causes: CauseScore
    calibration: Mapping[str, tuple[int, int]]
    """By confidence: findings above a note that are right, and all."""

    @property
    def macro_f1(self) -> float:
        return share(sum(one.f1 for one in self.symptoms), len(self.symptoms))

    @property
    def planted(self) -> int:
        return sum(one.planted for one in self.symptoms)

    @property
    def found(self) -> int:
        return sum(one.found for one in self.symptoms)


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def score(verdicts: Sequence[Verdict]) -> Score:
    """Score a tool on the runs whose labels show in the log."""
    judged = [one for one in verdicts if one.label.shown]
    sound = [one for one in judged if one.label.sound]
    return Score(
        symptoms=score_symptoms(judged),
        sound=len(sound),
        sound_alarmed=sum(bool(one.false_alarms) for one in sound),
        sound_alarms=dict(Counter(name for one in sound for name in {said.name for said in one.false_alarms})),
        causes=score_causes(judged),
        calibration=calibrate(judged),
    )


def score_symptoms(verdicts: Sequence[Verdict]) -> tuple[SymptomScore, ...]:
    """Score each symptom that was planted anywhere, by name."""
    naming: dict[str, frozenset[str]] = {}
    for one in verdicts:
        if one.label.symptom:
            naming[one.label.symptom] = naming.get(one.label.symptom, frozenset()) | set(one.label.expect)
    scores = []
    for symptom, rules in sorted(naming.items()):
        planted = [one for one in verdicts if one.label.symptom == symptom]
        scores.append(
            SymptomScore(
                symptom,
                planted=len(planted),
                found=sum(one.hit is not None for one in planted),
                false=sum(any(said.rules & rules for said in one.false_alarms) for one in verdicts),
            )
        )
    return tuple(scores)


def score_causes(verdicts: Sequence[Verdict]) -> CauseScore:
    labelled = [one for one in verdicts if one.label.causes and one.label.symptom]
    ranks = [one.cause_rank for one in labelled]
    return CauseScore(
        labelled=len(labelled),
        found=sum(one.hit is not None for one in labelled),
        first=sum(rank == 0 for rank in ranks),
        among_three=sum(rank is not None and rank < 3 for rank in ranks),
    )


def calibrate(verdicts: Sequence[Verdict]) -> dict[str, tuple[int, int]]:
    """Return for each confidence how many findings above a note are right, and how many there are."""
    loud = [(said, bool(said.rules & one.label.allowed)) for one in verdicts for said in one.said if said.loud]
    levels = {said.confidence for said, _ in loud}
    return {
        level: (
            sum(right for said, right in loud if said.confidence == level),
            sum(said.confidence == level for said, _ in loud),
        )
        for level in levels
    }
