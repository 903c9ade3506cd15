"""Kinds of setting values: how each is read, and its JSON schema for editors.

A section is a frozen dataclass whose fields are made with `setting`; reading, the JSON schema and `config show` all
derive from these declarations.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from logdoctor.errors import nearest

T = TypeVar("T")


@dataclass(frozen=True)
class Kind:
    """A kind of value."""

    read: Callable[[Any], Any]
    """Converts a TOML value; raises ValueError, which says what was expected."""
    schema: Mapping[str, Any]
    """The same as a JSON schema."""


@dataclass(frozen=True)
class Key:
    """One key of a section, as it is declared."""

    name: str
    """As it is written in TOML."""
    field: str
    kind: Kind
    doc: str
    required: bool


def setting(kind: Kind, doc: str, default: Any = dataclasses.MISSING, name: str = "") -> Any:
    """Declare a field of a section; without a default the key is required. `name` is its name in TOML if different."""
    metadata = {"kind": kind, "doc": doc, "name": name}
    if default is dict:
        return dataclasses.field(default_factory=dict, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def keys(section: type) -> Iterator[Key]:
    """Yield the declared keys of a section in order."""
    for field in dataclasses.fields(section):
        if "kind" in field.metadata:
            name = field.metadata["name"] or field.name.replace("_", "-")
            required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            yield Key(name, field.name, field.metadata["kind"], field.metadata["doc"], required)


def read_section(section: type[T], table: Any) -> T:
    """Make a section from a TOML table; raises ValueError, which names the key."""
    if not isinstance(table, Mapping):
        raise ValueError(f"expected a table, not {table!r}")
    known = {key.name: key for key in keys(section)}
    values = {}
    for name, value in table.items():
        if name not in known:
            raise ValueError(f"unknown key {name!r}{nearest(name, known)}")
        values[known[name].field] = _within(name, known[name].kind, value)
    for key in known.values():
        if key.required and key.field not in values:
            raise ValueError(f"the key {key.name!r} is missing")
    return section(**values)


def section_schema(section: type) -> dict[str, Any]:
    """Return the JSON schema of a section."""
    found = list(keys(section))
    required = [key.name for key in found if key.required]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: {**key.kind.schema, "description": key.doc} for key in found},
        **({"required": required} if required else {}),
    }


def _within(name: str, kind: Kind, value: Any) -> Any:
    try:
        return kind.read(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a text, not {value!r}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ValueError(f"expected a text or a list of texts, not {value!r}")


def _limit(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise ValueError(f"expected a number, not {value!r}")
    return float(value)


def _number(value: Any) -> float:
    if math.isinf(number := _limit(value)):
        raise ValueError(f"expected a finite number, not {value!r}")
    return number


def _tolerance(value: Any) -> float:
    if (number := _number(value)) < 0:
        raise ValueError(f"expected a number that is not negative, not {value!r}")
    return number


def _share(value: Any) -> float:
    if not 0 <= (number := _number(value)) <= 1:
        raise ValueError(f"expected a share from 0 to 1, not {value!r}")
    return number


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"expected a whole number from 1, not {value!r}")
    return value


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_text(value))
    except ValueError as error:
        raise ValueError(f"expected a date such as 2027-03-01, not {value!r}") from error


TEXT = Kind(_text, {"type": "string"})
TEXTS = Kind(_texts, {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
NUMBER = Kind(_number, {"type": "number"})
LIMIT = Kind(_limit, {"type": "number"})
"""A number or an infinity, which switches a limit off."""
TOLERANCE = Kind(_tolerance, {"type": "number", "minimum": 0})
SHARE = Kind(_share, {"type": "number", "minimum": 0, "maximum": 1})
COUNT = Kind(_count, {"type": "integer", "minimum": 1})
DAY = Kind(_day, {"type": "string", "format": "date"})


def choice(values: type[StrEnum]) -> Kind:
    """Return the kind of a name out of a few."""
    names = [str(one) for one in values]

    def read(value: Any) -> StrEnum:
        if value not in names:
            raise ValueError(f"expected one of {', '.join(names)}, not {value!r}")
        return values(value)

    return Kind(read, {"enum": names})


def table(section: type) -> Kind:
    """Return the kind of a table that is a section of its own: `[reference]`."""
    return Kind(lambda value: read_section(section, value), section_schema(section))


def tables(section: type) -> Kind:
    """Return the kind of a list of tables: `[[assert]]`."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise ValueError(f"expected a list of tables, each under a heading of its own in [[ ]], not {value!r}")
        return tuple(_within(f"entry {at}", one, each) for at, each in enumerate(value, start=1))

    one = table(section)
    return Kind(read, {"type": "array", "items": one.schema})


def table_of(kind: Kind, names: Mapping[str, Any] | None = None, noun: str = "key") -> Kind:
    """Return the kind of a table whose keys are names: any, or some of those given."""

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError(f"expected a table, not {value!r}")
        for name in value:
            if names is not None and name not in names:
                raise ValueError(f"unknown {noun} {name!r}{nearest(name, names)}")
        return {name: _within(name, kind, one) for name, one in value.items()}

    if names is None:
        return Kind(read, {"type": "object", "additionalProperties": kind.schema})
    properties = dict.fromkeys(names, kind.schema)
    return Kind(read, {"type": "object", "additionalProperties": False, "properties": properties})
