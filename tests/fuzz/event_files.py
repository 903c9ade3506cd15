"""Event files: bytes damaged anywhere, and records whose payloads or lengths are forged with right checksums."""

from __future__ import annotations

import math
import random
from functools import cache
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
from tests.damaged.records import VERSION, event, header, record, scalar, sized, spans, summary, varint

from logdoctor.sources.tfevents import TensorBoardEvents, read_log

SOURCES = (TensorBoardEvents,)

Point = tuple[str, int, float, float]
"""Tag, step, value, wall time."""

TAGS = (b"loss", b"lr", b"val/accuracy")
_BLOCK_BYTES = (64, 333, 4 * 1024 * 1024)
"""How much the reader takes at a time: small blocks bring their edges everywhere."""


@cache
def sound(variant: int) -> tuple[tuple[bytes, ...], tuple[Point, ...], Pieces]:
    """Return the records of a sound file, the point in each but the first, and the file."""
    rng = random.Random(variant)
    records, points = [VERSION], []
    for i in range(rng.choice((2, 6, 20))):
        tag = TAGS[i % len(TAGS)]
        step = i // len(TAGS) * rng.choice((1, 1000))
        value, time = float(i + 1), 1.7e9 + i
        number = scalar(tag, value)
        if rng.random() < 0.3:  # as TensorFlow writes
            number = sized(1, tag) + sized(8, b"\x08\x01" + sized(2, b"") + sized(4, number[-4:]))
        records.append(record(event(step, summary(number), time)))
        points.append((tag.decode(), step, value, time))
    return tuple(records), tuple(points), Pieces.of(b"".join(records))


def forge_payload(file: Pieces, rng: random.Random) -> Pieces:
    """Put a record with right checksums and a broken payload in."""
    payload = bytearray(event(rng.choice((0, 7, 2**63 - 1, -1)), summary(scalar(b"forged", 7))))
    for _ in range(rng.randint(1, 4)):
        payload[rng.randrange(9, len(payload))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    cut_at = rng.choice((len(payload), rng.randrange(len(payload))))
    return file.replaced(_edge(file, rng), 0, record(bytes(payload[:cut_at])))


def forge_groups(file: Pieces, rng: random.Random) -> Pieces:
    """Put a record of nested groups or messages in."""
    depth = rng.choice((1, 10, 100, 1000))
    groups = b"\xa3\x06" * depth + b"\xa4\x06" * (depth - rng.randint(0, 1))
    content = rng.choice((groups, sized(5, sized(1, groups)), varint(42) * depth))
    return file.replaced(_edge(file, rng), 0, record(content))


def forge_header(file: Pieces, rng: random.Random) -> Pieces:
    """Put a right header of an untrue length in."""
    length = rng.choice((0, 1, 2**31, 2**40, 2**63, 2**64 - 1, rng.randrange(5000)))
    return file.replaced(_edge(file, rng), rng.choice((0, 12)), header(length))


def _edge(file: Pieces, rng: random.Random) -> int:
    """Choose a place, most often in front of a record."""
    starts = [at for at, origin in enumerate(file.origin.tolist()) if origin in _STARTS]
    return rng.choice(starts) if starts and rng.random() < 0.8 else rng.randrange(len(file) + 1)


_STARTS = frozenset(start for variant in range(20) for start, _ in spans(sound(variant)[0]))

DAMAGE: tuple[Damage, ...] = (
    flip_bits(1), flip_bits(1), flip_bits(10), nul_page(64), nul_page(512), lose(1), lose(40), lose(512),
    insert_garbage(4), insert_garbage(300), overwrite(30), cut, repeat, swap,
)  # fmt: skip
FORGERIES: tuple[Damage, ...] = (forge_payload, forge_groups, forge_header)


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file and read it."""
    records, points, file = sound(rng.randrange(20))
    forged = rng.random() < 0.3
    for _ in range(rng.randint(1, 3)):
        file = rng.choice(DAMAGE)(file, rng)
    if forged:
        file = rng.choice(FORGERIES)(file, rng)
    path = folder / "events.out.tfevents.1"
    path.write_bytes(file.data)
    log = read_log(path, rng.choice(_BLOCK_BYTES))

    found = set[Point]()
    for series in log.series:
        assert series.wall_times is not None
        found |= {
            (series.name, *point)
            for point in zip(series.steps.tolist(), series.values.tolist(), series.wall_times.tolist(), strict=True)
        }
    truth = set(points)
    assert found <= truth or forged, f"untrue: {found - truth}"
    whole = [file.holds(*span) for span in spans(records)]
    intact = {point for point, is_whole in zip(points, whole[1:], strict=True) if is_whole}
    assert intact <= found or forged, f"lost: {intact - found}"
    assert log.notices or forged or _unseen(file, records), "damaged, and nothing is said"
    for notice in log.notices:
        assert notice.byte_start is not None
        assert notice.byte_end is not None
        assert 0 <= notice.byte_start <= notice.byte_end <= len(file)
        assert notice.message
    assert not any(math.isnan(value) for _, _, value, _ in found) or forged


def _unseen(file: Pieces, records: tuple[bytes, ...]) -> bool:
    """Whether a file is made of whole records: nothing shows that some are missing."""
    known, at = set(records), 0
    while at < len(file):
        length = int.from_bytes(file.data[at : at + 8], "little") + 16
        if file.data[at : at + length] not in known:
            return False
        at += length
    return True
