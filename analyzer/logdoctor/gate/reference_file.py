"""Reference files: golden curves as small, sorted text for code reviews.

Schema `logdoctor-reference/1`: every point is one line `[middle step of the window, value, spread]`, or `[step, value]`
with all digits where values must be equal (`"exact": true`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from logdoctor.errors import ConfigurationError, reason
from logdoctor.gate.exact import MAX_VALUES, Exact
from logdoctor.gate.golden import MAX_WINDOWS, Golden
from logdoctor.run import ROLES, Axis, Setting
from logdoctor.version import VERSION

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCHEMA = "logdoctor-reference/1"

DIGITS = 6
"""Significant digits of a value, as many as logs keep; the last bits differ between machines."""


@dataclass(frozen=True)
class Reference:
    """Golden curves of one set-up, with what is known about their origin."""

    runs: tuple[str, ...]
    """Names of the runs that it was made from: the seeds."""
    curves: Mapping[str, Golden | Exact]
    """By the name of the series."""
    applies_to: str = "*"
    """Shell pattern for the names of the runs that are compared with it."""
    environment: Mapping[str, Setting] = field(default_factory=dict)
    config: str = ""
    """Hash of the settings that decided the training."""
    history: tuple[str, ...] = ()
    """Why it was made and changed, newest last."""

    @property
    def exact(self) -> int | None:
        """How many values of each curve must be equal; None for a band."""
        return max((len(one.steps) for one in self.curves.values() if isinstance(one, Exact)), default=None)


def reference_text(reference: Reference) -> str:
    """Return a reference as the text of its file."""
    document = {
        "schema": SCHEMA,
        "tool": f"logdoctor {VERSION}",
        "applies_to": reference.applies_to,
        "runs": list(reference.runs),
        "config": reference.config,
        "environment": dict(sorted(reference.environment.items())),
        "history": list(reference.history),
        "series": {name: _curve(reference.curves[name]) for name in sorted(reference.curves)},
    }
    return "\n".join(_lines(document)) + "\n"


def read_reference(file: Path) -> Reference:
    """Return the reference in a file; raises ConfigurationError, with the file and the place, for anything else."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: {reason(error)}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{file}: is no JSON: {error}") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ConfigurationError(f"{file}: is no reference of logdoctor: its schema is not {SCHEMA!r}")
    try:
        return Reference(
            runs=tuple(map(str, document["runs"])),
            curves={
                str(name): _exact(str(name), one) if one.get("exact") else _golden(str(name), one)
                for name, one in document["series"].items()
            },
            applies_to=str(document["applies_to"]),
            environment=dict(document["environment"]),
            config=str(document["config"]),
            history=tuple(map(str, document["history"])),
        )
    except KeyError as error:
        raise ConfigurationError(f"{file}: lacks the key {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(f"{file}: {error}") from error


def _curve(golden: Golden | Exact) -> dict[str, Any]:
    if isinstance(golden, Exact):
        points = [list(point) for point in zip(golden.steps.tolist(), golden.values.tolist(), strict=True)]
        return {"role": golden.role, "axis": golden.axis, "exact": True, "points": points}
    centre, spread = ([_rounded(one) for one in values.tolist()] for values in (golden.centre, golden.spread))
    golden = replace(golden, centre=np.array(centre))
    return {
        "role": golden.role,
        "axis": golden.axis,
        "seeds": golden.seeds,
        "first_step": golden.first_step,
        "last_step": golden.last_step,
        "best": _rounded(golden.best),
        "end": _rounded(golden.end),
        "noise": _rounded(golden.noise),
        "points": [list(point) for point in zip(golden.steps.tolist(), centre, spread, strict=True)],
    }


def _golden(name: str, curve: Mapping[str, Any]) -> Golden:
    """Make a golden curve from the contents of a file; raises ValueError where they are not valid."""
    steps, table = _points(name, curve, MAX_WINDOWS, "[step, value, spread]")
    if (table[:, 2] < 0).any():
        raise ValueError(f"series {name}: spreads must not be negative")
    bounds = curve["first_step"], curve["last_step"], curve["seeds"], curve["noise"]
    if not all(_is_number(one) for one in bounds):
        raise ValueError(f"series {name}: first_step, last_step, seeds and noise must be finite numbers")
    first, last, seeds, noise = bounds
    return Golden(
        curve["role"], curve["axis"], int(seeds), float(noise), int(first), int(last), steps, table[:, 1], table[:, 2]
    )


def _exact(name: str, curve: Mapping[str, Any]) -> Exact:
    steps, table = _points(name, curve, MAX_VALUES, "[step, value]")
    return Exact(curve["role"], curve["axis"], steps, table[:, 1])


def _points(name: str, curve: Mapping[str, Any], most: int, form: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the steps of a curve and all columns of its points; raises ValueError where they are not valid."""
    role, axis, points = curve["role"], curve["axis"], curve["points"]
    if role not in ROLES or axis not in list(Axis):
        raise ValueError(f"series {name}: unknown role {role!r} or axis {axis!r}")
    if not 1 <= len(points) <= most:
        raise ValueError(f"series {name}: {len(points)} points, not 1 to {most}")
    for at, point in enumerate(points, start=1):
        if len(point) != len(form.split()) or not all(_is_number(one) for one in point):
            raise ValueError(f"series {name}: point {at} is not {form} with finite numbers")
    table = np.array(points, dtype=np.float64)
    steps = table[:, 0].astype(np.int64)
    if (np.diff(steps) <= 0).any():
        raise ValueError(f"series {name}: steps must rise")
    return steps, table


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _lines(value: Any, indent: str = "", prefix: str = "", suffix: str = "") -> Iterator[str]:
    """Yield the lines of a JSON value; a list without nesting is written on one line."""
    if isinstance(value, Mapping) and value:
        yield f"{indent}{prefix}{{"
        for at, (name, one) in enumerate(value.items(), start=1):
            key = f"{json.dumps(str(name))}: "
            yield from _lines(one, f"{indent} ", key, "," if at < len(value) else "")
        yield f"{indent}}}{suffix}"
    elif isinstance(value, Sequence) and value and isinstance(value[0], list):
        yield f"{indent}{prefix}["
        for at, one in enumerate(value, start=1):
            yield from _lines(one, f"{indent} ", "", "," if at < len(value) else "")
        yield f"{indent}]{suffix}"
    else:
        yield f"{indent}{prefix}{json.dumps(value, allow_nan=False)}{suffix}"
