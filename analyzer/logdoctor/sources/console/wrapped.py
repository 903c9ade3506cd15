"""Values that stand alone on the line below their name, where a page was too narrow or the loop printed them so."""

from __future__ import annotations

import re
from dataclasses import replace

from logdoctor.sources.console.passages import Passage

_BELOW = re.compile(r"\n(?:(?<=[:=]\n)|(?<=[:=][ \t]\n))[ \t]*([-+]?[0-9][0-9.]*(?:e[-+]?[0-9]+)?%?)[ \t]*(?=\n)")
"""The end of a line behind a colon, and a number that is all of the next one."""


def unwrapped(passage: Passage) -> Passage:
    """Return a passage, line for line, with such values behind their names, and nothing where they were."""
    if not passage.ended:  # the last number may be cut off
        return replace(passage, text=_BELOW.sub(r"\1\n", passage.text))
    return replace(passage, text=_BELOW.sub(r"\1\n", passage.text + "\n")[:-1])
