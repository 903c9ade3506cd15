"""Numbers that are packed come out as they went in, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor.sources.tables.compact import packed, rows
from logdoctor.sources.tables.compact.packed import PART, GrowingValues, Values
from logdoctor.sources.tables.compact.rows import GrowingRows, Rows

COUNT = 3 * PART + 1234
RNG = np.random.default_rng(1)
STEPS = np.arange(COUNT, dtype=float)

COLUMNS = {
    "steps": 50 * STEPS,
    "steps from one far off": STEPS + 2**52,
    "falling": -STEPS,
    "fractions": STEPS / 8,
    "epochs": STEPS // 1000,
    "within epochs": STEPS % 1000,
    "one value": np.full(COUNT, 1e-4),
    "nothing but NaN": np.full(COUNT, np.nan),
    "infinities": np.where(STEPS % 2 == 0, np.inf, -np.inf),
    "zeros of both signs": np.where(STEPS % 3 == 0, -0.0, 0.0),
    "a resumed run": np.where(STEPS < PART * 1.5, STEPS, STEPS - 40_000),
    "one torn step": np.where(STEPS == PART + 7, 3.0000310e15, STEPS),
    "seconds": 1.7e9 + np.cumsum(RNG.random(COUNT)),
    "large integers": RNG.integers(-(2**62), 2**62, COUNT).astype(float),
    "losses": RNG.random(COUNT),
    "losses behind zeros": np.where(STEPS < 2 * PART, 0.0, RNG.random(COUNT)),
    "payload of NaN": np.array([0x7FF8000000000001 + i % 5 for i in range(COUNT)], np.int64).view(np.float64),
}


def grown(values: np.ndarray) -> Values:
    growing = GrowingValues()
    for start in range(0, COUNT, 7777):
        growing.add(values[start : start + 7777])
        assert len(growing) == min(start + 7777, COUNT)
    return growing.all()


@pytest.mark.parametrize("title", COLUMNS)
def test_numbers_come_out_as_they_went_in(title: str) -> None:
    values = COLUMNS[title]
    held = grown(values)
    assert len(held) == COUNT
    assert b"".join(piece.tobytes() for piece in held.pieces()) == values.tobytes()
    chosen = values < np.nanmedian(values) if np.isfinite(values).any() else STEPS % 5 == 0
    masks = np.split(chosen, [5, 5, PART, 2 * PART + 1])
    some = grown(values).chosen(masks, int(chosen.sum()))
    assert b"".join(piece.tobytes() for piece in some.pieces()) == values[chosen].tobytes()
    assert held.all().tobytes() == values.tobytes()
    assert held.all() is held.all()
    held.keep(masks, int(chosen.sum()))
    assert held.all().tobytes() == values[chosen].tobytes()


@pytest.mark.parametrize(
    ("title", "most"),
    [("steps", 100), ("one value", 100), ("epochs", PART), ("within epochs", 2 * PART), ("a resumed run", PART)],
)
def test_counters_take_a_fraction(title: str, most: int) -> None:
    parts = grown(COLUMNS[title])._parts
    assert len(parts) == 3
    assert all(isinstance(part, packed._Part) and part.moves.nbytes <= most * 4 for part in parts)


def test_losses_are_not_packed() -> None:
    assert grown(COLUMNS["losses"])._parts == []


@pytest.mark.parametrize("piece", [64, 1024 * 1024])
def test_numbers_over_all_rows(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "PIECE", piece)
    monkeypatch.setattr(rows, "PIECE", piece)
    mask = RNG.random(1000) < 0.3
    values = RNG.random(int(mask.sum()))
    found = np.concatenate(list(Values.of(values).over_all(Rows.chosen(mask), 1000)))
    assert found[mask].tobytes() == values.tobytes()
    assert np.isnan(found[~mask]).all()


@pytest.mark.parametrize(
    "numbers",
    [
        np.flatnonzero(RNG.random(100_000) < 0.9),
        np.flatnonzero(RNG.random(1_000_000) < 0.01),
        np.concatenate([np.arange(0, 60_000, 2), np.arange(60_000, 3_000_000, 300)]),
        np.concatenate([np.arange(0, 3_000_000, 300), np.arange(3_000_000, 3_060_000, 2)]),
        np.sort(RNG.integers(0, 50_000, 50_000)),
        np.repeat(np.arange(40_000), 2),
        np.arange(50_000),
        np.zeros(0, np.int64),
    ],
    ids=["many", "few", "many, then few", "few, then many", "some twice", "all twice", "all", "none"],
)
def test_rows_grow_to_what_they_are(numbers: np.ndarray) -> None:
    growing = GrowingRows({})
    for start in range(0, len(numbers), 5000):
        growing.add(numbers[start : start + 5000])
    found = growing.all()
    assert found.numbers().tolist() == numbers.tolist()
    assert found.key == Rows.at(numbers).key


def test_the_bits_of_equal_rows_are_held_once() -> None:
    known: dict[bytes, bytes] = {}
    columns = [GrowingRows(known) for _ in range(3)]
    for column in columns:
        column.add(np.arange(0, 40_000, 2))
    assert len({id(packed) for column in columns for _, packed in column._bits}) == len(columns[0]._bits) > 0


def test_rows_without_others() -> None:
    some = Rows.at(np.array([1, 2, 2, 5, 9]))
    assert some.minus(Rows.at(np.array([2, 3])), 10).numbers().tolist() == [1, 5, 9]
    assert Rows(6).minus(Rows.at(np.array([2, 3])), 10).numbers().tolist() == [0, 1, 4, 5]
    assert Rows.at(np.array([1, 5])).is_in(Rows(6), 10)
    assert not Rows.at(np.array([1, 6])).is_in(Rows(6), 10)
