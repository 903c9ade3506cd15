"""Settings of an analysis and of a gate: every key of `logdoctor.toml`, declared once."""

# ruff: noqa: RUF009 - `setting` makes a field of a dataclass, as `field` does

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from logdoctor.config.kinds import (
    COUNT,
    DAY,
    LIMIT,
    NUMBER,
    SHARE,
    TEXT,
    TEXTS,
    TOLERANCE,
    Kind,
    choice,
    setting,
    table,
    table_of,
    tables,
)
from logdoctor.errors import ConfigurationError, nearest
from logdoctor.finding import Confidence, Severity
from logdoctor.run import ROLES
from logdoctor.run.understand import Overrides


class FailOn(StrEnum):
    """The lowest severity that fails a gate."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"

    @property
    def severity(self) -> Severity | None:
        """The severity; None when nothing fails."""
        return None if self is FailOn.NEVER else Severity(self.value)


class Preset(StrEnum):
    """Settings of a gate under one name."""

    SMOKE = "smoke"
    """For a job that trains a few steps: only errors of high confidence fail."""
    RECOMMENDED = "recommended"
    """For real trainings: errors fail, findings of low confidence are left out."""
    STRICT = "strict"
    """For releases: warnings fail too, findings of low confidence count, suppressions need reasons."""


PRESETS: Mapping[Preset, Mapping[str, Any]] = {
    Preset.SMOKE: {"fail_on": FailOn.ERROR, "min_severity": Severity.ERROR, "min_confidence": Confidence.HIGH},
    Preset.RECOMMENDED: {"fail_on": FailOn.ERROR, "min_confidence": Confidence.MEDIUM},
    Preset.STRICT: {"fail_on": FailOn.WARNING, "min_confidence": Confidence.LOW},
}
"""What each preset sets, by field of Config; the settings file and the command line take precedence."""


class Statistic(StrEnum):
    """A number that an assertion takes from a series. Levels are medians over blocks of points, never single values."""

    BEST = "best"
    """The best level: lowest or highest, as the role or the bound says."""
    END = "end"
    """The median of the last tenth of the values."""
    LOWEST = "lowest"
    """The lowest level."""
    HIGHEST = "highest"
    """The highest level."""
    AVERAGE = "average"
    """The mean level over the steps: the area under the curve divided by its length."""
    STEPS_TO = "steps-to"
    """The first step at which the level is as good as `target`."""
    MAX_DRAWDOWN = "max-drawdown"
    """The most that the level ever got worse than its best until then."""
    SPIKE_COUNT = "spike-count"
    """The number of excursions by ten times the noise or more above the values just before."""
    NOISE = "noise"
    """Standard deviation of single values around the level."""
    LAST_STEP = "last-step"
    """The last step that was logged."""
    THROUGHPUT = "throughput"
    """The usual speed of the run, as logged, else in steps per second from its wall times."""


class Aggregate(StrEnum):
    """What an assertion about several runs compares with its bounds."""

    EACH = "each"
    """Every run on its own."""
    MEDIAN = "median"
    """The median over the runs."""
    BEST = "best"
    """The run that meets the bounds best: one good run is enough."""
    WORST = "worst"
    """The run that meets them worst."""


def _role(value: Any) -> str:
    if not isinstance(value, str) or value not in ROLES:
        raise ValueError(f"unknown role {value!r}{nearest(str(value), ROLES)}")
    return value


def _roles() -> Kind:
    named = table_of(TEXTS, ROLES, "role")
    return Kind(lambda value: {ROLES[name]: texts for name, texts in named.read(value).items()}, named.schema)


def _thresholds() -> Kind:
    named = table_of(table_of(LIMIT))

    def read(value: Any) -> dict[str, dict[str, float]]:
        tables_ = named.read(value).items()
        return {rule: {name.replace("-", "_"): one for name, one in numbers.items()} for rule, numbers in tables_}

    return Kind(read, named.schema)


ROLE = Kind(_role, {"enum": list(ROLES)})
ROLE_PATTERNS = _roles()
THRESHOLDS = _thresholds()


@dataclass(frozen=True)
class Assertion:
    """One `[[assert]]`: a number of a series that must lie within bounds."""

    statistic: Statistic = setting(choice(Statistic), "The number that must lie within the bounds.")
    run: str = setting(TEXT, "Shell pattern for the names of runs.", "*")
    series: str = setting(TEXT, "Shell pattern for the names of series; or give `role`.", "")
    role: str = setting(ROLE, "Role of the series; or give `series`.", "")
    target: float | None = setting(NUMBER, "The value that `steps-to` waits for.", None)
    min: float | None = setting(NUMBER, "The smallest value that passes.", None)
    max: float | None = setting(NUMBER, "The largest value that passes.", None)
    level: Severity = setting(choice(Severity), "What a failure counts as.", Severity.ERROR)
    aggregate: Aggregate = setting(choice(Aggregate), "What is compared where several runs match.", Aggregate.EACH)

    def __post_init__(self) -> None:
        """Reject combinations that make no sense."""
        if self.min is None and self.max is None:
            raise ValueError("neither min nor max is given")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is larger than max: nothing can pass")
        if self.statistic is Statistic.THROUGHPUT and (self.series or self.role):
            raise ValueError("throughput is one of the whole run: it takes neither series nor role")
        if self.statistic is not Statistic.THROUGHPUT and bool(self.series) == bool(self.role):
            raise ValueError("exactly one of series and role must be given")
        if (self.statistic is Statistic.STEPS_TO) != (self.target is not None):
            raise ValueError("target goes with the statistic steps-to, and only with it")


@dataclass(frozen=True)
class Suppression:
    """One `[[suppress]]`: findings that are known and do not count."""

    rule: str = setting(TEXT, "Shell pattern for rule ids.")
    run: str = setting(TEXT, "Shell pattern for the names of runs.", "*")
    series: str = setting(TEXT, "Shell pattern for the series that the finding points at.", "*")
    reason: str = setting(TEXT, "Why it is not a problem; the preset strict requires one.", "")
    expires: date | None = setting(DAY, "The last day on which it applies.", None)


@dataclass(frozen=True)
class References:
    """The table `[reference]`: golden curves, and how closely a run must follow them."""

    files: tuple[str, ...] = setting(TEXTS, "Reference files, relative to this file.", ())
    k: float = setting(TOLERANCE, "Half width of the band in standard deviations over the seeds.", 4.0)
    rtol: float = setting(TOLERANCE, "Smallest half width of the band, relative to the reference.", 0.05)
    atol: float = setting(TOLERANCE, "Smallest half width of the band, in the unit of the series.", 0.0)
    shift: float = setting(SHARE, "Share of the run by which a curve may be early or late.", 0.05)
    min_overlap: float = setting(SHARE, "Smallest share of the reference's steps that a run must have.", 0.8)
    level: Severity = setting(choice(Severity), "What a regression counts as.", Severity.ERROR)


@dataclass(frozen=True)
class Config:
    """Which rules to apply, what to show, and what fails a gate."""

    preset: Preset = setting(choice(Preset), "Settings of `check` under one name.", Preset.RECOMMENDED)
    select: tuple[str, ...] = setting(TEXTS, "Ids of the only rules to apply.", ())
    ignore: tuple[str, ...] = setting(TEXTS, "Ids of rules to skip.", ())
    exclude: tuple[str, ...] = setting(TEXTS, "Shell patterns for the names of runs to leave out.", ())
    min_severity: Severity = setting(choice(Severity), "Findings of lower severity are left out.", Severity.NOTE)
    min_confidence: Confidence = setting(
        choice(Confidence), "Findings of lower confidence are left out.", Confidence.LOW
    )
    fail_on: FailOn = setting(choice(FailOn), "The lowest severity that fails `check`.", FailOn.ERROR)
    require_runs: int = setting(COUNT, "The fewest runs that `check` must find.", 1)
    roles: Overrides = setting(ROLE_PATTERNS, "Shell patterns for series names, by role.", dict)
    thresholds: Mapping[str, Mapping[str, float]] = setting(
        THRESHOLDS, "Thresholds by rule id and name; `logdoctor rule NAME` lists them.", dict, name="rules"
    )
    assertions: tuple[Assertion, ...] = setting(
        tables(Assertion), "Numbers of series that must lie within bounds.", (), name="assert"
    )
    suppressions: tuple[Suppression, ...] = setting(
        tables(Suppression), "Findings that are known and do not count.", (), name="suppress"
    )
    suppress_files: tuple[str, ...] = setting(TEXTS, "Files with more [[suppress]], relative to this file.", ())
    reference: References = setting(table(References), "Golden curves to compare with.", References())
    path: Path | None = None
    """The file these settings come from."""
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where each field that was set comes from: the file, `command line` or a preset."""

    def asks(self, rule: str) -> bool:
        """Tell whether a rule is selected."""
        return (not self.select or rule in self.select) and rule not in self.ignore

    def whence(self, field: str) -> str:
        """Return the file that a field was set in, as the beginning of an error about it; else nothing."""
        origin = self.origins.get(field, "")
        return f"{origin}: " if self.path is not None and origin == str(self.path) else ""

    def with_options(self, **options: Any) -> Config:
        """Return the settings, overridden by those options of the command line that were given."""
        overrides = {name: value for name, value in options.items() if value not in (None, ())}
        return replace(self, **overrides, origins={**self.origins, **dict.fromkeys(overrides, "command line")})

    def of_gate(self) -> Config:
        """Return the settings with those of the preset, where neither file nor command line say otherwise.

        No preset leaves out findings that should fail; raises ConfigurationError where file or command line do.
        """
        unsaid = {name: value for name, value in PRESETS[self.preset].items() if name not in self.origins}
        fails_on = self.fail_on.severity if "fail_on" in self.origins else None
        if fails_on and "min_severity" in unsaid:
            unsaid["min_severity"] = min(unsaid["min_severity"], fails_on, key=lambda one: one.rank)
        origins = {**self.origins, **dict.fromkeys(unsaid, f"preset {self.preset}")}
        gate = replace(self, **unsaid, origins=origins)
        fails_on = gate.fail_on.severity
        if fails_on and gate.min_severity.rank > fails_on.rank:
            raise ConfigurationError(
                f"min-severity {gate.min_severity} ({origins['min_severity']}) leaves out what fail-on {gate.fail_on} "
                f"({origins['fail_on']}) is to fail on: lower the one or raise the other"
            )
        return gate
