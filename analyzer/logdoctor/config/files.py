"""Find and read the file that holds the settings: `logdoctor.toml`, or `[tool.logdoctor]` in `pyproject.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from logdoctor.config.kinds import keys, read_section, section_schema, setting, tables
from logdoctor.config.settings import Config, Suppression
from logdoctor.errors import ConfigurationError, reason

FILE_NAMES = ("logdoctor.toml", ".logdoctor.toml", "pyproject.toml")
"""Searched for in the current folder, then upward; the first that has settings counts."""

SCHEMA_ID = "http://json-schema.org/draft-07/schema#"
"""The draft that taplo and the editors that use it support."""


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
        raise ConfigurationError(f"{file}: {'is a folder; name its file' if file.is_dir() else 'no such file'}")
    table = _table(file)
    if table is None:
        raise ConfigurationError(f"{file}: holds no [tool.logdoctor]")
    return parse_config(table, file)


def holds_settings(file: Path) -> bool:
    """Tell whether a file holds settings, which a `pyproject.toml` need not.

    Raises ConfigurationError when it cannot be read.
    """
    return _table(file) is not None


def parse_config(table: Mapping[str, Any], file: Path) -> Config:
    """Check a table of settings; raises ConfigurationError, which suggests the nearest key for an unknown one."""
    try:
        config = read_section(Config, table)
    except ValueError as error:
        raise ConfigurationError(f"{file}: {error}") from error
    origins = {key.field: str(file) for key in keys(Config) if key.name in table}
    return replace(config, path=file, origins=origins)


@dataclass(frozen=True)
class SuppressionFile:
    """A file of suppressions alone."""

    suppressions: tuple[Suppression, ...] = setting(tables(Suppression), "Known findings.", (), name="suppress")


def read_suppressions(file: Path) -> tuple[Suppression, ...]:
    """Return the suppressions of a file; raises ConfigurationError when it cannot be read or holds anything else."""
    try:
        return read_section(SuppressionFile, _document(file)).suppressions
    except ValueError as error:
        raise ConfigurationError(f"{file}: {error}") from error


def with_suppressions(config: Config, files: Sequence[str] = ()) -> Config:
    """Return the settings with the suppressions of the files that they name and of further files."""
    more = [one for file in _beside(config, config.suppress_files, files) for one in read_suppressions(file)]
    return replace(config, suppressions=(*config.suppressions, *more))


def reference_files(config: Config, files: Sequence[str] = ()) -> list[Path]:
    """Return the reference files that the settings name and further ones, each once."""
    return list(dict.fromkeys(_beside(config, config.reference.files, files)))


def _beside(config: Config, named: Sequence[str], files: Sequence[str]) -> list[Path]:
    """Return the files named in the settings, relative to the settings file, and those of the command line."""
    folder = config.path.parent if config.path else Path()
    return [*(folder / name for name in named), *map(Path, files)]


def config_schema() -> dict[str, Any]:
    """Return the JSON schema of `logdoctor.toml`."""
    return {"$schema": SCHEMA_ID, "title": "logdoctor.toml", **section_schema(Config)}


def _table(file: Path) -> Mapping[str, Any] | None:
    document = _document(file)
    if file.name == "pyproject.toml":
        tools = document.get("tool", {})
        return tools.get("logdoctor") if isinstance(tools, dict) else None
    if "tool" in document:
        raise ConfigurationError(f"{file}: [tool.logdoctor] is for pyproject.toml; here the keys stand without it")
    return document


def _document(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: {reason(error)}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{file}: no TOML: {error}") from error
