"""What Julia's `@show` prints of a call, as the name of what it measures and its value: `loss(x, y) = 0.52f0`."""

from __future__ import annotations

import re
from dataclasses import replace

from logdoctor.sources.console.text.passages import Passage
from logdoctor.sources.console.words.vocabulary import is_split

_SHOWN = re.compile(
    r"^[ \t]*(?:\w{1,16}\()?(?P<name>[A-Za-z_]\w{0,40})\.?\((?P<data>[A-Za-z_]\w{0,40})(?:, ?\w{1,40}){0,3}\){1,2}"
    r" = (?P<value>-?(?:[0-9]+\.?[0-9]*(?:e-?[0-9]{1,3})?|NaN|Inf))(?:f(?P<power>-?[0-9]{1,2})|32)?(?: \(tracked\))?$",
    re.M,
)
"""A call and its value; of 32 bits, whose exponent is an `f`; as Flux marked it that tracked its derivatives."""

_MARK = ") = "
"""What every such line has, and few others; its bracket alone is found soonest."""


def with_names_of_calls(passage: Passage) -> Passage:
    """Return a passage, line for line, with `loss = 0.52` for what was shown of a call."""
    if ")" not in passage.text or _MARK not in passage.text:
        return passage
    return replace(passage, text=_SHOWN.sub(_named, passage.text))


def _named(shown: re.Match[str]) -> str:
    """Name a value by what was called, and by the data where their name begins with a split: `test_x`."""
    data = shown["data"].partition("_")[0].lower()
    split = f"{data} " if is_split(data) else ""
    power = f"e{shown['power']}" if shown["power"] and shown["power"] != "0" else ""
    return f"{split}{shown['name']} = {shown['value']}{power}"
