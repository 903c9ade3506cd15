"""One training run: the only thing that rules can see."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from logdoctor.run.once import Once

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from logdoctor.run.notice import Notice
    from logdoctor.run.roles import Role
    from logdoctor.run.series import Series
    from logdoctor.run.text_event import TextEvent

Setting = str | int | float | bool | None
"""The value of a hyper-parameter."""


def as_number(setting: Setting) -> float | None:
    """Return a setting that is a number, else None: also for a flag, and for an integer that no float can hold."""
    if not isinstance(setting, int | float) or isinstance(setting, bool):
        return None
    return float(setting) if isinstance(setting, float) or abs(setting) <= sys.float_info.max else None


class State(StrEnum):
    """How a run ended."""

    FINISHED = "finished"
    """The trainer reported it, or the run reached its planned steps."""
    INTERRUPTED = "interrupted"
    """The run stopped before its planned steps, or the trainer reported an interruption."""
    WRITING = "still being written"
    """Its last file changed less than ten minutes before the analysis."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that holds data of a run."""

    path: str
    """Relative to the folder that was asked for, with forward slashes."""
    format: str
    """Name of the source that read it."""
    bytes: int
    used: bool = True
    """False for a copy that was replaced by a better one."""


@dataclass(frozen=True, eq=False)
class Run(Once):
    """One training run as it was logged."""

    name: str
    """The folder relative to the argument, plus `:stem` where one folder holds several runs."""
    series: tuple[Series, ...] = field(default=(), repr=False)
    """Best candidate of each role first."""
    hyperparameters: Mapping[str, Setting] = field(default_factory=dict, repr=False)
    sources: tuple[SourceFile, ...] = field(default=(), repr=False)
    notices: tuple[Notice, ...] = field(default=(), repr=False)
    events: tuple[TextEvent, ...] = field(default=(), repr=False)
    state: State = State.UNKNOWN
    planned_steps: int | None = None
    """How many steps the trainer meant to take, where a log says so."""
    home: str = "."
    """The run's folder relative to the argument: its name without the `:stem`."""
    folder: str = ""
    """The run's folder as it can be opened; the commands suggested by reports name it."""
    name_settings: Mapping[str, Setting] = field(default_factory=dict, repr=False)
    """Settings given by the run's name, such as `lr0.1_seed2`."""

    def find(self, role: type[Role]) -> Series | None:
        """Return the best series of a role, or None."""
        return next((one for one in self.series if one.role is role), None)

    def all(self, role: type[Role]) -> tuple[Series, ...]:
        """Return every series of a role or of a sub-class of it, best first."""
        return tuple(one for one in self.series if issubclass(one.role, role))

    def beside(self, series: Series, role: type[Role]) -> Series | None:
        """Return the best series of a role if it counts the same steps as `series`, else None."""
        found = self.find(role)
        return found if found is not None and found.axis is series.axis else None

    def to_frame(self) -> pd.DataFrame:
        """Return every point as a tidy table: series, role, split, axis, step, value, wall_time.

        For pandas users; rules do not use it.
        """
        import numpy as np
        import pandas as pd

        columns: dict[str, list[Any]] = {
            name: [] for name in ("series", "role", "split", "axis", "step", "value", "wall_time")
        }
        for one in self.series:
            n = len(one)
            for name, text in (("series", one.name), ("role", one.role.id), ("split", one.split), ("axis", one.axis)):
                columns[name].append(np.full(n, str(text), dtype=object))
            columns["step"].append(one.steps)
            columns["value"].append(one.values)
            columns["wall_time"].append(np.full(n, np.nan) if one.wall_times is None else one.wall_times)
        return pd.DataFrame({name: np.concatenate(parts) if parts else [] for name, parts in columns.items()})
