"""Files of lines whose rows are known: what damage befalls them, and what must hold of whatever is read after it."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from tests.damaged.pieces import (
    Damage,
    Pieces,
    cut,
    flip_bits,
    insert_garbage,
    lose,
    nul_page,
    overwrite,
    repeat,
    swap,
)

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.sources.source import HEAD_BYTES, Head, Log, Source
from logdoctor.sources.tables.numbers import LONGEST_NUMBER

Point = tuple[int, float]
"""Step and value."""

SLOWEST = 2.0
"""Seconds of processor time that one small file may take."""

_NUMBER = re.compile(rb"[-+]?[0-9][0-9.]*(?:[eE][-+]?[0-9]+)?")
_TOKEN = re.compile(r"[^\s,;|\[\]{}:=\"'()%\0]+")
_DIGITS = re.compile(r"(?:[0-9][0-9,_.]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_RATIO = re.compile(r"([0-9]{1,20}(?:\.[0-9]{0,20})?) ?/ ?([0-9]{1,20}(?:\.[0-9]{0,20})?(?:[eE][-+]?[0-9]{1,3})?)")

ODD_TOKENS = (
    b"nan", b"NaN", b"-inf", b"Infinity", b"1e999", b"-0", b"0", b"", b" ", b"NA", b"None", b"null", b"true", b'"',
    b"'", b"1_000", b"0x1F", b"1,000", b"9" * 400, b"9" * 5000, b"1e-400", b"tensor(0.5)", b"1.2.3", b"--", b"%",
    "\u0663".encode(), b"\xff", b"\\", b"\\u0000", b"[", b"{", b"}", b"]", b"1" + b"0" * 18, b"-5", b"2.5.", b"1e",
    b".",
)  # fmt: skip
"""What may stand in the place of a number."""

ODD_LINES = (
    b"", b"\r", b"# comment", b"step,loss", b"{", b"}", b"[" * 2000, b'{"a":' * 500, b"{}", b"[]", b"\0" * 50, b"null",
    b"\x1b[31mred\x1b[0m", b"\xef\xbb\xbf", b"Traceback (most recent call last):", b"a" * 5000, b"9" * 5000, b'"' * 33,
    b"epoch 1", b"::error::x", b"\xff\xfe\xff", b"-" * 40, b"=" * 40, b"&a [*a]", b"<<<<<<< HEAD", b"1,2,3,4,5,6,7,8,9",
)  # fmt: skip
"""What may stand between two lines."""


def odd_token(file: Pieces, rng: random.Random) -> Pieces:
    """Put something odd in the place of a number."""
    found = list(_NUMBER.finditer(file.data))
    if not found:
        return file
    number = rng.choice(found)
    return file.replaced(number.start(), number.end() - number.start(), rng.choice(ODD_TOKENS))


def odd_line(file: Pieces, rng: random.Random) -> Pieces:
    """Put an odd line between two."""
    return file.replaced(rng.choice([0, *_ends(file)]), 0, rng.choice(ODD_LINES) + b"\n")


def glue(file: Pieces, rng: random.Random) -> Pieces:
    """Take a line end out."""
    ends = _ends(file)
    return file.replaced(rng.choice(ends) - 1, 1, b"") if ends else file


def tear(file: Pieces, rng: random.Random) -> Pieces:
    """Take the end of a line out, with or without its line end."""
    ends = _ends(file)
    if not ends:
        return file
    end = rng.choice(ends) - rng.randrange(2)
    start = file.data.rfind(b"\n", 0, max(0, end - 1)) + 1
    at = rng.randint(start, max(start, end))
    return file.replaced(at, end - at, b"")


def _ends(file: Pieces) -> list[int]:
    return [i + 1 for i, byte in enumerate(file.data) if byte == ord("\n")]


DAMAGE: tuple[Damage, ...] = (
    flip_bits(1), flip_bits(1), flip_bits(10), nul_page(64), nul_page(512), lose(1), lose(40), insert_garbage(4),
    insert_garbage(40), overwrite(10), cut, cut, repeat, swap, odd_token, odd_token, odd_line, glue, tear, tear,
)  # fmt: skip


def damaged(data: bytes, rng: random.Random, damage: Sequence[Damage] = DAMAGE) -> bytes:
    """Damage a file one to three times."""
    file = Pieces.of(data)
    for _ in range(rng.choice((1, 1, 2, 3))):
        file = rng.choice(damage)(file, rng)
    return file.data


def read(source: Source, path: Path, data: bytes) -> tuple[Log, ...] | None:
    """Write a file and read it; None where the source leaves it alone or finds nothing in it. Time is limited."""
    path.write_bytes(data)
    begun = time.process_time()
    try:
        claimed = source.recognizes(Head(path, len(data), data[:HEAD_BYTES]))
        return tuple(source.read(path)) if claimed else None
    except UnreadableLogError as error:
        message = str(error)
    finally:
        spent = time.process_time() - begun
        assert spent < SLOWEST, f"took {spent:.1f} s for {len(data)} bytes"
    assert message.isprintable(), repr(message)
    return None


def points_of(logs: Collection[Log]) -> dict[str, set[Point]]:
    """Return the points by series."""
    points: dict[str, set[Point]] = {}
    for log in logs:
        for series in log.series:
            assert len(series.steps) == len(series.values)
            points.setdefault(series.name, set()).update(
                zip(series.steps.tolist(), series.values.tolist(), strict=True)
            )
    return points


def assert_placed(notices: Collection[Notice], size: int) -> None:
    """Assert that notices speak of bytes of the file, and say something."""
    for notice in notices:
        assert notice.message
        if notice.byte_start is not None and notice.byte_end is not None:
            assert 0 <= notice.byte_start <= notice.byte_end <= size, notice


def assert_readable(points: Mapping[str, Collection[Point]], data: bytes, parse: Callable[[str], float | None]) -> None:
    """Assert that every finite value stands somewhere in the file as a number."""
    text = (
        data.decode("utf-8", "replace")
        if data[:2] not in (b"\xff\xfe", b"\xfe\xff")
        else data.decode("utf-16", "replace")
    )
    numbers = {abs(value) for value in _numbers(text, parse)}
    for name, of_series in points.items():
        for step, value in of_series:
            known = value != value or abs(value) == float("inf") or abs(value) in numbers
            assert known, f"{name} at {step} is {value}, which does not stand in the file"


def _numbers(text: str, parse: Callable[[str], float | None]) -> Iterator[float]:
    tokens = {*_TOKEN.findall(text), *_DIGITS.findall(text), *re.findall("[0-9]{1,400}", text)}
    tokens |= {token[:LONGEST_NUMBER] for token in tokens if "." in token[:LONGEST_NUMBER]}  # JSON has no longest one
    whole = {re.sub("[,_]", "", token) for token in tokens}
    for token in tokens | {token.rstrip(".,") for token in tokens} | whole:
        try:
            value = parse(token)
        except ValueError:
            continue
        if value is not None:
            yield value
    for one, other in _RATIO.findall(text):
        if float(other):
            yield float(one) / float(other)
