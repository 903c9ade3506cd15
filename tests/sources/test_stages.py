"""A stage of the training that a log names begins where its word first stands; what takes turns is none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from logdoctor import load
from logdoctor.run.text_event import MOST_STAGES, STAGE_BEGUN
from logdoctor.sources.tables.table import MOST_COLUMNS

EPOCHS = 12


def in_csv(words: Sequence[str]) -> str:
    return "epoch,stage,loss\n" + "".join(f"{i},{word},{1 / (i + 1)!r}\n" for i, word in enumerate(words))


def in_json_lines(words: Sequence[str]) -> str:
    return "".join(json.dumps({"epoch": i, "task": word, "loss": 1 / (i + 1)}) + "\n" for i, word in enumerate(words))


def in_document(words: Sequence[str]) -> str:
    return json.dumps({"history": [{"epoch": i, "phase": word, "loss": 1 / (i + 1)} for i, word in enumerate(words)]})


def in_text(words: Sequence[str]) -> str:
    return "".join(f"[{word}] epoch {i} loss {1 / (i + 1):.4f}\n" for i, word in enumerate(words))


FORMS = {"log.csv": in_csv, "log.jsonl": in_json_lines, "log.json": in_document, "train.log": in_text}


def begun(folder: Path, name: str, content: str) -> list[tuple[int | None, int]]:
    (folder / name).write_text(content)
    (run,) = load(folder)
    return [(one.step, one.line) for one in run.events if one.kind == STAGE_BEGUN]


@pytest.mark.parametrize("name", FORMS)
def test_a_stage_begins_where_its_word_first_stands(tmp_path: Path, name: str) -> None:
    words = ["pretrain"] * 5 + ["warmup"] * 3 + ["finetune"] * 4
    heading = name.endswith(".csv")
    assert begun(tmp_path, name, FORMS[name](words)) == [(5, 6 + heading), (8, 9 + heading)]


@pytest.mark.parametrize(
    "words",
    [
        ["pretrain"] * EPOCHS,
        ["generator", "critic"] * (EPOCHS // 2),
        ["pretrain"] * 4 + ["finetune"] * 4 + ["pretrain"] * 4,
        [f"stage{i}" for i in range(2 * MOST_STAGES)],
    ],
    ids=["one stage", "networks in turn", "one that comes back", "one for each epoch"],
)
@pytest.mark.parametrize("name", FORMS)
def test_what_is_no_stage(tmp_path: Path, name: str, words: Sequence[str]) -> None:
    assert begun(tmp_path, name, FORMS[name](words)) == []


def test_training_and_validation_take_turns_within_a_stage(tmp_path: Path) -> None:
    rows = [
        f"{i},{stage},{phase},{1 / (i + 1)!r}\n"
        for i, stage in enumerate(["frozen"] * 6 + ["all"] * 6)
        for phase in ("train", "val")
    ]
    assert begun(tmp_path, "log.csv", "epoch,stage,phase,loss\n" + "".join(rows)) == [(6, 14)]


def test_an_evaluation_between_two_lines_of_a_stage_ends_none(tmp_path: Path) -> None:
    lines = [
        f"[{tag}] epoch {i} loss {1 / (i + 1):.4f}\n"
        for i, stage in enumerate(["pretrain"] * 6 + ["finetune"] * 6)
        for tag in (stage, "eval")
    ]
    assert begun(tmp_path, "train.log", "".join(lines)) == [(6, 13)]


@pytest.mark.parametrize("column", ["task", "mode"])
def test_no_row_is_lost_where_each_has_its_own_word(tmp_path: Path, column: str) -> None:
    rows = "".join(f"{i},item {i},{1 / (i + 1)!r}\n" for i in range(MOST_COLUMNS + 2))
    (tmp_path / "log.csv").write_text(f"step,{column},loss\n{rows}")
    (run,) = load(tmp_path)
    assert ([len(one) for one in run.series], run.notices) == ([MOST_COLUMNS + 2], ())
