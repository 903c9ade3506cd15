"""Every way in which we know event files to break: one file each, with the points that are intact in it.

A file is the record of its version and one point for each of 200 steps, of which the value tells the step.
"""

from __future__ import annotations

import gzip
import math
import random
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.damaged.records import VERSION, event, header, point, record, scalar, sized, spans, summary, varint

STEPS = 200
FIRST_MISSING = 100
"""Where most cases have their damage."""


def value_of(step: int) -> float:
    """Return the value logged at a step; all are exact in single precision."""
    return 1 + step / 4


def point_of(step: int) -> bytes:
    """Return the record of a step."""
    return point(step, value_of(step), wall_time=1.7e9 + step)


RECORDS = [VERSION, *map(point_of, range(STEPS))]
WHOLE = b"".join(RECORDS)
PLACES = dict(zip(range(-1, STEPS), spans(RECORDS), strict=True))
"""Where the record of each step lies; -1 is the version's."""
HERE = PLACES[FIRST_MISSING][0]
NEXT = PLACES[FIRST_MISSING][1]

Said = tuple[int, int, str]
"""First byte, one past the last, and words of a notice."""


@dataclass(frozen=True)
class Case:
    """One broken file."""

    name: str
    data: bytes = field(repr=False)
    lost: frozenset[int] = frozenset()
    """Steps of the 200 that are no longer there."""
    said: tuple[Said, ...] = ()
    """All notices of damage, in order."""
    also: Mapping[tuple[str, int], float] = field(default_factory=dict)
    """Points beside the 200, by tag and step."""
    remark: str = ""
    """Words of a notice that is no damage."""
    order: tuple[int, ...] | None = None
    """Steps of the series in the order of the file, where they are not simply those that are not lost."""


CASES: list[Case] = []


def case(name: str, data: bytes, lost: Iterable[int] = (), said: Iterable[Said] = (), **more: object) -> None:
    """Add a case."""
    CASES.append(Case(name, data, frozenset(lost), tuple(said), **more))  # type: ignore[arg-type]


def instead(step: int, *new: bytes) -> bytes:
    """Put other bytes in the place of a record."""
    start, end = PLACES[step]
    return WHOLE[:start] + b"".join(new) + WHOLE[end:]


def before(step: int, *new: bytes) -> bytes:
    """Put bytes in front of a record."""
    start = PLACES[step][0]
    return WHOLE[:start] + b"".join(new) + WHOLE[start:]


def over(at: int, new: bytes) -> bytes:
    """Overwrite bytes."""
    return WHOLE[:at] + new + WHOLE[at + len(new) :]


def flip(data: bytes, at: int, bit: int = 0) -> bytes:
    """Flip one bit."""
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def steps_in(start: int, end: int) -> range:
    """Return the steps whose records have a byte of these."""
    touched = [step for step, (first, last) in PLACES.items() if first < end and start < last]
    return range(touched[0], touched[-1] + 1)


def tensor(content: bytes) -> bytes:
    """Return the record of a value that is a tensor, at the first missing step."""
    return record(event(FIRST_MISSING, summary(sized(1, b"loss") + sized(8, content))))


def nested(depth: int, field_number: int) -> bytes:
    """Nest messages in each other."""
    content = b""
    for _ in range(depth):
        content = sized(field_number, content)
    return content


ALL = range(STEPS)
AFTER = range(FIRST_MISSING, STEPS)
LAST, END = PLACES[STEPS - 1]
SIZE = END - LAST
RNG = random.Random(20)
RECORD_OF_HERE = point_of(FIRST_MISSING)
PAYLOAD = RECORD_OF_HERE[12:-4]
DAMAGED = (HERE, NEXT, "1 record (42 bytes) with a wrong checksum")
HEADLESS = (HERE, HERE + 12, "header of a record is damaged")
NO_EVENT = "cannot be understood as an event"

case("undamaged", WHOLE)
case("empty", b"", ALL, remark="is empty")
case("version only", VERSION, ALL, remark="No scalar")

for name, kept in {"length": 5, "length's checksum": 10, "payload": 30, "payload's checksum": SIZE - 2}.items():
    case(
        f"cut in the last {name}",
        WHOLE[: LAST + kept],
        [STEPS - 1],
        [(LAST, LAST + kept, "the last record ends after")],
    )
case("cut between records", WHOLE[:HERE], AFTER)
FIRST_WHOLE = steps_in(1010, 1011)[-1] + 1
case("head missing", WHOLE[1010:], range(FIRST_WHOLE), [(0, PLACES[FIRST_WHOLE][0] - 1010, "before step")])

case("bit of a value", flip(WHOLE, NEXT - 6), [100], [DAMAGED])
case("no longer a message", over(HERE + 12, b"\xff\xff"), [100], [DAMAGED])
case("payload's checksum", flip(WHOLE, NEXT - 1), [100], [DAMAGED])
case("random payload", instead(100, record(b"\xff" + RNG.randbytes(40))), [100], [(HERE, HERE + 57, NO_EVENT)])
case("cut varint", instead(100, record(b"\x10\x80")), [100], [(HERE, HERE + 18, NO_EVENT)])
varint_value = event(100, summary(sized(1, b"loss") + b"\x10\x07"))
case("value of another wire type", instead(100, record(varint_value)), [100])

case("bit of a length", flip(WHOLE, HERE), (), [HEADLESS])
case("length's checksum wrong", flip(WHOLE, HERE + 9), (), [HEADLESS])
for claimed in (2**63, 2**64 - 1, 2**40, 2**31):
    case(f"length {claimed:,}", over(HERE, header(claimed)), (), [HEADLESS])
case("length too long", over(HERE, header(len(PAYLOAD) + 1000)), (), [HEADLESS])
case("records of length zero", before(100, record(b"") * 1000))

case("NULs at the end", WHOLE + bytes(4096), (), [(len(WHOLE), len(WHOLE) + 4096, "4,096 NUL bytes end the file")])
HOLE = PLACES[109][1] - HERE
case(
    "NULs over ten records", over(HERE, bytes(HOLE)), range(100, 110), [(HERE, HERE + HOLE, f"{HOLE} NUL bytes stand")]
)
case("NULs, then records", before(100, bytes(4096)), (), [(HERE, HERE + 4096, "4,096 NUL bytes stand")])
case("garbage", before(100, RNG.randbytes(300)), (), [(HERE, HERE + 300, "300 bytes are no records")])
START = HERE + 20
GONE = steps_in(START, START + 512)
SHORTER = (HERE, PLACES[GONE[-1]][1] - 512, "A record breaks off")
case("sector lost", WHOLE[:START] + WHOLE[START + 512 :], GONE, [SHORTER])
OTHERS = [point(step, -1.0, b"other") for step in range(30)]
PIECE = (7, 707)
WITHIN = {step: span for step, span in enumerate(spans(OTHERS)) if PIECE[0] <= span[0] and span[1] <= PIECE[1]}
TORN = steps_in(START, START + 700)
FIRST_OTHER, LAST_OTHER = min(WITHIN.values())[0], max(WITHIN.values())[1]
case(
    "another writer's bytes over it",
    over(START, b"".join(OTHERS)[slice(*PIECE)]),
    TORN,
    [
        (HERE, START + FIRST_OTHER - PIECE[0], "another process wrote"),
        (START + LAST_OTHER - PIECE[0], PLACES[TORN[-1]][1], "another process wrote"),
    ],
    also={("other", step): -1.0 for step in WITHIN},
)
case(
    "killed, then another appended",
    WHOLE[: HERE + 30] + WHOLE[HERE:],
    (),
    [(HERE, HERE + 30, "A record breaks off after 30 bytes")],
)
case("line feeds translated", WHOLE.replace(b"\n", b"\r\n"), remark="copied as a text")
TRANSLATED_HOLE = over(HERE, bytes(HOLE)).replace(b"\n", b"\r\n")
case(
    "line feeds translated around a hole", TRANSLATED_HOLE, range(100, 110), [(0, -1, "NUL")], remark="copied as a text"
)
TWICE = WHOLE[PLACES[90][0] : PLACES[109][1]]
case("a block twice", before(110, TWICE), order=(*range(110), *range(90, 110), *range(110, STEPS)))
FLIPPED = sorted(RNG.sample(range(STEPS), 10))


def ten_flips(first: int, last: int) -> bytes:
    """Flip a bit in each of ten records, in some of its bytes."""
    data = WHOLE
    for step in FLIPPED:
        data = flip(data, PLACES[step][0] + RNG.randrange(first, last), RNG.randrange(8))
    return data


case("ten bits of payloads", ten_flips(12, 45), FLIPPED, [(*PLACES[step], "1 record (") for step in FLIPPED])
case(
    "ten bits of headers",
    ten_flips(0, 12),
    (),
    [(PLACES[step][0], PLACES[step][0] + 12, "header of a record") for step in FLIPPED],
)

for time in (math.nan, math.inf, -1.0):
    case(f"wall time {time}", instead(100, point(100, value_of(100), wall_time=time)))
NON_FINITE = [point(100 + i, value, b"odd") for i, value in enumerate((math.nan, math.inf, -math.inf))]
case(
    "values that are no numbers",
    before(100, *NON_FINITE),
    also={("odd", 100): math.nan, ("odd", 101): math.inf, ("odd", 102): -math.inf},
)
case("negative step", before(100, point(-5, 7, b"odd")), also={("odd", -5): 7})
case("largest step", before(100, point(2**63 - 1, 7, b"odd")), also={("odd", 2**63 - 1): 7})
SWAPPED = (*range(100), 101, 100, *range(102, STEPS))
case("swapped", b"".join([VERSION, *map(point_of, SWAPPED)]), order=SWAPPED)
case("all at one step", VERSION + point_of(0) * STEPS, range(1, STEPS), order=(0,) * STEPS)
AGAIN = (*range(STEPS), *range(100, STEPS))
case("restart in the file", b"".join([VERSION, *map(point_of, AGAIN)]), order=AGAIN)
case("a second version", before(100, VERSION))

case("tag is no UTF-8", before(100, point(100, 7, b"\xff\xfe")), also={("\\xff\\xfe", 100): 7})
HOSTILE = "\x1b[2J\n<script>::error::x\0\u202e"
case("hostile tag", before(100, point(100, 7, HOSTILE.encode())), also={(HOSTILE, 100): 7})
case("tag of a megabyte", before(100, point(100, 7, b"x" * 10**6)), also={("x" * 10**6, 100): 7})
case("empty tag", before(100, point(100, 7, b"")), also={("", 100): 7})
case(
    "tags that look alike",
    before(100, *(point(100, 7, tag.encode()) for tag in ("é", "e\u0301", "LOSS"))),
    also={("é", 100): 7, ("e\u0301", 100): 7, ("LOSS", 100): 7},
)

HUGE_SHAPE = sized(2, sized(2, b"\x08" + varint(2**40)) + sized(2, b"\x08" + varint(2**20)))
case("tensor of a huge shape", instead(100, tensor(b"\x08\x01" + HUGE_SHAPE + sized(4, bytes(4)))), [100])
short = tensor(b"\x08\x01" + sized(4, bytes(3)))
case("tensor of too few bytes", instead(100, short), [100], [(HERE, HERE + len(short), NO_EVENT)])
DEEP = tensor(b"\x08\x15" + nested(5000, 15))
case("messages in messages", instead(100, DEEP), [100])
GROUPS = record(event(100, summary(scalar(b"loss", value_of(100))) + b"\xa3\x06" * 5000 + b"\xa4\x06" * 5000))
case("groups in groups", instead(100, GROUPS))
LAST_HOLDS = event(
    7,
    b"\x10" + varint(100) + b"\xa0\x06\x01" + summary(scalar(b"loss", 9) + b"\x15" + struct.pack("<f", value_of(100))),
)
case("fields twice and unknown", instead(100, record(LAST_HOLDS)))

ZIPPED = gzip.compress(WHOLE, mtime=0)
case("gzip", ZIPPED, remark="compressed with gzip")
HALF = ZIPPED[: len(ZIPPED) // 2]
LEFT = steps_in(len(zlib.decompressobj(31).decompress(HALF)), len(WHOLE))
case("gzip that breaks off", HALF, LEFT, [(0, -1, "compressed with gzip and damaged"), (0, -1, "last record ends")])
OTHERWISE = gzip.compress(b"something else" * 9, mtime=0)
case("gzip of something else", OTHERWISE, ALL, [(0, len(OTHERWISE), "compressed with gzip")])
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9140\n"
case("Git LFS pointer", POINTER, ALL, [(0, len(POINTER), "git lfs pull")])
PAGE = b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n"
case("web page", PAGE, ALL, [(0, len(PAGE), "web page")])
case("random bytes", RNG.randbytes(65536), ALL, [(0, 65536, "Nothing in these 65,536 bytes")])
case("NULs alone", bytes(65536), ALL, [(0, 65536, "65,536 NUL bytes")])

IMAGE = record(event(100, summary(sized(1, b"image") + sized(4, sized(4, WHOLE)))))
case(
    "event file in a damaged image",
    before(100, flip(IMAGE, len(IMAGE) - 9)),
    (),
    [(HERE, HERE + len(IMAGE), "1 record")],
)
FORGED = b"\xff" + header(5000) * 2000
case("forged headers", before(100, FORGED), (), [(HERE, HERE + len(FORGED), "no records")])
