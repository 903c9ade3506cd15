"""How numbers, places and runs are written, the same in every finding and report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from logdoctor.run import Axis, Run, Series, Setting, State, as_number

DIGITS = 3
"""Significant digits of a measured number: what a log supports and a reader keeps in mind."""

CHOSEN_DIGITS = 6
"""Significant digits of a setting: logs write one and the same with eight and with sixteen."""

SETTINGS = "settings"
"""The format of files that hold no curve."""

MAX_NAMED = 3
"""Items that a sentence names before it counts the rest."""

MAX_QUOTE = 120
"""Characters of a line of a log that are quoted."""

MOST_DIGITS = 7
"""Digits that tell two values apart at most: what logs of single precision hold."""


def number(value: float | None, digits: int = DIGITS) -> str:
    """Write a number with three significant digits: 0.693, 12.4, 26,729, 2.5e-4, NaN."""
    if value is None:
        return "none"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == int(value) and abs(value) < 1e7:
        return f"{int(value):,}"
    magnitude = abs(value)
    if magnitude >= 1e6 or magnitude < 1e-3:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}"
    rounded = f"{value:.{digits}g}"
    whole = len(str(int(abs(float(rounded)))))
    return f"{float(rounded):,.{max(0, digits - whole)}f}" if whole > DIGITS else rounded


def setting(value: Setting) -> str:
    """Write a setting as it was chosen, a number with all the digits that tell it: a momentum of 0.9995 is not 1."""
    chosen = as_number(value)
    return str(value) if chosen is None or isinstance(value, bool) else number(chosen, CHOSEN_DIGITS)


def apart(one: float, other: float) -> tuple[str, str]:
    """Write two numbers with enough digits to show that they differ: 2.5812 and 2.5806."""
    written = [(number(one, digits), number(other, digits)) for digits in range(DIGITS, MOST_DIGITS + 1)]
    return next((pair for pair in written if pair[0] != pair[1]), written[0])


def course(before: float, after: float) -> str:
    """Say how a value changes: `goes from 0.12 to 0.45`, or `stays at 0.12` where no digit shows a difference."""
    first, last = number(before), number(after)
    return f"stays at {last}" if first == last else f"goes from {first} to {last}"


def percent(share: float) -> str:
    """Write a share as a percentage without false precision: 3 %, 0.4 %, 97 %."""
    return f"{number(float(f'{100 * share:.2g}'))} %"


def shown_name(run: Run) -> str:
    """Return what to call a run: one in the argument itself (`.`) goes by its folder's name, or else by its log's."""
    where, colon, which = run.name.partition(":")
    if where != ".":
        return run.name
    folder = run.folder.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    if folder not in ("", "."):
        return f"{folder}{colon}{which}"
    logs = (one.path for one in run.sources if one.used and one.format != SETTINGS)
    return run.name if colon else next(logs, run.name)


def shown_state(run: Run) -> str:
    """Say how a run ended, or nothing where its log does not show it; a file that is new may be a fresh copy."""
    return {State.UNKNOWN: "", State.WRITING: "maybe still being written"}.get(run.state, str(run.state))


def first_of(names: Sequence[str]) -> str:
    """Name the first few and count the rest: `a, b, c and 12 more`."""
    more = f" and {len(names) - MAX_NAMED:,} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(names[:MAX_NAMED])}{more}"


def having(settings: Mapping[str, Setting]) -> str:
    """Begin a sentence with the settings of the runs that it is about: `with batch_size 16: `."""
    return f"with {first_of([f'{name} {setting(value)}' for name, value in settings.items()])}: " if settings else ""


def place(series: Series, step: int) -> str:
    """Write a step of a series with its unit: `epoch 69`, `step 26,729`."""
    return f"{axis_word(series.axis)} {step:,}"


def stretch(series: Series, first: int, last: int) -> str:
    """Write a range of steps: `epochs 69 to 100`, or as `place` does where it is one step."""
    return place(series, first) if first == last else f"{axis_word(series.axis)}s {first:,} to {last:,}"


def axis_word(axis: Axis) -> str:
    """Return the word for one unit of an axis."""
    return {Axis.SAMPLES: "sample", Axis.TOKENS: "token", Axis.TIME: "second", Axis.INDEX: "point"}.get(axis, str(axis))


def quoted(text: str) -> str:
    """Quote a line of a log, on one line and cut where it is long."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 3].rstrip() + "..."}"'


def counted(n: int, noun: str) -> str:
    """Write a count with its noun: `1 run`, `12 runs`, `2 losses`."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{n:,} {noun if n == 1 else plural}"
