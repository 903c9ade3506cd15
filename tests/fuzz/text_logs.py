"""Text logs: what loops print, damaged in bytes, in numbers and in lines, and the samples of the source."""

from __future__ import annotations

import random
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from tests.damaged.lines import Point, assert_placed, assert_readable, damaged, points_of, read
from tests.sources.text_samples import SAMPLES

from logdoctor.run import Axis
from logdoctor.sources.tables.numbers import parse_number
from logdoctor.sources.text_log import TextLog

SOURCES = (TextLog,)

_FORMS = (
    "step {step}: loss {loss}, val_loss {val_loss}",
    "Epoch {step} | train_loss={loss} | val_loss={val_loss}",
    "[INFO] iter {step}/1000 loss: {loss} lr: {val_loss}",
    "{{'step': {step}, 'loss': {loss}, 'eval_loss': {val_loss}}}",
    "2024-01-02 03:04:05,678 - iteration {step} - loss: {loss} - grad_norm: {val_loss}",
    "Epoch: [{step}] Loss {loss} Acc@1 {val_loss}",
    "step {step} loss {loss}",
)

_NUMBER = re.compile(rb"\.?[0-9][0-9.]*(?:e[-+]?[0-9]+)?")

_SAMPLES = tuple(sample for sample in SAMPLES if sample.expected is not None)


@cache
def sound(variant: int) -> tuple[bytes, dict[bytes, int]]:
    """Return a log that is damaged, and the step of each of its lines."""
    rng = random.Random(variant)
    form, spell = rng.choice(_FORMS), rng.choice(("{!r}", "{:.4f}", "{:.3e}"))
    lines: dict[bytes, int] = {}
    for i in range(1, rng.randint(5, 12)):
        numbers = {name: spell.format(rng.random() * 3) for name in ("loss", "val_loss")}
        lines[form.format(step=10 * i, **numbers).encode()] = 10 * i
    return b"\n".join(lines) + b"\n", lines


@cache
def values_of(variant: int, folder: Path) -> dict[str, set[Point]]:
    """Return the points of an undamaged log; tests of the source prove them."""
    data, _ = sound(variant)
    logs = read(TextLog(), folder / "train.log", data)
    assert logs is not None
    return points_of(logs)


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one log and read it."""
    if rng.random() < 0.3:
        sample = rng.choice(_SAMPLES)
        content = sample.content.encode() if isinstance(sample.content, str) else sample.content
        data = damaged(content, rng)
        logs = read(TextLog(), folder / "train.log", data)
        assert_placed([notice for log in logs or () for notice in log.notices], len(data))
        return
    variant = rng.randrange(60)
    whole, rows = sound(variant)
    data = damaged(whole, rng)
    logs = read(TextLog(), folder / "train.log", data)
    if logs is None:
        return
    notices = [notice for log in logs for notice in log.notices]
    assert_placed(notices, len(data))
    points = points_of(logs)
    assert_readable(points, data, parse_number)
    lines = data.split(b"\n")
    intact = {rows[line] for line in lines if line in rows}
    truth = values_of(variant, folder)
    if sorted(lines) == sorted((*rows, b"")) and not lines[-1]:
        assert {name: points.get(name, set()) for name in truth} == truth, "whole lines in another order"
    others = [line for line in lines if line and line not in rows]
    if len(intact) == len(rows) and not notices and len(others) == 1 and _is_grown_together(others[0], rows):
        untrue = {name: points.get(name, set()) - truth[name] for name in truth}
        assert not any(untrue.values()), f"beside whole lines: {untrue}"
    told = {line for one in notices for line in range(one.line_start or 0, (one.line_end or 0) + 1)}
    alone = {line for line in lines if line in rows and sum(str(rows[line]).encode() in one for one in lines) == 1}
    numbered = any(series.axis is Axis.INDEX for log in logs for series in log.series)  # where no counter counts
    for number, line in enumerate(lines, 1):  # a line that stands alone with its step keeps its values
        for name in truth if line in alone and number not in told and not numbered else ():
            found = {value for step, value in points.get(name, ()) if step == rows[line]}
            wanted = {value for step, value in truth[name] if step == rows[line]}
            assert found <= wanted, f"{name} at {rows[line]}: {found - wanted}"


def _is_grown_together(line: bytes, rows: Collection[bytes]) -> bool:
    """Whether a line is the beginning of one and the end of another, and nobody prints such a line.

    One whose words are those of a line that is printed, some of them left out, may be meant so, also where a name lacks
    its first words or a number is spelled another way: `loss=0.5` beside `train_loss=0.5`, `2.5e0`, `.5`. So may one
    with a number more, as lists of numbers have, in brackets or not: `Epoch: [3] [20] Loss 0.5` beside `Epoch: [3] Loss
    0.5`. That a space is missing before a number says nothing, for numbers are padded: `loss: 9.5`, `loss:10.5`; nor
    does it that the number is, outside dictionaries, for there may be none yet: `val_loss: lr: 0.1`.
    """
    words = [word for word in _words(line) if word.strip(b"[]") != b"#"]
    parted = any(line.startswith(row[:at]) and any(one.endswith(line[at:]) for one in rows)
                 for row in rows for at in range(1, len(row)))  # fmt: skip
    return parted and not any(_is_part(words, _words(row)) for row in rows)


def _words(line: bytes) -> list[bytes]:
    words = re.sub(rb"(?<=[a-z][:=]) *#|(?<='[:=]) +(?=#)", b"", _NUMBER.sub(b"#", line))
    return re.sub(rb"[,|]| -(?= )|(?=\})", b" ", words).split()


def _is_part(words: list[bytes], whole: list[bytes]) -> bool:
    rest = iter(whole)
    return all(any(word == one or one.endswith(b"_" + word) for one in rest) for word in words)
