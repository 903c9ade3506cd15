"""`logdoctor config`: show the settings in effect, check them, and print their schema for editors."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from logdoctor.cli import completion
from logdoctor.cli.options import config_option, settings
from logdoctor.cli.output import write_out
from logdoctor.reports.escaping import printable

if TYPE_CHECKING:
    from logdoctor.config import Config


@click.group("config")
def command() -> None:
    """Show the settings in effect, check them, or print their schema for editors."""


@command.command("show")
@click.option("--preset", type=click.Choice(["smoke", "recommended", "strict"]), help="As `check --preset`.")
@config_option
def show(*, preset: str | None, config_file: str | None) -> None:
    """Show every setting of `check` and where it comes from."""
    from logdoctor.config import Preset

    config = settings(config_file).with_options(preset=Preset(preset) if preset else None).of_gate()
    write_out([line + "\n" for line in _shown(config)])


@command.command("schema", short_help="Print the JSON schema of logdoctor.toml.")
def schema() -> None:
    """Print the JSON schema of logdoctor.toml, for taplo and the editors that use it.

    The first line of a settings file can refer to it: #:schema ./logdoctor.schema.json
    """
    from logdoctor.config import config_schema

    write_out([json.dumps(config_schema(), indent=1) + "\n"], utf8=True)


@command.command("check", short_help="Check that the settings are valid.")
@config_option
@click.argument("files", nargs=-1, metavar="[FILE]...", shell_complete=completion.paths)
def check(*, config_file: str | None, files: tuple[str, ...]) -> None:
    """Check that the settings are valid, with every reference and suppression file that they name.

    FILE is a settings or reference file; without any, the settings in effect are checked. Exits with 2 at the first
    error.
    """
    from logdoctor.config import holds_settings
    from logdoctor.gate.reference_file import read_reference

    for name in files or (config_file,):
        if name is not None and name.endswith(".json"):
            read_reference(Path(name))
            write_out([f"{printable(name)}: fine\n"])
            continue
        if name is not None and not holds_settings(Path(name)):
            write_out([f"{printable(name)}: no [tool.logdoctor], nothing to check\n"])
            continue
        config = settings(name)
        _follow(config)
        write_out([f"{printable(str(config.path)) if config.path else 'no settings file, defaults'}: fine\n"])


def _follow(config: Config) -> None:
    """Raise ConfigurationError when settings name something that does not exist."""
    from logdoctor.config import Preset, reference_files, with_suppressions
    from logdoctor.diagnosis import selected_rules
    from logdoctor.gate.reference_file import read_reference
    from logdoctor.gate.suppressions import refuse_unusable
    from logdoctor.packs import installed_rules

    selected_rules(config)
    everything = with_suppressions(config)
    rules = [rule.id for rule in installed_rules()]
    refuse_unusable(everything.suppressions, rules, need_reason=config.preset is Preset.STRICT)
    for file in reference_files(config):
        read_reference(file)


def _shown(config: Config) -> Iterator[str]:
    """Yield `key = value  # where it comes from` for every key, sections as they are written."""
    from logdoctor.config.kinds import keys

    later: list[str] = []
    for key in keys(type(config)):
        value = getattr(config, key.field)
        origin = f"  # {printable(config.origins.get(key.field, 'default'))}"
        if key.field == "roles":
            value = {role.id: patterns for role, patterns in value.items()}
        sections = list(_sections(key.name, value))
        for heading, settings_there in sections:
            later += ["", f"{heading}{origin}", *(f"{name} = {_toml(one)}" for name, one in settings_there.items())]
        if not sections and not isinstance(value, Mapping):
            yield f"{key.name} = {_toml(value)}{origin}"
    yield from later


def _sections(name: str, value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield heading and settings of each TOML section that a value needs; none where it fits on one line."""
    if is_dataclass(value):
        yield f"[{name}]", _fields(value)
    elif isinstance(value, tuple):
        yield from ((f"[[{name}]]", _fields(one)) for one in value if is_dataclass(one))
    elif isinstance(value, Mapping) and any(isinstance(one, Mapping) for one in value.values()):
        yield from ((f"[{name}.{part}]", one) for part, one in value.items())
    elif isinstance(value, Mapping) and value:
        yield f"[{name}]", value


def _fields(section: Any) -> dict[str, Any]:
    """Return those settings of a section that have a value."""
    from logdoctor.config.kinds import keys

    values = {key.name: getattr(section, key.field) for key in keys(type(section))}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _toml(value: Any) -> str:
    """Write a value as TOML does; every text is printable there."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)
