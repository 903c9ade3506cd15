"""Drawn boxes of names and values, one for each record.

    |    total_timesteps | 2048     |                       Stable-Baselines3

A rule ends a box; a name that ends in a slash is that of the section below it. Before each line may stand what a
launcher or a logger puts there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from logdoctor.sources.console.drawn.drawn_rows import RULE, DrawnRows, number_in
from logdoctor.sources.console.forms.masking import MASK
from logdoctor.sources.console.text.prefixes import strip
from logdoctor.sources.console.words.vocabulary import COUNTER_WORDS
from logdoctor.sources.tables.counters import normal

_COUNTERS = ("total_timesteps", "total timesteps", "timestepssofar", "totalenvinteracts", "totalenvsteps")
"""Steps of the environment so far, as Stable-Baselines, OpenAI's baselines, Spinning Up and garage call them."""

_STEPS = ("step", "steps", "iteration", "itr", "nupdates", "samples_so_far", "epoch")
"""What counts in a box that has none of those: guided-diffusion's `step`, garage's `Itr`, imitation's
`bc/samples_so_far`; the finest first."""

_COUNTER = re.compile(
    rf"^\s{{0,40}}\|\s+(?:(?:time/)?(?:{'|'.join(_COUNTERS)})\s+\||(?:{'|'.join(_STEPS)})\s+\|\s*{MASK})", re.I
)
_TIMESTEPS = "total_timesteps"
_STROKES = ("|", "-")

_CLONING = "bc/"
"""The section in which imitation counts; in any other, a `step` may be how long one takes."""


class BoxReader:
    """Reads boxes, line after line."""

    def __init__(self, found: DrawnRows) -> None:
        self._found = found
        self.marks: set[str] = set()
        """The shapes of lines that only boxes have."""
        self._section = ""
        self._box: dict[str, float] = {}

    @property
    def is_open(self) -> bool:
        """Whether a box is being read."""
        return bool(self._box)

    def learn(self, shape: str) -> bool:
        """Take a shape that was not met before, and return whether it is the line of a box that counts."""
        if _COUNTER.match(strip(shape).text):
            self.marks.add(shape)
            return True
        return False

    def take(self, shape: str, line: str, number: int) -> None:
        """Take a line, if the log has boxes and it is drawn: it begins with a wall or a rule."""
        drawn = strip(shape).text.strip() if self.marks else ""
        if not drawn.startswith(_STROKES):
            return
        width = drawn.strip("|").count("|") + 1
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")[-width:]]
        if RULE.match(drawn):
            if counters := _counters_of(self._box):
                self._found.add(self._box, counters, number)
            self._section, self._box = "", {}
        elif len(cells) == 2 and cells[0].endswith("/"):
            self._section = cells[0]
        elif len(cells) == 2 and (value := number_in(cells[0], cells[1])) is not None:
            self._box[cells[0] if "/" in cells[0] else self._section + cells[0]] = value


def _counters_of(box: Mapping[str, float]) -> dict[str, str]:
    """Return what counts in a box: the steps of the environment, or else the finest of what counts by its name."""
    if counters := {name: _TIMESTEPS for name in box if normal(name).endswith(_COUNTERS)}:
        return counters
    spelled = {normal(name).removeprefix(_CLONING): name for name in box}
    finest = next((name for name in _STEPS if name in spelled), None)
    return {spelled[finest]: COUNTER_WORDS.get(finest, finest)} if finest else {}
