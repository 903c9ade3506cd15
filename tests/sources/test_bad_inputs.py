"""Inputs that crashes, storage, editors, transfers and strangers leave behind, in every format of lines and documents.

One run of sixty steps is written as CSV, JSON lines, JSON and text, then damaged. The oracle: no point is untrue, every
point of an untouched row is there, and whatever is missing is said with its lines and bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from logdoctor.reading import look
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE, INTERPRETATION, RESTART
from logdoctor.sources.tables import table

COUNT = 60


def loss(i: int) -> float:
    return 2.5 - i / 64


def accuracy(i: int) -> float:
    return float(f"{i / 97:.6f}")


TRUTH = {(name, 10 * i): value(i) for i in range(COUNT) for name, value in (("loss", loss), ("acc", accuracy))}

HEADER = "step,loss,acc"
ROWS = [f"{10 * i},{loss(i)!r},{accuracy(i):.6f}" for i in range(COUNT)]
RECORDS = [json.dumps({"step": 10 * i, "loss": loss(i), "acc": accuracy(i)}) for i in range(COUNT)]
LINES = [f"step {10 * i}: loss {loss(i)!r}, acc {accuracy(i):.6f}" for i in range(COUNT)]
STATE = {"global_step": 590, "log_history": [json.loads(record) for record in RECORDS]}
HISTORY = {"step": [10 * i for i in range(COUNT)], "loss": [*map(loss, range(COUNT))]}


@dataclass(frozen=True)
class Format:
    """A file of lines: its name, its first lines, the lines of its rows."""

    name: str
    rows: list[str]
    top: tuple[str, ...] = ()

    def text(self, rows: list[str], end: str = "\n") -> str:
        return "\n".join([*self.top, *rows]) + end

    def place(self, row: int) -> int:
        """Return the line of a row, counted from 1."""
        return len(self.top) + row + 1


CSV = Format("metrics.csv", ROWS, (HEADER,))
JSONL = Format("metrics.jsonl", RECORDS)
TEXT = Format("train.log", LINES)
FORMATS = pytest.mark.parametrize("form", [CSV, JSONL, TEXT], ids=lambda form: form.name)


@dataclass(frozen=True)
class Found:
    """What was read of a file."""

    points: dict[tuple[str, int], float] = field(default_factory=dict)
    damaged: list[tuple[int | None, int | None]] = field(default_factory=list)
    """Lines of the notices of damage."""
    run: Run | None = None

    @property
    def missing(self) -> set[int]:
        """Rows of which a point is missing."""
        return {step // 10 for name, step in TRUTH.keys() - self.points.keys()}


def read(folder: Path, name: str, content: str | bytes) -> Found:
    """Read one file; no point may be untrue, and every notice of damage must lie where it says."""
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    runs = look([folder]).runs
    if not runs:
        return Found()
    (run,) = runs
    points = {
        (series.name, step): value
        for series in run.series
        if series.name in ("loss", "acc")
        for step, value in zip(series.steps.tolist(), series.values.tolist(), strict=True)
    }
    notices = [notice for notice in run.notices if notice.kind == DAMAGE]
    for notice in notices:
        assert notice.byte_start is not None
        assert notice.byte_end is not None
        assert 0 <= notice.byte_start <= notice.byte_end <= len(data)
    return Found(points, [(notice.line_start, notice.line_end) for notice in notices], run)


def replaced(rows: list[str], at: int, *by: str) -> list[str]:
    return [*rows[:at], *by, *rows[at + 1 :]]


def inserted(rows: list[str], at: int, *lines: str) -> list[str]:
    return [*rows[:at], *lines, *rows[at:]]


# Every format of lines.


@FORMATS
@pytest.mark.parametrize("end", ["\n", ""])
def test_nothing_is_said_of_a_whole_file(tmp_path: Path, form: Format, end: str) -> None:
    found = read(tmp_path, form.name, form.text(form.rows, end))
    assert found.points == TRUTH
    assert found.run is not None
    assert found.run.notices == ()


@FORMATS
def test_a_file_cut_anywhere_within_its_last_rows(tmp_path: Path, form: Format) -> None:
    whole = form.text(form.rows)
    for cut in range(1, 2 * len(form.rows[-1])):
        text = whole[:-cut]
        found = read(tmp_path, form.name, text)
        assert found.points.items() <= TRUTH.items(), cut
        ended = text.count("\n") - len(form.top)
        assert found.missing <= set(range(ended, COUNT)), cut
        torn = text[text.rfind("\n") + 1 :]
        if (
            torn
            and torn not in form.rows
            and found.points.keys() & {("loss", 10 * ended), ("acc", 10 * ended)} == set()
        ):
            assert found.damaged == [(form.place(ended),) * 2] or len(torn) < len("step 5"), (cut, torn)


@FORMATS
def test_a_row_that_the_next_one_runs_into(tmp_path: Path, form: Format) -> None:
    """Two writers, or one that was killed and another that went on in the same file."""
    for keep in range(1, len(form.rows[30]) + 1):
        rows = [*form.rows[:30], form.rows[30][:keep] + form.rows[31], *form.rows[32:]]
        found = read(tmp_path, form.name, form.text(rows))
        assert found.points.items() <= TRUTH.items(), keep
        assert found.missing <= {30, 31}, keep
        assert found.damaged == [(form.place(30),) * 2], (keep, found.points.get(("loss", 310)))


@FORMATS
@pytest.mark.parametrize("start", [700, 1005, 1500])
@pytest.mark.parametrize("length", [1, 7, 300])
def test_nul_bytes_in_the_place_of_rows(tmp_path: Path, form: Format, start: int, length: int) -> None:
    content = form.text(form.rows).encode()
    start = min(start, len(content) - length - 40)
    found = read(tmp_path, form.name, content[:start] + bytes(length) + content[start + length :])
    first = content.count(b"\n", 0, start) - len(form.top)
    last = content.count(b"\n", 0, start + length) - len(form.top)
    assert found.points.items() <= TRUTH.items()
    assert found.missing <= set(range(first, last + 1))
    assert found.damaged == [(form.place(first),) * 2]


@FORMATS
def test_nul_bytes_behind_the_last_row(tmp_path: Path, form: Format) -> None:
    found = read(tmp_path, form.name, form.text(form.rows).encode() + bytes(4096))
    assert found.points == TRUTH
    assert found.damaged == [(form.place(COUNT),) * 2]


@FORMATS
def test_rows_appended_behind_nul_bytes(tmp_path: Path, form: Format) -> None:
    head, tail = form.text(form.rows[:30]), "\n".join(form.rows[30:]) + "\n"
    found = read(tmp_path, form.name, head.encode() + bytes(4096) + tail.encode())
    assert found.points == TRUTH
    assert found.damaged == [(form.place(30),) * 2]


@FORMATS
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends(tmp_path: Path, form: Format, encoding: str, end: str) -> None:
    found = read(tmp_path, form.name, form.text(form.rows).replace("\n", end).encode(encoding))
    assert (found.points, found.damaged) == (TRUTH, [])


@FORMATS
def test_half_a_character_at_the_end(tmp_path: Path, form: Format) -> None:
    found = read(tmp_path, form.name, form.text(form.rows).encode("utf-16")[:-1])
    assert found.points.items() <= TRUTH.items()
    assert found.missing <= {COUNT - 1}


@FORMATS
def test_lines_may_end_in_a_carriage_return(tmp_path: Path, form: Format) -> None:
    assert read(tmp_path, form.name, form.text(form.rows).replace("\n", "\r")).points == TRUTH


@FORMATS
def test_a_line_in_latin_1(tmp_path: Path, form: Format) -> None:
    line = '{"note": "époque"}' if form is JSONL else "# époque"
    found = read(tmp_path, form.name, form.text(inserted(form.rows, 30, line)).encode("latin-1"))
    assert (found.points, found.damaged) == (TRUTH, [])


@FORMATS
@pytest.mark.parametrize("line", ["x" * 20_000_000, "1" * 20_000_000], ids=["letters", "digits"])
def test_a_line_without_end_costs_that_line(tmp_path: Path, form: Format, line: str) -> None:
    found = read(tmp_path, form.name, form.text(inserted(form.rows, 30, line)))
    assert found.points == TRUTH
    assert found.damaged == [(form.place(30),) * 2]


@FORMATS
@pytest.mark.parametrize("line", ["loss " + "1" * 1_000_000, "1," * 500_000, "[" * 500_000, '{"a":' * 100_000])
def test_a_long_line_of_something_else_costs_that_line(tmp_path: Path, form: Format, line: str) -> None:
    found = read(tmp_path, form.name, form.text(inserted(form.rows, 30, line)))
    assert found.points == TRUTH
    assert found.damaged in ([], [(form.place(30),) * 2])


@FORMATS
def test_a_repeated_stretch_is_kept_on_both_branches(tmp_path: Path, form: Format) -> None:
    found = read(tmp_path, form.name, form.text([*form.rows[:40], *form.rows[20:]]))
    assert found.points == TRUTH
    assert found.run is not None
    assert {len(series) for series in found.run.series if series.name in ("loss", "acc")} == {80}


# Tables.

TABLES: dict[str, tuple[list[str], list[int], list[int]]] = {
    "a long row": (replaced(ROWS, 30, ROWS[30] + ",5,6"), [30], [30]),
    "a short row": (replaced(ROWS, 30, "300,2.0"), [30], [30]),
    "a row of one cell": (replaced(ROWS, 30, "300"), [30], [30]),
    "an open quote": (replaced(ROWS, 30, '300,"2.0,0.5'), [30], [30]),
    "an open quote over two rows": (replaced(ROWS, 30, '300,"2.0', '",0.5'), [30], [30, 31]),
    "text for a number": (replaced(ROWS, 30, "300,2.0x,0.5"), [30], [30]),
    "thousands of digits": (replaced(ROWS, 30, f"300,{'1' * 5000},0.5"), [30], [30]),
    "a step beyond counting": (replaced(ROWS, 30, "12345678901234567890,1.0,0.5"), [30], [30]),
    "a step that is no whole number": (replaced(ROWS, 30, "300.5,1.0,0.5"), [30], [30]),
    "an empty line": (inserted(ROWS, 30, "", ""), [], []),
    "a comment": (inserted(ROWS, 30, "# resumed"), [], []),
    "words for nothing": (replaced(ROWS, 30, "300,NA,null"), [30], []),
}


def test_a_header_again_is_a_restart(tmp_path: Path) -> None:
    found = read(tmp_path, CSV.name, CSV.text([*ROWS[:40], HEADER, *ROWS[20:]]))
    assert found.points == TRUTH
    assert found.run is not None
    assert [(notice.kind, notice.line_start) for notice in found.run.notices] == [(RESTART, 42)]


def test_another_header_begins_another_table(tmp_path: Path) -> None:
    cells = [row.split(",") for row in ROWS[30:]]
    wider = ["step,loss,lr,acc", *(f"{step},{loss},0.1,{acc}" for step, loss, acc in cells)]
    found = read(tmp_path, CSV.name, CSV.text([*ROWS[:30], *wider]))
    assert found.points == TRUTH
    assert found.run is not None
    assert [(notice.kind, notice.line_start) for notice in found.run.notices] == [(INTERPRETATION, 32)]


def test_decimals_may_be_written_with_a_comma(tmp_path: Path) -> None:
    text = CSV.text(ROWS).replace(",", ";").replace(".", ",")
    assert read(tmp_path, CSV.name, text).points == TRUTH


def test_two_columns_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    found = read(tmp_path, CSV.name, "\n".join([f"{HEADER},loss", *(f"{row},7" for row in ROWS)]) + "\n")
    assert found.points == TRUTH
    assert found.run is not None
    assert "loss.1" in {series.name for series in found.run.series}


def test_two_names_that_become_one_stay_in_their_row(tmp_path: Path) -> None:
    records = ['{"step": 0, "a": {"b": 1.0}, "a/b": 2.0, "loss": 2.5}', *RECORDS[1:]]
    found = read(tmp_path, JSONL.name, JSONL.text(records))
    assert found.run is not None
    (both,) = (series for series in found.run.series if series.name == "a/b")
    assert list(zip(both.steps.tolist(), both.values.tolist(), strict=True)) == [(0, 1.0), (0, 2.0)]


@pytest.fixture
def few_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_COLUMNS", 200)


@pytest.mark.usefixtures("few_columns")
def test_a_table_of_more_columns_than_are_read_says_so(tmp_path: Path) -> None:
    names, cells = ",".join(f"c{i}" for i in range(10_000)), ",0.5" * 10_000
    (tmp_path / CSV.name).write_text("\n".join([f"{HEADER},{names}", *(row + cells for row in ROWS[:4])]) + "\n")
    (run,) = look([tmp_path]).runs
    assert {"loss", "acc"} <= {series.name for series in run.series}
    (notice,) = run.notices
    assert (notice.kind, notice.message[:33]) == (DAMAGE, "9803 columns were not read: the t")


@pytest.mark.parametrize("content", ["", HEADER, f"{HEADER}\n", "\n\n\n"])
def test_a_table_without_rows_is_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / CSV.name).write_text(content)
    assert look([tmp_path]).skipped.left_alone == (CSV.name,)


# JSON lines.

JSON_LINES: dict[str, tuple[list[str], list[int], list[int]]] = {
    "NaN": (replaced(RECORDS, 30, '{"step": 300, "note": NaN}'), [30], []),
    "a hundred thousand brackets": (replaced(RECORDS, 30, "[" * 100_000), [30], [30]),
    "fifty thousand objects": (replaced(RECORDS, 30, '{"a":' * 50_000), [30], [30]),
    "a step of thousands of digits": (replaced(RECORDS, 30, f'{{"step": {"1" * 5000}, "loss": 1.0}}'), [30], [30]),
    "a step of thirty digits": (replaced(RECORDS, 30, f'{{"step": {"1" * 30}, "loss": 1.0}}'), [30], [30]),
    "a value of thousands of digits": (replaced(RECORDS, 30, f'{{"step": 300, "loss": {"1" * 5000}}}'), [30], [30]),
    "a value of five hundred digits": (replaced(RECORDS, 30, f'{{"step": 300, "loss": {"1" * 500}}}'), [30], [30]),
    "a dictionary of Python": (replaced(RECORDS, 30, "{'step': 300, 'loss': 1.5}"), [30], [30]),
    "no objects": (inserted(RECORDS, 30, "3", "[1]", '"x"', "null"), [], [30, 31, 32, 33]),
    "names of JavaScript": (inserted(RECORDS, 30, '{"__proto__": {"a": 1}, "constructor": 2}'), [], []),
    "half a pair": (inserted(RECORDS, 30, '{"note": "\\ud800"}'), [], []),
}


CASES = [(CSV, title, *case) for title, case in TABLES.items()]
CASES += [(JSONL, title, *case) for title, case in JSON_LINES.items()]


@pytest.mark.parametrize(
    ("form", "rows", "missing", "damaged"),
    [pytest.param(form, *case, id=f"{form.name}: {title}") for form, title, *case in CASES],
)
def test_what_is_damaged_is_left_out_and_said(
    tmp_path: Path, form: Format, rows: list[str], missing: list[int], damaged: list[int]
) -> None:
    found = read(tmp_path, form.name, form.text(rows))
    assert found.points.items() <= TRUTH.items()
    assert found.missing == set(missing)
    said = [line for first, last in found.damaged for line in range(first or 0, (last or 0) + 1)]
    assert said == [form.place(row) for row in damaged]


def test_two_records_on_a_line_are_both_read(tmp_path: Path) -> None:
    found = read(
        tmp_path, JSONL.name, JSONL.text(replaced(RECORDS, 30, RECORDS[30] + RECORDS[30].replace("300", "305")))
    )
    assert found.points.keys() - TRUTH.keys() == {("loss", 305), ("acc", 305)}
    assert found.missing == set()
    assert found.damaged == [(31, 31)]


def test_a_name_twice_is_said(tmp_path: Path) -> None:
    record = f'{{"step": 300, "loss": 9.0, "acc": {accuracy(30)}, "loss": {loss(30)}}}'
    found = read(tmp_path, JSONL.name, JSONL.text(replaced(RECORDS, 30, record)))
    assert found.points == TRUTH
    assert found.run is not None
    assert [(notice.kind, notice.line_start) for notice in found.run.notices] == [(INTERPRETATION, 31)]


@pytest.mark.usefixtures("few_columns")
def test_a_record_of_too_many_names_says_so(tmp_path: Path) -> None:
    wide = json.dumps({"step": 300, **{f"k{i}": i for i in range(1000)}})
    (tmp_path / JSONL.name).write_text(JSONL.text(inserted(RECORDS, 30, wide)))
    (run,) = look([tmp_path]).runs
    assert "loss" in {series.name for series in run.series}
    assert "columns were not read" in run.notices[0].message


# JSON documents.


def cut(text: str) -> Iterator[str]:
    yield from (text[:at] for at in range(len(text) // 4, len(text) - 1, 7))


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("name", "document"), [("trainer_state.json", STATE), ("history.json", HISTORY)])
def test_a_document_that_breaks_off(tmp_path: Path, name: str, document: object, indent: int | None) -> None:
    for text in cut(json.dumps(document, indent=indent)):
        found = read(tmp_path, name, text)
        if name == "trainer_state.json":
            assert found.points.items() <= TRUTH.items()
            assert len(found.points) // 2 == text.count("}")
        elif found.run is not None and '"loss"' in text:
            values = [found.points[key] for key in sorted(found.points) if key[0] == "loss"]
            assert values == [loss(i) for i in range(len(values))]
        assert found.run is None or len(found.damaged) == 1


DOCUMENTS: dict[str, Callable[[str], str | bytes]] = {
    "a mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "nested without end beside it": lambda text: text[:-1] + ', "a": ' + "[" * 900 + "]" * 900 + "}",
}


@pytest.mark.parametrize("title", DOCUMENTS)
def test_a_document_is_read_in_any_encoding_and_beside_deep_nesting(tmp_path: Path, title: str) -> None:
    assert read(tmp_path, "trainer_state.json", DOCUMENTS[title](json.dumps(STATE))).points == TRUTH


def test_a_hole_in_a_document(tmp_path: Path) -> None:
    text = json.dumps(STATE, indent=1).encode()
    found = read(tmp_path, "trainer_state.json", text[:1000] + bytes(64) + text[1064:])
    assert found.points.items() <= TRUTH.items()
    assert 0 < len(found.missing) <= 3
    assert len(found.damaged) == 1


@pytest.mark.parametrize("digits", [400, 5000])
def test_an_integer_too_long_is_one_value(tmp_path: Path, digits: int) -> None:
    text = json.dumps(STATE).replace(f'"loss": {loss(30)}', f'"loss": {"1" * digits}')
    found = read(tmp_path, "trainer_state.json", text)
    assert found.points.items() <= TRUTH.items()
    assert TRUTH.keys() - found.points.keys() == {("loss", 300)}
    assert len(found.damaged) == 1


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' * 100_000, '{"loss": [1, 2, 3], "a": ' + "[" * 100_000])
def test_nesting_without_end_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "history.json").write_text(text)
    assert look([tmp_path]).skipped.left_alone == ("history.json",)
