"""How two runs, or two groups of seeds, differ: plain data for reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from logdoctor.run import Setting


class Change(StrEnum):
    """What became of a curve."""

    SAME = "within noise"
    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"
    """It differs beyond the noise, and either no side is better or it ends where the other does."""
    BROKEN = "broken"
    """It holds NaN or infinities that the reference does not."""
    UNKNOWN = "not comparable"


@dataclass(frozen=True, slots=True)
class SettingDifference:
    """One setting in which the two sides differ; several values where the runs of a side differ."""

    name: str
    reference: tuple[Setting, ...]
    """Empty where no run of this side has the setting."""
    new: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class CurveSummary:
    """One side of a curve over the steps that both have: medians over its seeds."""

    end: float
    """Median of the last tenth of the windows."""
    best: float
    average: float
    """Area under the curve divided by its length in steps."""


@dataclass(frozen=True, slots=True)
class CurveDifference:
    """How the curves of one role differ."""

    role: str
    series: str
    """Name in the reference."""
    new_series: str
    axis: str
    change: Change
    reference: CurveSummary | None = None
    new: CurveSummary | None = None
    first_step: int | None = None
    """First step at which they differ by more than noise."""
    overlap: float = 0.0
    """Share of the reference's steps that both have."""
    beyond: str = ""
    """Where the side that is longer ends, as a clause; empty where both end together."""
    problem: str = ""
    """Why they cannot be compared, or what is broken."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sides, each a run or several seeds of one."""

    reference: tuple[str, ...]
    """Names of the runs."""
    new: tuple[str, ...]
    settings: tuple[SettingDifference, ...]
    curves: tuple[CurveDifference, ...]
    remarks: tuple[str, ...] = ()
    """What is to be known of the comparison, one sentence each."""
