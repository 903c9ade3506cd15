"""VisualDL's records: framed by lengths alone, read up to the first that is damaged."""

from __future__ import annotations

from pathlib import Path

from tests.damaged.reports import VISUALDL_META, visualdl_scalar
from tests.sources.read_back import curve

from logdoctor import load
from logdoctor.run import Run


def the_run(folder: Path, content: bytes) -> Run:
    (folder / "vdlrecords.1700000000.log").write_bytes(content)
    (run,) = load(folder)
    return run


def test_steps_may_be_negative(tmp_path: Path) -> None:
    run = the_run(tmp_path, VISUALDL_META + visualdl_scalar("loss", -1, 2.5) + visualdl_scalar("loss", 1, 1.5))
    assert curve(run, "loss") == {-1: 2.5, 1: 1.5}


def test_a_cut_record_is_said_and_what_came_before_is_kept(tmp_path: Path) -> None:
    sound = VISUALDL_META + visualdl_scalar("loss", 0, 2.5) + visualdl_scalar("loss", 1, 1.5)
    run = the_run(tmp_path, sound[:-3])
    assert curve(run, "loss") == {0: 2.5}
    (notice,) = run.notices
    assert (notice.byte_start, notice.byte_end) == (len(sound) - len(visualdl_scalar("loss", 1, 1.5)), len(sound) - 3)
