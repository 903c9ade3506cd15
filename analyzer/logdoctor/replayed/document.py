"""The result of a replay as versioned JSON, written and read strictly.

The dataclasses are the schema: an unknown or missing key, a wrong type or an excess of anything is an error. A number
that is not finite is `{"value": null, "nonfinite": "nan"}`, as in JSON v1.
"""

from __future__ import annotations

import json
import math
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from logdoctor.errors import LogDoctorError
from logdoctor.replayed.result import Replayed

SCHEMA = "logdoctor-replay/1"

LARGEST_DOCUMENT = 4_000_000
"""Characters; a replay writes some ten thousand."""

LARGEST_LIST = 10_000
LARGEST_TEXT = 20_000

_NONFINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class NotAReplayError(LogDoctorError):
    """A document is not the result of a replay; the message says where it differs."""


def to_json(replayed: Replayed) -> str:
    """Return the result as a JSON document."""
    document = {"schema": SCHEMA, **_encoded(replayed)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def from_json(text: str) -> Replayed:
    """Return the result that a document holds; raises NotAReplayError for anything else."""
    if len(text) > LARGEST_DOCUMENT:
        raise NotAReplayError(f"{len(text):,} characters are too many for a replay (at most {LARGEST_DOCUMENT:,})")
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotAReplayError(f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise NotAReplayError(f"not a replay: a {type(document).__name__} instead of an object")
    schema = document.pop("schema", None)
    if schema != SCHEMA:
        raise NotAReplayError(f"not a replay that this version can read: schema {schema!r} instead of {SCHEMA!r}")
    replayed = _decoded(document, Replayed, "replay")
    assert isinstance(replayed, Replayed)  # noqa: S101 - what _decoded promises, for the type checker
    return replayed


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _encoded(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _encoded(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_encoded(one) for one in value]
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, str):
        return value[:LARGEST_TEXT].encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return {"value": None, "nonfinite": str(value)}
    return value


@cache
def _types(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _decoded(value: Any, kind: Any, where: str) -> Any:
    if get_origin(kind) is UnionType:
        if value is None and NoneType in get_args(kind):
            return None
        return _decoded(value, next(one for one in get_args(kind) if one is not NoneType), where)
    if get_origin(kind) is tuple:
        if not isinstance(value, list) or len(value) > LARGEST_LIST:
            raise _unlike(where, f"a list of at most {LARGEST_LIST:,}", value)
        return tuple(_decoded(one, get_args(kind)[0], f"{where}[{at}]") for at, one in enumerate(value))
    if is_dataclass(kind):
        return _object(value, kind, where)
    if kind is float:
        return _number(value, where)
    if issubclass(kind, StrEnum):
        if not isinstance(value, str) or value not in list(kind):
            raise _unlike(where, f"one of {', '.join(kind)}", value)
        return kind(value)
    if type(value) is not kind:
        raise _unlike(where, kind.__name__, value)
    if isinstance(value, str) and len(value) > LARGEST_TEXT:
        raise _unlike(where, f"at most {LARGEST_TEXT:,} characters", value)
    return value


def _object(value: Any, kind: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise _unlike(where, "an object", value)
    types = _types(kind)
    for name in value:
        if name not in types:
            raise NotAReplayError(f"{where}: unknown key {name!r}")
    for one in fields(kind):
        if one.name not in value and one.default is MISSING and one.default_factory is MISSING:
            raise NotAReplayError(f"{where}: {one.name} is missing")
    return kind(**{name: _decoded(inner, types[name], f"{where}.{name}") for name, inner in value.items()})


def _number(value: Any, where: str) -> float:
    if isinstance(value, dict):
        if set(value) != {"value", "nonfinite"} or value["value"] is not None or value["nonfinite"] not in _NONFINITE:
            raise _unlike(where, "a number", value)
        return _NONFINITE[value["nonfinite"]]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unlike(where, "a number", value)
    return float(value)


def _unlike(where: str, expected: str, value: Any) -> NotAReplayError:
    shown = json.dumps(value)
    return NotAReplayError(f"{where}: expected {expected}, found {shown if len(shown) <= 60 else shown[:57] + '...'}")
