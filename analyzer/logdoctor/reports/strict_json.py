"""JSON as in RFC 8259, without characters that have an effect where it is printed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from logdoctor.finding import Quantity

_ACTING = re.compile(r"[\x7f-\U0010ffff]|#(?=#\w*\[)")
"""Characters that may act: outside ASCII, and the start of a command that CI services run anywhere in a line."""


def written(document: object, *, indent: int | None = None) -> str:
    r"""Return a document as JSON.

    A character that would act on a terminal or a CI service is written as `\u202e`, which reads back as the same. A
    lone surrogate, which file names of other encodings hold and UTF-8 does not, becomes the six characters `\udce9`.
    """
    return quoted(document, indent=indent) + "\n"


def quoted(document: object, *, indent: int | None = None) -> str:
    """Return the same without the end of the line."""
    return _ACTING.sub(_inert, json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent))


def _inert(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable() and character != "#":
        return character
    if "\ud800" <= character <= "\udfff":
        return f"\\\\u{ord(character):04x}"
    return f"\\u{ord(character):04x}" if character <= "\uffff" else json.dumps(character)[1:-1]


def quantity(one: Quantity) -> dict[str, Any]:
    """Return a number with its unit."""
    written = value(one.value)
    return {**(written if isinstance(written, Mapping) else {"value": written}), "unit": one.unit}


def value(one: object) -> Any:
    """Return a JSON value; numbers that are not finite become an object that says which they are."""
    if isinstance(one, float) and not math.isfinite(one):
        return {"value": None, "nonfinite": "nan" if math.isnan(one) else "inf" if one > 0 else "-inf"}
    if one is None or isinstance(one, str | bool | int | float):
        return one
    return value(float(one))  # type: ignore[arg-type]  # a number of NumPy
