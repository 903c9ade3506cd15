"""`logdoctor inspect`: what was read and how it was understood."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np

from logdoctor.config import parse_config
from logdoctor.reports.layout import Page, cells
from logdoctor.reports.terminal.inspection import render, render_json
from logdoctor.run import Axis, Notice, Run, Series, SourceFile, Split, State, TextEvent
from logdoctor.run.roles import TrainLoss
from logdoctor.run.understand import understand

SERIES = (
    Series.of("train_loss", [0, 1, 2, 1, 2], [3.0, 2.0, np.nan, 2.0, np.inf], axis=Axis.EPOCH),
    Series.of("a_quantity/with/a/very/long/name/that/nobody/knows[0]", [0], [1.0]),
    Series.of("empty", [], []),
)
RUN = Run(
    "sweep/lr=0.1",
    understand(SERIES),
    {f"setting_{i}": i / 8 for i in range(14)},
    (
        SourceFile("sweep/lr=0.1/metrics.csv", "csv", 12_345),
        SourceFile("sweep/lr=0.1/old/m.json", "json", 99, used=False),
    ),
    (
        Notice("damage", "sweep/lr=0.1/metrics.csv", "the line is cut", line_start=7, line_end=9),
        Notice("damage", "sweep/lr=0.1/events", "checksum", 4081, 6162),
    ),
    tuple(TextEvent("gradient-overflow", f"overflow {i}", "sweep/lr=0.1/out.log", 40 + i, i) for i in range(12)),
    state=State.INTERRUPTED,
)


def test_everything_that_was_read_is_said() -> None:
    text = render([RUN], ["sweep/notes.csv"], Page())
    assert max(map(cells, text.splitlines())) <= 100
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == "sweep/lr=0.1 state interrupted"
    assert "metrics.csv csv, 12,345 bytes" in lines
    assert "old/m.json json, 99 bytes, a copy: not used" in lines
    assert "train_loss train-loss train epoch 5 0-2 2 not finite, 1 rewind" in lines
    assert "empty unknown - step 0 none" in lines
    assert "setting_11 1.375 and 2 more" in text
    assert "damage sweep/lr=0.1/metrics.csv, lines 7-9: the line is cut" in lines
    assert "damage sweep/lr=0.1/events, bytes 4,081-6,161: checksum" in lines
    assert lines[lines.index("1 file looked at and left alone:") + 1] == "sweep/notes.csv"


def test_the_hint_is_a_configuration_that_works(tmp_path: Path) -> None:
    run = Run("a", understand([Series.of('objective "x"[0]', [0], [1.0])]))
    hint = render([run], [], Page()).partition("# logdoctor.toml\n")[2]
    config = parse_config(tomllib.loads(hint), tmp_path / "logdoctor.toml")
    (series,) = understand(run.series, config.roles)
    assert series.role.id == "train-loss"


def test_no_hint_where_every_series_has_a_role() -> None:
    assert "logdoctor.toml" not in render([Run("a", understand(SERIES[:1]))], [], Page())


def test_no_hint_where_rewards_are_all_that_is_logged() -> None:
    monitor = [Series.of("episode_reward", [20, 40], [20.0, 20.0]), Series.of("episode_length", [20, 40], [20.0, 20.0])]
    assert "logdoctor.toml" not in render([Run("a", understand(monitor))], [], Page())


def test_json_has_the_counts_of_the_text_and_no_judgement() -> None:
    document = json.loads(render_json([RUN], ["sweep/notes.csv"]))
    (run,) = document["runs"]
    assert document["left_alone"] == ["sweep/notes.csv"]
    assert {"name", "state", "sources", "series", "hyperparameters", "notices", "events"} == run.keys()
    (loss,) = (one for one in run["series"] if one["name"] == "train_loss")
    assert (loss["non_finite"], loss["rewinds"]) == (2, 1)


def test_lines_that_matter_are_listed_up_to_a_limit() -> None:
    text = render([RUN], [], Page())
    assert "gradient-overflow  sweep/lr=0.1/out.log, line 40: overflow 0" in text
    assert text.count("gradient-overflow") == 10
    assert "and 2 more such lines" in text
    (run,) = json.loads(render_json([RUN], []))["runs"]
    assert [one["line"] for one in run["events"]] == list(range(40, 52))


def test_files_without_a_run_are_listed_as_left_alone() -> None:
    assert render([], ["a.csv"], Page()) == "1 file looked at and left alone:\n  a.csv\n"


def test_it_says_why_where_more_than_the_name_decided() -> None:
    validation = Split.VALIDATION
    for names, expected in (
        ({"loss": validation}, "loss validation-loss validation epoch 2 0-1 split by its place"),
        (
            {"train_loss": Split.NONE, "test_loss": Split.NONE},
            "test_loss validation-loss test epoch 2 0-1 test as validation",
        ),
        (
            {"box_loss": Split.NONE, "cls_loss": Split.NONE},
            "box_loss train-loss - epoch 2 0-1 a term as the loss",
        ),
        ({"loss": Split.NONE, "reward": Split.NONE}, "loss policy-loss - epoch 2 0-1 beside rewards"),
        ({"mse": Split.NONE}, "mse train-loss - epoch 2 0-1 an error as the loss"),
        (
            {"validation_0-logloss": Split.NONE, "validation_1-logloss": Split.NONE},
            "validation_0-logloss validation-loss validation epoch 2 0-1 a term as the loss",
        ),
    ):
        series = [
            replace(Series.of(name, [0, 1], [1.0, 0.5], axis=Axis.EPOCH), split=split) for name, split in names.items()
        ]
        text = render([Run("a", understand(series))], [], Page())
        assert any(" ".join(line.split()).startswith(expected) for line in text.splitlines()), text
        assert ("where a guess is wrong" in text) == ("as validation" not in text)


def test_a_configured_role_is_said_to_be_one() -> None:
    run = Run("a", understand([Series.of("odd", [0], [1.0])], {TrainLoss: ("odd",)}))
    text = render([run], [], Page())
    assert "configured" in text
    assert "logdoctor.toml" not in text
    (series,) = json.loads(render_json([run], []))["runs"][0]["series"]
    assert series["because"] == "configured"
