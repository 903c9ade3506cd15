"""Numbers as other languages and hands spell them: not finite, with a decimal comma, in JSON that nobody checked."""

from __future__ import annotations

from math import inf, isnan, nan
from pathlib import Path

import pytest

from logdoctor import load
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.tables.json import json_text

FINITE = [2.5 - 0.0625 * i for i in range(20)]
LOST = [
    ("nan", nan), ("NaN", nan), ("-nan", nan), ("NAN", nan), ("-nan(ind)", nan), ("1.#QNAN", nan), ("-1.#IND00", nan),
    ("1.#QNAN0", nan), ("inf", inf), ("-inf", -inf), ("Infinity", inf), ("1.#INF00", inf), ("-1.#INF", -inf),
]  # fmt: skip
FORMS = {
    "train.log": ("", "step {i} loss {v} lr 0.125\n"),
    "metrics.csv": ("step,loss,lr\n", "{i},{v},0.125\n"),
    "metrics.jsonl": ("", '{{"step": {i}, "loss": {v}, "lr": 0.125}}\n'),
    "log.json": ("[", '{{"step": {i}, "loss": {v}, "lr": 0.125}},\n'),
}


def losses(folder: Path, name: str, text: str) -> dict[int, float]:
    (folder / name).write_text(text)
    (run,) = load(folder)
    assert not [notice for notice in run.notices if notice.kind == DAMAGE]
    (found,) = (one for one in run.series if one.name == "loss")
    return dict(zip(found.steps.tolist(), found.values.tolist(), strict=True))


def same(found: float, expected: float) -> bool:
    return found == expected or (isnan(found) and isnan(expected))


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(("word", "expected"), LOST)
def test_what_is_not_finite_is_a_value(tmp_path: Path, name: str, word: str, expected: float) -> None:
    top, line = FORMS[name]
    body = "".join(line.format(i=i, v=v) for i, v in enumerate([*map(str, FINITE), *[word] * 5]))
    found = losses(tmp_path, name, top + (body.rstrip(",\n") + "]" if top == "[" else body))
    assert list(found) == list(range(25))
    assert all(same(one, other) for one, other in zip(found.values(), [*FINITE, *[expected] * 5], strict=True))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("train.log", "".join(f"step {i} loss {v:.4f} lr 0,125\n" for i, v in enumerate(FINITE)).replace(".", ",")),
        ("metrics.csv", "step,loss\n" + "".join(f'{i},"{v:.4f}"\n'.replace(".", ",") for i, v in enumerate(FINITE))),
        ("log.json", "".join(f'{{"step": {i}, "loss": {v},}},\n' for i, v in enumerate(FINITE))),
        ("log.json", "[" + "".join(f'{{"step": {i}, "loss": {v},}},\n' for i, v in enumerate(FINITE)) + "]"),
    ],
)
def test_other_marks(tmp_path: Path, name: str, text: str) -> None:
    assert losses(tmp_path, name, text) == dict(enumerate(FINITE))


def test_commas_of_a_clock_and_of_thousands_are_no_points(tmp_path: Path) -> None:
    lines = (f"12:00:04,{i:03d} step {1000 * (i + 1):,} loss {i}\n" for i in range(30))
    assert losses(tmp_path, "train.log", "".join(lines)) == {1000 * (i + 1): float(i) for i in range(30)}


@pytest.mark.parametrize("beside", ["gpus 0,1", "shape (64,10)", "of 1,000,000 at 12,50"])
def test_commas_of_lists_are_no_points(tmp_path: Path, beside: str) -> None:
    lines = (f"step {1000 * (i + 1):,} loss {i} {beside}\n" for i in range(30))
    assert losses(tmp_path, "train.log", "".join(lines)) == {1000 * (i + 1): float(i) for i in range(30)}


def test_the_beginning_tells_the_decimal_comma_of_a_whole_log(tmp_path: Path) -> None:
    values = [round(1 + 1 / (i + 1), 4) for i in range(60_000)]
    lines = [f"step {i} loss {v:.4f}\n".replace(".", ",") for i, v in enumerate(values)]
    lines[-10] += "torch 2.13\n"
    assert losses(tmp_path, "train.log", "".join(lines)) == dict(enumerate(values))


def test_one_comma_too_many_is_damage(tmp_path: Path) -> None:
    lines = [f'{{"step": {i}, "loss": {v}, "lr": 0.125}}\n' for i, v in enumerate([*FINITE, *FINITE])]
    lines[20] = '{"step": 20, "loss": 2.5, }\n'
    (tmp_path / "metrics.jsonl").write_text("".join(lines))
    (run,) = load(tmp_path)
    assert {len(one) for one in run.series} == {40, 39}
    assert [one.line_start for one in run.notices if one.kind == DAMAGE] == [21]


def test_words_within_strings_stay(tmp_path: Path) -> None:
    assert json_text.spelled_out('{"nan": "inf, }", "a": -inf, }') == '{"nan": "inf, }", "a": -Infinity  }'


def test_damage_behind_an_infinity_is_told_where_it_lies(tmp_path: Path) -> None:
    records = [f'{{"step": {i}, "loss": {v}}}' for i, v in enumerate([*FINITE, "inf", "inf"])]
    text = "[" + ", ".join(records) + ', {"step": 22, "lo'
    (tmp_path / "log.json").write_text(text)
    (run,) = load(tmp_path)
    (damage,) = (notice for notice in run.notices if notice.kind == DAMAGE)
    assert damage.byte_end == len(text)
    assert damage.byte_start is not None
    assert text[: damage.byte_start].rstrip(", ").endswith('"loss": inf}')


def test_a_warning_of_python_measures_nothing(tmp_path: Path) -> None:
    warning = "/lib/python3/torch/optim.py:12: UserWarning: loss 3.5 was used before 2.1\n  warnings.warn(\n"
    lines = (f"step {i} loss {v}\n" + warning * (i % 5 == 2) for i, v in enumerate(FINITE))
    assert losses(tmp_path, "train.log", "".join(lines)) == dict(enumerate(FINITE))


@pytest.mark.parametrize("form", ["step {i} loss {v}", "Epoch {i}: 100%|####| 9/9 [00:01<00:00, 9.9it/s, loss={v}]"])
def test_numbers_before_a_warning_are_kept(tmp_path: Path, form: str) -> None:
    warning = "/lib/python3/torch/optim.py:12: UserWarning: lr 0.5 was used before 2.1\n  warnings.warn(\n"
    lines = (form.format(i=i, v=v) + (warning if i % 5 == 2 else "\n") for i, v in enumerate(FINITE))
    assert losses(tmp_path, "train.log", "".join(lines)) == dict(enumerate(FINITE))


@pytest.mark.parametrize("name", ["typescript", "screenlog.0"])
def test_what_a_terminal_kept(tmp_path: Path, name: str) -> None:
    assert losses(tmp_path, name, "".join(f"step {i} loss {v}\r\n" for i, v in enumerate(FINITE)))
