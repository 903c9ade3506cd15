"""`monitor.csv` of Baselines and Stable-Baselines3: one row for each episode of an environment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.compact.packed import Values
from logdoctor.sources.tables.json.records import settings_of
from logdoctor.sources.tables.separated.delimited import head_table, read_table
from logdoctor.sources.tables.separated.table_form import Form
from logdoctor.sources.tables.table import Column, Table
from logdoctor.sources.tables.table_logs import read_logs

_HEADER = ("r", "l", "t")
_ENVIRONMENT = re.compile(r"(\d+(?:\.\d+)?)\.monitor\.csv")
"""Environments that run side by side number their files: `3.monitor.csv`, or `0.3.monitor.csv` of Baselines."""

_NAMES = {"r": "episode_reward", "l": "episode_length"}


class EpisodeMonitor(Source):
    """Reward `r`, length `l` and seconds since the start `t` of each episode, below a comment with the start.

    Steps are the steps of the environment: the lengths so far. The names are written out, for `r` says too little, and
    begin with the environment where these are numbered, for all of a folder are one training's.
    """

    name = "episode-monitor"
    patterns = ("*monitor.csv",)
    precedence = 20
    samples = (
        Sample(
            "two episodes",
            "0.monitor.csv",
            '#{"t_start": 1595000000.5, "env_id": "CartPole-v1"}\nr,l,t\n21.0,21,0.5\n13.0,13,0.9\n',
            {"env0/episode_reward": [(21, 21.0), (34, 13.0)], "env0/episode_length": [(21, 21.0), (34, 13.0)]},
        ),
        Sample(
            "appended to without a header, as override_existing=False does",
            "monitor.csv",
            "21.0,21,0.5\n13.0,13,0.75\n",
            {
                "episode_reward": [(21, 21.0), (34, 13.0)],
                "episode_length": [(21, 21.0), (34, 13.0)],
                "t": [(21, 0.5), (34, 0.75)],
            },
        ),
        Sample("a monitor of something else", "cpu_monitor.csv", "time,load\n0,0.5\n1,0.7\n", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by its three columns, which need no header in a file of its name."""
        reading = head_table(head, _HEADER if head.named else ())
        return reading is not None and _is_monitor(reading.form)

    def read(self, path: Path) -> Iterator[Log]:
        """Read the episodes of one environment."""
        reading = read_table(path, _HEADER)
        settings = _settings(reading.form)
        table = _by_environment_steps(reading.table, settings.get("t_start"))
        numbered = _ENVIRONMENT.fullmatch(path.name)
        prefix = f"env{numbered[1]}/" if numbered else ""
        for log in read_logs(table, reading.notices):
            series = tuple(replace(one, name=prefix + one.name) for one in log.series)
            yield replace(log, series=series, hyperparameters=settings_of(settings))


def _is_monitor(form: Form) -> bool:
    """Tell whether a table begins with the monitor's columns."""
    return form.header[:3] == _HEADER


def _settings(form: Form) -> dict[str, Any]:
    """Return what the comment above the header says: `#{"t_start": ..., "env_id": ...}`."""
    for comment in form.comments:
        try:
            said = json.loads(comment.lstrip("# "))
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict):
            return said
    return {}


def _by_environment_steps(table: Table, start: Any) -> Table:
    """Add the environment's steps so far, and turn seconds since the start into moments where the start is known."""
    columns = []
    for column in table.columns:
        if column.name == "l":
            columns.append(Column("total_timesteps", column.where, Values.of(np.cumsum(column.values))))
        if column.name == "t" and isinstance(start, float):
            columns.append(replace(column, name="wall_time", held=Values.of(column.values + start)))
        else:
            columns.append(replace(column, name=_NAMES.get(column.name, column.name)))
    return table.with_columns(columns)
