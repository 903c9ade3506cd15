"""JSON lines: read back bit for bit; a damaged line costs that line alone."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources import read_back
from tests.sources.read_back import points, write

from logdoctor.errors import UnreadableLogError
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.json_lines import JsonLines

LINES = [json.dumps({"step": 10 * i, "train": {"loss": 1 / (i + 1)}, "acc": i / 7}) + "\n" for i in range(40)]
TRUTH = {(name, 10 * i, value) for i in range(40) for name, value in (("train/loss", 1 / (i + 1)), ("acc", i / 7))}

read = partial(read_back.log_of, JsonLines())
recognized = partial(read_back.recognized, JsonLines())
found_in = partial(read_back.found_in, JsonLines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jsonl")


values = st.one_of(
    st.none(), st.floats(allow_nan=False), st.integers(-(2**53), 2**53), st.floats(allow_nan=False).map(repr)
)
records = st.lists(
    st.dictionaries(st.sampled_from(["loss", "val/loss", "lr", "métrique"]), values), min_size=2, max_size=30
)


@given(records=records, ascii_only=st.booleans(), separators=st.sampled_from([(",", ":"), (", ", ": ")]))
def test_records_read_back_bit_for_bit(
    folder: Path, records: list[dict[str, Any]], separators: tuple[str, str], *, ascii_only: bool
) -> None:
    rows = [{"step": i, "score": 0.5, **record} for i, record in enumerate(records)]
    lines = [json.dumps(row, ensure_ascii=ascii_only, separators=separators) for row in rows]
    found = points(read(write(folder / "log.jsonl", "\n".join(lines))))
    for name in {name for record in records for name in record}:
        logged = [(i, float(one[name])) for i, one in enumerate(records) if one.get(name) is not None]
        assert found.get(name, []) == logged


def test_nan_is_a_value_and_null_is_a_gap(folder: Path) -> None:
    path = write(
        folder / "nan.jsonl", '{"step": 1, "loss": null, "acc": 1}\n{"step": 2, "loss": NaN, "acc": -Infinity}\n'
    )
    found = points(read(path))
    assert [step for step, _ in found["loss"]] == [2]
    assert np.isnan(found["loss"][0][1])
    assert found["acc"][1] == (2, -np.inf)


# Damage.


@given(cut=st.integers(1, sum(map(len, LINES)) - 1))
def test_a_file_cut_off_anywhere(folder: Path, cut: int) -> None:
    content = "".join(LINES)[:cut]
    found, notices = found_in(write(folder / "cut.jsonl", content))
    whole = content.count("\n") + content.endswith("}}") + content.endswith("0}")
    assert found <= TRUTH
    assert found >= {point for point in TRUTH if point[1] < 10 * content.count("\n")}
    if len(found) < 2 * (content.count("\n") + 1) and not content.endswith("\n"):
        assert [one.kind for one in notices] == [DAMAGE], whole


@given(start=st.integers(0, sum(map(len, LINES)) - 1), length=st.integers(1, 300), fill=st.sampled_from([0, 0x91]))
def test_a_hole_of_nul_or_foreign_bytes(folder: Path, start: int, length: int, fill: int) -> None:
    content = "".join(LINES).encode()
    end = min(start + length, len(content))
    found, notices = found_in(
        write(folder / "hole.jsonl", content[:start] + bytes([fill]) * (end - start) + content[end:])
    )
    first, last = content.count(b"\n", 0, start), content.count(b"\n", 0, end)
    assert found <= TRUTH
    assert found >= {point for point in TRUTH if not first <= point[1] // 10 <= last}
    assert {one.kind for one in notices} == {DAMAGE}


@given(at=st.integers(0, 38), keep=st.integers(0, 200))
def test_a_torn_record_with_the_next_one_glued_to_it(folder: Path, at: int, keep: int) -> None:
    torn = LINES[at][: keep % (len(LINES[at]) - 2)]
    found, notices = found_in(write(folder / "torn.jsonl", "".join([*LINES[:at], torn, *LINES[at + 1 :]])))
    assert found == {point for point in TRUTH if point[1] != 10 * at}
    begin = sum(map(len, LINES[:at]))
    expected = [(at + 1, begin, begin + len(torn) + len(LINES[at + 1]))] if torn else []
    assert [(one.line_start, one.byte_start, one.byte_end) for one in notices] == expected


@pytest.mark.parametrize("between", ["", " ", "\0" * 4096])
def test_two_records_on_a_line(folder: Path, between: str) -> None:
    content = "".join([*LINES[:20], LINES[20][:-1], between, *LINES[21:]])
    found, notices = found_in(write(folder / "two.jsonl", content))
    assert found == TRUTH
    assert [(one.kind, one.line_start) for one in notices] == [(DAMAGE, 21)]


@pytest.mark.parametrize(
    "bad",
    [
        b"{", b"[1, 2]", b"loss: 0.5", b"{'step': 200, 'loss': 0.5}", b'{"step": 1, "l\xffss": 2.0}', b"\0" * 100,
        b'{"a": ' * 2000, b'{"train": {"loss": 9.0}',
    ],
)  # fmt: skip
def test_one_bad_line_costs_that_line(folder: Path, bad: bytes) -> None:
    lines = [line.encode() for line in LINES]
    found, notices = found_in(write(folder / "bad.jsonl", b"".join([*lines[:20], bad + b"\n", *lines[20:]])))
    assert found == TRUTH
    begin = sum(map(len, lines[:20]))
    assert [(one.kind, one.line_start, one.byte_start, one.byte_end) for one in notices] == [
        (DAMAGE, 21, begin, begin + len(bad) + 1)
    ]


def test_an_integer_of_thousands_of_digits_is_one_value_lost(folder: Path) -> None:
    path = write(
        folder / "huge.jsonl", '{"step": 1, "loss": 0.5, "n": 1' + "0" * 5000 + '}\n{"step": 2, "loss": 0.25}\n'
    )
    assert points(read(path))["loss"] == [(1, 0.5), (2, 0.25)]


# What trainers say beside their records.


def test_header_footer_plan_and_end(folder: Path) -> None:
    lines = [
        '{"type": "header", "timestamp": "2025-01-01T00:00:00", "lr": 0.1, "model": {"name": "a", "layers": 2}}',
        '{"step": 1, "timestamp": "2025-01-01T00:00:01", "loss": 1.0}',
        '{"step": 2, "timestamp": "2025-01-01T00:00:02", "loss": 0.5}',
        '{"type": "footer", "status": "completed", "total_steps": 2}',
    ]
    log = read(write(folder / "metrics.jsonl", "\n".join(lines)))
    assert points(log) == {"loss": [(1, 1.0), (2, 0.5)]}
    assert log.hyperparameters == {"lr": 0.1, "model.name": "a", "model.layers": 2, "total_steps": 2}
    assert (log.planned_steps, log.finished) == (2, True)
    assert log.series[0].wall_times is not None


def test_a_record_whose_name_is_its_split(folder: Path) -> None:
    lines = [
        json.dumps({"name": name, "epoch": epoch, "loss": loss + epoch / 8})
        for epoch in range(4)
        for name, loss in (("train", 1.0), ("validation", 2.0))
    ]
    found = points(read(write(folder / "named.jsonl", "\n".join(lines))))
    assert found == {
        "train/loss": [(epoch, 1 + epoch / 8) for epoch in range(4)],
        "validation/loss": [(epoch, 2 + epoch / 8) for epoch in range(4)],
    }


@pytest.mark.parametrize("plan", ["NaN", "-1", "1e400", "1" + "0" * 400, '"many"', "null"])
def test_a_plan_that_is_none(folder: Path, plan: str) -> None:
    lines = [f'{{"type": "header", "total_steps": {plan}}}', '{"step": 1, "loss": 1.0}', '{"step": 2, "loss": 0.5}']
    assert read(write(folder / "plan.jsonl", "\n".join(lines))).planned_steps is None


@pytest.mark.parametrize(("percentage", "finished"), [(50.0, None), (100.0, True)])
def test_llama_factory_ends_at_a_hundred_percent(folder: Path, percentage: float, *, finished: bool | None) -> None:
    lines = [{"current_steps": i, "total_steps": 20, "loss": 1.0, "percentage": percentage} for i in (5, 10)]
    log = read(write(folder / "trainer_log.jsonl", "\n".join(map(json.dumps, lines))))
    assert (log.planned_steps, log.finished) == (20, finished)
    assert "total_steps" not in points(log)


def test_the_averages_of_a_run_are_settings(folder: Path) -> None:
    lines = [
        '{"loss": 1.5, "global_step/max_steps": "5/10"}',
        '{"train_loss": 1.25, "train_runtime": 12.5, "epoch": 1.0}',
    ]
    log = read(write(folder / "logging.jsonl", "\n".join(lines)))
    assert points(log) == {"loss": [(5, 1.5)]}
    assert log.hyperparameters == {"summary.train_loss": 1.25, "summary.train_runtime": 12.5, "max_steps": 10}
    assert log.planned_steps == 10


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("train.jsonl", '{"prompt": "a", "chosen": "b", "rejected": "c", "score": 0.5}\n' * 3),
        ("train.jsonl", '{"text": "a", "label": 1}\n' * 3),
        ("access.log", '{"ts": 1750000000.5, "level": "info", "msg": "started", "duration": 0.5}\n' * 3),
        ("one.json", '{"step": 1, "loss": 0.5}\n'),
        ("pretty.json", '{\n  "step": 1,\n  "loss": 0.5\n}\n'),
        ("trainer.log", "step 1 loss 0.5\n" * 3),
        ("trainer.log", 'step 1 {"loss": 0.5}\n' * 3 + '{"step": 1, "loss": 0.5}\n'),
        ("requests.jsonl", "[1, 2]\n[3, 4]\n"),
    ],
)
def test_lines_of_something_else(folder: Path, name: str, content: str) -> None:
    assert not recognized(write(folder / name, content))


def test_one_record_is_a_log_where_lines_are_promised(folder: Path) -> None:
    assert recognized(write(folder / "begun.jsonl", '{"step": 1, "loss": 0.5}\n'))


def test_a_file_without_any_record_is_unreadable(folder: Path) -> None:
    with pytest.raises(UnreadableLogError):
        read(write(folder / "none.jsonl", "a\nb\n"))


def test_numbers_beyond_all_bounds_are_values(folder: Path) -> None:
    """A strict reader refuses exactly the lines on which a run diverges."""
    said = ["1.5", "Infinity", "-Infinity", "NaN", "1e999", "-1e999", "1e-999"]
    lines = [f'{{"step": {step}, "loss": {value}}}' for step, value in enumerate(said)]
    log = read(write(folder / "log.jsonl", "\n".join(lines) + "\n"))
    (series,) = log.series
    np.testing.assert_array_equal(series.values, [1.5, np.inf, -np.inf, np.nan, np.inf, -np.inf, 0])
    assert log.notices == ()
