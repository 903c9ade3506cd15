"""Compressed logs: read as what they hold, as far as they can be unpacked, and never passed over in silence."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from logdoctor import load
from logdoctor.errors import NoRunError
from logdoctor.reading import look
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE, INTERPRETATION
from logdoctor.sources.discovery import compressed

LINES = [f"epoch {epoch} loss: {2 / epoch:.4f}\n" for epoch in range(1, 41)]
PACKERS = [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]

Pack = Callable[[bytes], bytes]


def steps(run: Run) -> list[int]:
    return [int(step) for step in run.series[0].steps]


@pytest.mark.parametrize(("suffix", "pack"), PACKERS)
def test_a_compressed_log_is_read(suffix: str, pack: Pack, tmp_path: Path) -> None:
    (tmp_path / f"train.log{suffix}").write_bytes(pack("".join(LINES).encode()))
    (tmp_path / f"notes.txt{suffix}").write_bytes(pack(b"nothing"))
    (run,) = load(tmp_path)
    assert steps(run) == list(range(1, 41))
    assert [(notice.kind, notice.path) for notice in run.notices] == [(INTERPRETATION, f"train.log{suffix}")]
    assert look([tmp_path]).skipped.not_read == ()


def test_an_archive_of_several_files_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text("".join(LINES))
    with tarfile.open(tmp_path / "run1.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "train.log", "train.log")
    (run,) = load(tmp_path)
    assert (run.notices, look([tmp_path]).skipped.left_alone) == ((), ("run1.tar.gz",))


@pytest.mark.parametrize(("name", "pack"), [("train.log.gz", bytes), ("train.log", gzip.compress)])
def test_bytes_and_not_the_name_tell_what_is_compressed(name: str, pack: Pack, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(pack("".join(LINES).encode()))
    (run,) = load(tmp_path)
    assert steps(run) == list(range(1, 41))


@pytest.mark.parametrize(("suffix", "pack"), PACKERS[:1])
def test_a_file_that_is_cut_off_gives_what_comes_before(suffix: str, pack: Pack, tmp_path: Path) -> None:
    packed = pack("".join(LINES).encode())
    (tmp_path / f"train.log{suffix}").write_bytes(packed[: len(packed) * 3 // 4])
    (run,) = load(tmp_path)
    assert steps(run) == list(range(1, len(run.series[0]) + 1))
    assert len(run.series[0]) > 20
    assert (DAMAGE, 0) in {(notice.kind, notice.byte_start) for notice in run.notices}


def test_what_cannot_be_unpacked_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "train.log.gz").write_bytes(gzip.compress("".join(LINES).encode())[:9])
    told = "train.log.gz (compressed; nothing could be unpacked)"
    assert look([tmp_path]).skipped.not_read == look([tmp_path / "train.log.gz"]).skipped.not_read == (told,)
    with pytest.raises(NoRunError, match="nothing could be unpacked"):
        load(tmp_path)


def test_a_bomb_gives_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "_SMALL", 4096)
    (tmp_path / "train.log.gz").write_bytes(gzip.compress("".join(LINES).encode() + b"\n" * 10_000_000))
    (run,) = load(tmp_path)
    assert steps(run) == list(range(1, 41))
    assert "too large" in next(notice.message for notice in run.notices if notice.kind == DAMAGE)


@pytest.mark.parametrize(
    "older", [("train.log.2.gz", "train.log.1"), ("train.log-20260301.gz", "train.log-20260302.gz")]
)
def test_the_parts_of_a_rotated_log_may_be_compressed(older: tuple[str, str], tmp_path: Path) -> None:
    for name, part in zip((*older, "train.log"), (LINES[:15], LINES[15:30], LINES[30:]), strict=True):
        data = "".join(part).encode()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    (run,) = load(tmp_path)
    assert steps(run) == list(range(1, 41))
    assert not any(notice.kind == DAMAGE for notice in run.notices)


def test_a_part_beside_its_compressed_copy_is_read_once(tmp_path: Path) -> None:
    for name, part in (("train.log.1.gz", LINES[:30]), ("train.log.1", LINES[:30]), ("train.log", LINES[30:])):
        data = "".join(part).encode()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    (run,) = load(tmp_path)
    assert steps(run) == list(range(1, 41))


def test_a_compressed_file_that_holds_nothing_is_in_order(tmp_path: Path) -> None:
    (tmp_path / "train.log.gz").write_bytes(gzip.compress(b""))
    assert look([tmp_path]).skipped.not_read == ()
