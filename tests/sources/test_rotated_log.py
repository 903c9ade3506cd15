"""A log that its handler rotated is one log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from logging.handlers import RotatingFileHandler, TimedRotatingFileHandler
from pathlib import Path

import pytest

import logdoctor

STEPS = 60
Message = Callable[[int], str]

MESSAGES: dict[str, Message] = {
    "text": lambda step: f"step {step}: loss {1 / step:.4f}",
    "json-lines": lambda step: json.dumps({"step": step, "loss": round(1 / step, 4)}),
}


def write(handler: logging.Handler, message: Message) -> None:
    for step in range(1, STEPS + 1):
        handler.handle(logging.LogRecord("train", logging.INFO, "", 0, message(step), None, None))
    handler.close()


@pytest.mark.parametrize("kind", MESSAGES)
def test_all_parts_are_read_the_oldest_first(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "train.log"
    write(RotatingFileHandler(path, maxBytes=300, backupCount=20), MESSAGES[kind])
    assert len(list(tmp_path.iterdir())) > 2
    (run,) = logdoctor.load(tmp_path)
    (loss,) = (one for one in run.series if one.name == "loss")
    assert loss.steps.tolist() == list(range(1, STEPS + 1))
    assert loss.values.tolist() == [round(1 / step, 4) for step in range(1, STEPS + 1)]
    assert [one.format for one in run.sources] == [f"rotated-{kind}"]
    assert any("train.log.1" in one.message for one in run.notices)


def test_parts_under_a_date(tmp_path: Path) -> None:
    handler = TimedRotatingFileHandler(tmp_path / "train.log", when="D", utc=True)
    write(handler, MESSAGES["text"])
    for day in (2, 1):
        (tmp_path / f"train.log.2024-01-0{day}").write_text(f"step {day - 9}: loss 2.5\n")
    (run,) = logdoctor.load(tmp_path)
    assert run.series[0].steps.tolist() == [-8, -7, *range(1, STEPS + 1)]


def test_parts_of_loguru(tmp_path: Path) -> None:
    for second, steps in ((31, range(1, 21)), (32, range(21, 41))):
        part = tmp_path / f"train.2026-11-22_13-56-{second}_955131.log"
        part.write_text("".join(f"{MESSAGES['text'](step)}\n" for step in steps))
    (tmp_path / "train.log").write_text("".join(f"{MESSAGES['text'](step)}\n" for step in range(41, STEPS + 1)))
    (run,) = logdoctor.load(tmp_path)
    assert run.series[0].steps.tolist() == list(range(1, STEPS + 1))
    (alone,) = logdoctor.load(tmp_path / "train.2026-11-22_13-56-32_955131.log")
    assert alone.series[0].steps.tolist() == list(range(21, 41))


def test_damage_is_told_of_the_part_in_which_it_lies(tmp_path: Path) -> None:
    write(RotatingFileHandler(tmp_path / "train.log", maxBytes=600, backupCount=20), MESSAGES["json-lines"])
    part = tmp_path / "train.log.1"
    part.write_bytes(b"{oops\n" + part.read_bytes())
    (run,) = logdoctor.load(tmp_path)
    assert [(one.path, one.line_start) for one in run.notices if one.kind == "damage"] == [("train.log.1", 1)]


def test_a_log_alone_is_not_rotated(tmp_path: Path) -> None:
    write(logging.FileHandler(tmp_path / "train.log"), MESSAGES["text"])
    (tmp_path / "other.log.1").write_text("step 1: loss 2.5\n")
    (run,) = logdoctor.load(tmp_path)
    assert [one.format for one in run.sources] == ["text"]


PARTS_OF_OTHER_RUNS: dict[str, tuple[str, Message]] = {
    "text": ("train.log", MESSAGES["text"]),
    "text of other names": ("train.log", lambda step: f"step {step}: train loss {1 / step:.4f}, acc {step / 99:.4f}"),
    "json lines": ("metrics.jsonl", MESSAGES["json-lines"]),
}


@pytest.mark.parametrize("case", PARTS_OF_OTHER_RUNS)
def test_a_part_that_begins_where_the_log_begins_is_a_run_of_its_own(tmp_path: Path, case: str) -> None:
    name, message = PARTS_OF_OTHER_RUNS[case]
    last = MESSAGES["text"] if name == "train.log" else message
    for file, steps, said in (
        (f"{name}.2", range(1, 31), message),
        (f"{name}.1", range(31, 61), message),
        (name, range(1, 41), last),
    ):
        (tmp_path / file).write_text("".join(f"{said(step)}\n" for step in steps))
    runs = {len(run.series[0]): run for run in logdoctor.load(tmp_path)}
    assert set(runs) == {40, 60}
    assert runs[60].name.endswith(f":{name}.1")
    assert [one.message.split(":")[1] for one in runs[60].notices] == [f" {name}.2 was read before it."]


def test_parts_that_a_shell_named_are_read_once(tmp_path: Path) -> None:
    write(RotatingFileHandler(tmp_path / "train.log", maxBytes=300, backupCount=20), MESSAGES["text"])
    (run,) = logdoctor.load(*tmp_path.iterdir())
    assert len(run.sources) == 1


def test_a_part_of_a_table_without_its_header_is_told(tmp_path: Path) -> None:
    rows = [f"{step},{1 / step:.4f}\n" for step in range(1, STEPS + 1)]
    (tmp_path / "metrics.csv.1").write_text("step,loss\n" + "".join(rows[:30]))
    (tmp_path / "metrics.csv").write_text("".join(rows[30:]))
    (run,) = logdoctor.load(tmp_path)
    assert run.series[0].steps.tolist() == list(range(1, 31))
    assert [(one.path, one.message) for one in run.notices if one.kind == "damage"] == [
        ("metrics.csv", "Nothing of metrics.csv could be read by itself.")
    ]
