"""A small run of the damage benchmark: nothing intact is lost, nothing untrue shown, nothing damaged left unsaid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.benchmarks.damage import KINDS, Damaged, Score, Scores, damaged_files, event_file, measure, table
from tests.damaged.pieces import Pieces


@pytest.fixture(scope="module")
def scores() -> Scores:
    return measure(files=4, records=400, seed="suite", readers=("logdoctor", "EventAccumulator"))


def test_logdoctor_loses_nothing_and_says_everything(scores: Scores) -> None:
    assert len(scores) == 2 * len(KINDS)
    for kind, by_reader in scores.items():
        ours = by_reader["logdoctor"]
        assert isinstance(ours, Score)
        assert ours.intact > 0
        assert (kind, ours.returned, ours.wrong, ours.unsaid, ours.elsewhere) == (kind, ours.intact, 0, 0, 0)


def test_the_benchmark_sees_losses(scores: Scores) -> None:
    """TensorBoard's reader ends at the first damage, but reads a file whose end is cut off."""
    theirs = {kind: by_reader["EventAccumulator"] for kind, by_reader in scores.items() if len(by_reader) > 1}
    shares = {kind: one.returned / one.intact for kind, one in theirs.items() if isinstance(one, Score)}
    assert shares["none"] == shares["tail cut off"] == 1
    assert all(shares[kind] < 1 for kind in KINDS if kind not in ("none", "tail cut off"))


def test_the_table_has_every_kind_and_reader(scores: Scores) -> None:
    text = "\n".join(table(scores))
    assert "EventAccumulator" in text
    for kind in scores:
        assert text.count(kind + " ") >= 2


def damaged(file: Pieces) -> Damaged:
    return Damaged(Path(), file, frozenset(), frozenset(), frozenset({0, 4, 7, 10}))


SOUND = Pieces.of(b"0123456789")


@pytest.mark.parametrize(
    ("file", "touched"),
    [
        (SOUND, set()),
        (SOUND.replaced(5, 1, b"x"), {5}),
        (SOUND.replaced(5, 1, b"5"), set()),
        (SOUND.replaced(5, 0, b"x"), {5}),
        (SOUND.replaced(5, 2, b""), {4, 5}),
        (SOUND.rearranged((0, 8)), {7}),
    ],
)
def test_where_a_notice_overlaps_damage(file: Pieces, touched: set[int]) -> None:
    """A byte that is new is damaged; so are those on both sides of where something is missing."""
    one = damaged(file)
    overlapping = {at for at in range(len(file)) if one.overlaps(at, at + 1)}
    assert touched <= overlapping
    assert len(overlapping) <= 3 * len(touched)


def test_a_cut_between_records_is_none_that_can_be_said() -> None:
    assert damaged(SOUND.rearranged((0, 7))).is_cut_between
    assert not damaged(SOUND.rearranged((0, 8))).is_cut_between
    assert not damaged(SOUND.replaced(7, 1, b"x")).is_cut_between


def test_intact_records_are_those_that_still_stand(tmp_path: Path) -> None:
    (one,) = damaged_files(tmp_path, "events.tfevents", event_file, KINDS["page of 4,096 NULs"], 1, 300, "1")
    assert 150 < len(one.intact) < 300
    assert one.intact < one.truth
    assert len(np.unique([step for _, step, _ in one.truth])) == 75


def test_what_is_wrong_is_counted(tmp_path: Path) -> None:
    (one,) = damaged_files(tmp_path, "events.tfevents", event_file, KINDS["none"], 1, 10, "1")
    score = Score()
    score.add(one, frozenset({*list(one.truth)[:5], ("lr", 0, -1.0)}))
    assert (score.intact, score.returned, score.wrong, score.cell) == (10, 5, 1, "50.00 % (1 wrong)")
