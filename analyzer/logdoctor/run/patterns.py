"""Shell patterns of the settings: which names they fit, and which they were meant for where they fit none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase

from logdoctor.errors import MAX_NEAR, nearest

_WILD = re.compile(r"[*?]|\[[^]]*\]")
"""What stands for other characters in a pattern."""

_BETWEEN = re.compile(r"[/\s:]+")
"""What parts of the names of runs and series stand between."""


def fits(name: str, pattern: str) -> bool:
    """Tell whether a pattern is a name, or matches it: names may hold what patterns use, `loss[0]`."""
    return name == pattern or fnmatchcase(name, pattern)


def meant(pattern: str, known: Iterable[str]) -> str:
    """Return the hint of an error about a pattern that fits no name: those it was probably written for, or all.

    A name in other letters, or of which the pattern is one part (`loss` of `train/loss`), comes before one that is
    nearly spelt so. What is written between wild cards is compared with the parts of names.
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
    """The name, its parts, and as much of each as could be what a wild card follows."""
    parts = {name, *_BETWEEN.split(name)}
    return {short for part in parts for short in (part, part[:length])}
