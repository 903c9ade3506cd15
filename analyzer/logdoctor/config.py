"""Settings of an analysis, from `logdoctor.toml`, `[tool.logdoctor]` in `pyproject.toml`, or the command line."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from logdoctor.errors import ConfigurationError, nearest
from logdoctor.finding import Confidence, Severity
from logdoctor.run import ROLES
from logdoctor.run.understand import Overrides

FILE_NAMES = ("logdoctor.toml", ".logdoctor.toml", "pyproject.toml")
"""Looked for in the current folder, then upward; the first that has settings counts."""

KEYS = ("select", "ignore", "min-severity", "min-confidence", "roles", "rules")


@dataclass(frozen=True)
class Config:
    """What to ask and what to show."""

    select: tuple[str, ...] = ()
    """Ids of the only rules to ask; empty for all."""
    ignore: tuple[str, ...] = ()
    """Ids of rules not to ask."""
    min_severity: Severity = Severity.NOTE
    min_confidence: Confidence = Confidence.LOW
    roles: Overrides = field(default_factory=dict)
    """Shell patterns of series names by role: `train-loss = ["objective*"]`."""
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Thresholds by rule id and field name."""
    path: Path | None = None
    """The file these settings come from."""

    def asks(self, rule: str) -> bool:
        """Tell whether a rule is to be asked."""
        return (not self.select or rule in self.select) and rule not in self.ignore

    def with_options(self, **options: Any) -> Config:
        """Return the settings with those options of the command line that were given."""
        return replace(self, **{name: value for name, value in options.items() if value not in (None, ())})


def find_config(folder: Path) -> Config:
    """Return the settings of the nearest file at or above a folder, or the defaults."""
    for place in (folder, *folder.parents):
        for name in FILE_NAMES:
            file = place / name
            if file.is_file() and (table := _table(file)) is not None:
                return parse_config(table, file)
    return Config()


def read_config(file: Path) -> Config:
    """Return the settings of a file; raises ConfigurationError when it cannot be read or holds none."""
    if not file.is_file():
        raise ConfigurationError(f"{file}: no such file")
    table = _table(file)
    if table is None:
        raise ConfigurationError(f"{file}: holds no [tool.logdoctor]")
    return parse_config(table, file)


def _table(file: Path) -> Mapping[str, Any] | None:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{file}: {error}") from error
    if file.name == "pyproject.toml":
        tools = document.get("tool", {})
        return tools.get("logdoctor") if isinstance(tools, dict) else None
    return document


def parse_config(table: Mapping[str, Any], file: Path) -> Config:
    """Check a table of settings; raises ConfigurationError that names the nearest key for an unknown one."""
    for key in table:
        _known(key, KEYS, file, "key")
    try:
        for role in table.get("roles", {}):
            _known(role, ROLES, file, "role")
        return Config(
            select=_texts(table.get("select", ())),
            ignore=_texts(table.get("ignore", ())),
            min_severity=Severity(table.get("min-severity", Severity.NOTE)),
            min_confidence=Confidence(table.get("min-confidence", Confidence.LOW)),
            roles={ROLES[role]: _texts(patterns) for role, patterns in table.get("roles", {}).items()},
            thresholds={
                rule: {name.replace("-", "_"): _number(name, value) for name, value in values.items()}
                for rule, values in table.get("rules", {}).items()
            },
            path=file,
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{file}: {error}") from error


def _number(name: str, value: Any) -> float:
    number = float(value)
    if math.isnan(number):
        raise ValueError(f"{name} is not a number")
    return number


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise TypeError(f"expected a text or a list of texts, not {value!r}")


def _known(name: str, names: Mapping[str, Any] | Sequence[str], file: Path, kind: str) -> None:
    if name not in names:
        raise ConfigurationError(f"{file}: unknown {kind} {name!r}{nearest(name, names)}")
