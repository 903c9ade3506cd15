"""Tables with more of something than any training logs: what lies beyond is said, and little of it is held."""

from __future__ import annotations

from pathlib import Path

import pytest

from logdoctor.run import Notice
from logdoctor.sources import json_lines
from logdoctor.sources.csv_table import CsvTable
from logdoctor.sources.json_lines import JsonLines
from logdoctor.sources.source import Log, Source
from logdoctor.sources.tables import table, table_logs
from logdoctor.sources.tables.lost_lines import MOST_NOTICES, Damage, Span


def read(folder: Path, source: Source, name: str, content: str) -> tuple[list[Log], list[Notice]]:
    path = folder / name
    path.write_text(content)
    logs = list(source.read(path))
    return logs, [notice for log in logs for notice in log.notices]


def test_headers_without_end(tmp_path: Path) -> None:
    rows = "".join(f"{i},0.5\nstep,loss\n" for i in range(300))
    (log,), notices = read(tmp_path, CsvTable(), "metrics.csv", f"step,loss\n{rows}")
    assert len(log.series[0]) == 300
    assert len(notices) == MOST_NOTICES + 1
    assert any("250 more times" in notice.message for notice in notices)


def test_every_other_row_torn(tmp_path: Path) -> None:
    rows = "".join(f"{i},0.5\n{i}\n" for i in range(300))
    (log,), notices = read(tmp_path, CsvTable(), "metrics.csv", f"step,loss\n{rows}")
    assert log.series[0].steps.tolist() == list(range(300))
    assert len(notices) == MOST_NOTICES + 1
    assert notices[-1].message.startswith("250 lines from 103 to 601 were not used")


def test_text_in_several_columns_is_told_of_each_row_once(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'a' if i in (20, 40) else 0.5},{'b' if i in (30, 40) else 0.5}\n" for i in range(100))
    (log,), notices = read(tmp_path, CsvTable(), "metrics.csv", f"step,loss,val_loss\n{rows}")
    assert all(set(range(100)) - set(one.steps.tolist()) == {20, 30, 40} for one in log.series)
    assert [(notice.line_start, notice.message) for notice in notices] == [
        (22, "Line 22 has text in the numeric column `loss`."),
        (32, "Line 32 has text in the numeric column `val_loss`."),
        (42, "Line 42 has text in the numeric column `loss`."),
    ]


def test_a_column_that_names_too_many_runs_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_logs, "_MOST_RUNS", 3)
    rows = "".join(f"r{i // 4},{i % 4},0.5\n" for i in range(20))
    logs, notices = read(tmp_path, CsvTable(), "metrics.csv", f"run,step,loss\n{rows}")
    assert [log.label for log in logs] == ["run=r0", "run=r1", "run=r2"]
    assert [notice.message for notice in notices] == ["8 rows were not used: column `run` holds more than 3 words."]


@pytest.mark.parametrize("words", [5, 40, 200])
def test_quantities_by_their_names(tmp_path: Path, words: int) -> None:
    """Few are taken apart one by one, many in one go; of more than 127 the codes take two bytes."""
    rows = "".join(f"{i // words},{'' if i == 7 else f't{i % words}'},{i}\n" for i in range(3 * words))
    (log,), _ = read(tmp_path, CsvTable(), "metrics.csv", f"step,tag,value\n{rows}")
    found = {one.name: one.values.tolist() for one in log.series}
    wanted = {f"t{k}": [float(i) for i in range(k, 3 * words, words) if i != 7] for k in range(words)}
    assert found == wanted | {"value": [7.0]}


def test_words_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (table, table_logs):
        monkeypatch.setattr(module, "MOST_COLUMNS", 4)
    rows = "".join(f"{i // 6},t{i % 6},{i}\n" for i in range(18))
    (log,), notices = read(tmp_path, CsvTable(), "metrics.csv", f"step,tag,value\n{rows}")
    assert [one.name for one in log.series] == ["t0", "t1", "t2", "t3"]
    assert [notice.message for notice in notices] == ["6 rows were not used: column `tag` holds more than 4 words."]


def test_settings_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "_MOST_SETTINGS", 5)
    lines = "".join(f'{{"a{i}": 1.5}}\n{{"step": {i}, "loss": 0.5}}\n' for i in range(20))
    (log,), notices = read(tmp_path, JsonLines(), "metrics.jsonl", lines)
    assert list(log.hyperparameters) == ["a0", "a1", "a2", "a3", "a4"]
    assert [notice.message for notice in notices] == ["15 settings were not read: the file has more than 5."]


def test_damaged_lines_are_told_in_the_order_of_the_file() -> None:
    damage = Damage(Path("a"))
    for line in (7, 3, 2, 9, 4):
        damage.add(Span(line, 10 * line, 10 * line + 10, "is torn"))
    assert len(damage) == 5
    assert [(one.line_start, one.line_end) for one in damage.notices()] == [(2, 4), (7, 7), (9, 9)]
