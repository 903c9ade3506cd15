"""JSON as RFC 8259 has it, in which nothing acts where it is printed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from logdoctor.finding import Quantity

_ACTING = re.compile(r"[\x7f-\U0010ffff]|#(?=#\w*\[)")
"""Characters that may act: outside ASCII, and the start of a command that CI services run anywhere in a line."""


def written(document: object, *, indent: int | None = None) -> str:
    r"""Return a document as JSON; a character that would act on a terminal or a CI service is written as `\u202e`."""
    return _ACTING.sub(_inert, json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent)) + "\n"


def _inert(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable() and character != "#":
        return character
    return f"\\u{ord(character):04x}" if character <= "\uffff" else json.dumps(character)[1:-1]


def quantity(one: Quantity) -> dict[str, Any]:
    """Return a number with its unit."""
    said = value(one.value)
    return {**(said if isinstance(said, Mapping) else {"value": said}), "unit": text(one.unit)}


def value(one: object) -> Any:
    """Return a JSON value; numbers that are not finite become an object that says which they are."""
    if isinstance(one, str):
        return text(one)
    if isinstance(one, float) and not math.isfinite(one):
        return {"value": None, "nonfinite": "nan" if math.isnan(one) else "inf" if one > 0 else "-inf"}
    if one is None or isinstance(one, bool | int | float):
        return one
    return float(one)  # type: ignore[arg-type]


def text(one: str) -> str:
    r"""Escape lone surrogates, which file names of other encodings hold and UTF-8 does not: `\udce9`."""
    return one.encode("utf-8", "backslashreplace").decode("utf-8")


def texts(several: Sequence[str]) -> list[str]:
    """Escape lone surrogates in each text."""
    return [text(one) for one in several]
