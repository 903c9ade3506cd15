"""A cut between two records, told by the tags that are always written together."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.damaged.records import VERSION, point

from logdoctor.sources.tfevents import read_log

TAGS = (b"loss", b"lr", b"grad_norm")
STEPS = 30


def records(last_value: float = 0.5, *, late: float = 1e-4) -> list[bytes]:
    """Return one record for each tag and step; `late` is the time from one tag to the next, a step takes one second."""
    return [
        point(10 * step, last_value if step == STEPS - 1 else 0.5, tag, 1.7e9 + step + i * late)
        for step in range(STEPS)
        for i, tag in enumerate(TAGS)
    ]


def said(folder: Path, content: list[bytes]) -> list[str]:
    path = folder / "events.out.tfevents.1"
    path.write_bytes(VERSION + b"".join(content))
    return [notice.message for notice in read_log(path).notices]


@pytest.mark.parametrize("lost", [1, 2])
def test_a_group_without_its_end_is_told(tmp_path: Path, lost: int) -> None:
    (message,) = said(tmp_path, records()[:-lost])
    names = ["`loss`", "`lr`", "`grad_norm`"]
    missing, written = ", ".join(names[-lost:]), ", ".join(names[:-lost])
    assert message == (
        f"The file may be cut between two records: {missing} lack step 290, at which {written}, "
        "always written just before, have their last point."
    )


def test_a_whole_group_is_no_cut(tmp_path: Path) -> None:
    assert said(tmp_path, records()) == []
    assert said(tmp_path, records()[:-3]) == []


def test_a_program_may_stop_at_a_loss_that_is_nan(tmp_path: Path) -> None:
    assert said(tmp_path, records(last_value=math.nan)[:-2]) == []


def test_tags_between_which_time_passes_belong_to_no_group(tmp_path: Path) -> None:
    """As a validation behind each epoch: the run may have been stopped in it."""
    assert said(tmp_path, records(late=0.3)[:-1]) == []


def test_what_is_logged_once_at_the_end_is_no_cut(tmp_path: Path) -> None:
    final = point(10 * STEPS, 0.5, b"loss", 1.7e9 + STEPS + 60)
    other = point(10 * STEPS + 7, 0.5, b"loss", 1.7e9 + STEPS)
    assert said(tmp_path, [*records(), final]) == []
    assert said(tmp_path, [*records(), other]) == []


def test_tags_of_another_pace_are_no_cut(tmp_path: Path) -> None:
    rare = [point(10 * step, 0.5, b"val", 1.7e9 + step + 5e-4) for step in range(0, STEPS, 2)]
    assert said(tmp_path, [*records(), *rare]) == []
