"""Shell patterns in the settings: which names they match, and what was probably meant where they match none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase

from logdoctor.errors import MAX_NEAR, nearest

_WILD = re.compile(r"[*?]|\[[^]]*\]")
"""Wild cards of a pattern."""

_BETWEEN = re.compile(r"[/\s:]+")
"""Separators between the parts of names of runs and series."""


def fits(name: str, pattern: str) -> bool:
    """Tell whether a pattern equals or matches a name: names may contain wild cards, `loss[0]`."""
    return name == pattern or fnmatchcase(name, pattern)


def meant(pattern: str, known: Iterable[str]) -> str:
    """Return the hint about a pattern that matches no name: the names that were probably meant, or all.

    A name that differs only in case, or of which the pattern is one part (`loss` of `train/loss`), comes before one
    with a similar spelling. The text between wild cards is compared with the parts of names.
    """
    names = list(dict.fromkeys(known))
    lower = pattern.lower()
    near = [one for one in names if fits(one.lower(), lower)] or [one for one in names if pattern in one.split("/")]
    if not near and (written := _WILD.sub("", pattern).strip("/")) and written != pattern:
        of_part = {part: one for one in reversed(names) for part in _beginnings(one, len(written))}
        near = [of_part[part] for part in get_close_matches(written, of_part, n=1)]
    if near:
        return f"; did you mean {' or '.join(map(repr, near[:MAX_NEAR]))}?"
    return nearest(pattern, names)


def _beginnings(name: str, length: int) -> set[str]:
    """Return the name, its parts, and the first characters of each, which a wild card might follow."""
    parts = {name, *_BETWEEN.split(name)}
    return {short for part in parts for short in (part, part[:length])}
