"""Lines: decoded whatever the bytes are, with the place of each in the file."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logdoctor.sources.source import Head
from logdoctor.sources.tables import text
from logdoctor.sources.tables.lost_lines import MOST_NOTICES, Span, damage_notices
from logdoctor.sources.tables.text import encoding_of, head_block, read_blocks, readable


def read(path: Path) -> list[tuple[int, str, bytes]]:
    """Return number, text and bytes of every line."""
    content = path.read_bytes()
    return [
        (block.first + i, line, content[block.offsets[i] : block.offsets[i + 1]])
        for block in read_blocks(path)
        for i, line in enumerate(block.lines)
    ]


@given(
    lines=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\ufeff"), max_size=40), min_size=1),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    ended=st.booleans(),
)
def test_lines_and_their_bytes(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], encoding: str, end: str, ended: bool
) -> None:
    written = end.join(lines) + (end if ended or not lines[-1] else "")
    path = tmp_path_factory.mktemp("lines") / "log.txt"
    path.write_bytes(("first" + end + written).encode(encoding))
    with patch.object(text, "BLOCK_BYTES", 64):
        found = read(path)
    bare = "utf-8" if encoding.startswith("utf-8") else "utf-16-le"
    assert [line for _, line, _ in found] == ["first", *lines]
    assert [number for number, _, _ in found] == list(range(1, len(lines) + 2))
    assert [raw.decode(bare).removesuffix("\n").rstrip("\r") for _, _, raw in found] == ["first", *lines]


def test_a_file_without_any_line_feed_is_read_by_carriage_returns(tmp_path: Path) -> None:
    path = tmp_path / "mac.csv"
    path.write_bytes(b"step,loss\r1,0.5\r")
    assert [line for _, line, _ in read(path)] == ["step,loss", "1,0.5"]


def test_an_overlong_line_is_let_go_and_its_place_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"a\n" + b"x" * 1000 + b"\nb\n" + b"y" * 1000)
    with patch.object(text, "BLOCK_BYTES", 64), patch.object(text, "LONGEST_LINE", 256):
        blocks = list(read_blocks(path))
        assert [(block.overlong, block.lines) for block in blocks] == [
            (False, ["a"]), (True, [""]), (False, ["b"]), (True, [""]),
        ]  # fmt: skip
        assert [block.offsets.tolist() for block in blocks] == [[0, 2], [2, 1003], [1003, 1005], [1005, 2005]]
        assert [block.first for block in blocks] == [1, 2, 3, 4]


def test_the_head_ends_with_a_whole_line() -> None:
    assert head_block(Head(Path("a"), 100, b"a,b\n1,2\n3,")).lines == ["a,b", "1,2"]
    assert head_block(Head(Path("a"), 10, b"a,b\n1,2\n3,")).lines == ["a,b", "1,2", "3,"]
    assert head_block(Head(Path("a"), 100, b"no end")).lines == []


def test_utf_16_without_a_mark() -> None:
    assert encoding_of("step,loss\n".encode("utf-16-le")).name == "utf-16-le"
    assert encoding_of("step,loss\n".encode("utf-16-be")).name == "utf-16-be"
    assert encoding_of(b"step,loss\n" + bytes(100)).name == "utf-8"


@pytest.mark.parametrize("block_bytes", [64, 71, 1 << 20])
def test_what_powershell_appended_to_a_file_of_bytes(tmp_path: Path, block_bytes: int) -> None:
    lines = [f"{i},0.{i}25" for i in range(40)]
    end = "\r\n"
    path = tmp_path / "log.csv"
    path.write_bytes(end.join([*lines[:20], ""]).encode() + end.join([*lines[20:], ""]).encode("utf-16-le"))
    with patch.object(text, "BLOCK_BYTES", block_bytes):
        assert [line for _, line, _ in read(path)] == lines


def test_a_mark_behind_the_first_line_is_no_part_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("\ufeffstep,loss\n1,0.5\n\ufeff2,0.25\n".encode())
    assert [line for _, line, _ in read(path)] == ["step,loss", "1,0.5", "2,0.25"]


def test_names_become_fit_for_output() -> None:
    assert readable("perte é") == "perte é"
    assert readable("perte é".encode("latin-1").decode("utf-8", "surrogateescape")) == "perte é"
    assert readable("a\ud800b") == "a?b"


def test_neighbouring_lines_share_a_notice_and_notices_have_a_limit() -> None:
    spans = [Span(line, line * 10, line * 10 + 10, "is bad") for line in (1, 2, 3)]
    (notice,) = damage_notices(Path("a"), spans)
    assert (notice.line_start, notice.line_end, notice.byte_start, notice.byte_end) == (1, 3, 10, 40)
    scattered = [Span(line, line * 10, line * 10 + 5, "is bad") for line in range(1, 1000)]
    notices = list(damage_notices(Path("a"), scattered))
    assert len(notices) == MOST_NOTICES + 1
    assert (notices[-1].line_start, notices[-1].line_end) == (MOST_NOTICES + 1, 999)
