"""The gate fails closed: damage to what it looks at gives no green, whatever the damage hides."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboardX import SummaryWriter

from logdoctor.config import Assertion, Config, Statistic
from logdoctor.diagnosis import analyze
from logdoctor.errors import NoRunError
from logdoctor.gate.gaps import gap_in
from logdoctor.gate.intact import damage_of
from logdoctor.gate.judge import judge
from logdoctor.gate.reference_making import make_reference
from logdoctor.gated import Gated, Verdict
from logdoctor.reading import load
from logdoctor.run import Run, Series
from logdoctor.run.notice import DAMAGE
from logdoctor.run.understand import understand

POINTS, BAD_FROM = 400, 300
TODAY = date(2027, 1, 1)


def losses(*, bad: bool) -> list[float]:
    """A sound loss, or one that is NaN for its last quarter: the evidence that damage could hide."""
    noise = random.Random(1)
    good = [0.4 + 2 * 0.99**step + noise.gauss(0, 0.01) for step in range(POINTS)]
    return good[:BAD_FROM] + [float("nan")] * (POINTS - BAD_FROM) if bad else good


def write_csv(folder: Path, values: list[float]) -> Path:
    rows = [f"{step},{value:.9f},0.1" for step, value in enumerate(values)]
    file = folder / "metrics.csv"
    file.write_text("\n".join(["step,train_loss,lr", *rows]) + "\n", encoding="utf-8")
    return file


def write_jsonl(folder: Path, values: list[float]) -> Path:
    file = folder / "log.jsonl"
    rows = [json.dumps({"step": step, "train_loss": value, "lr": 0.1}) for step, value in enumerate(values)]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def write_events(folder: Path, values: list[float]) -> Path:
    with SummaryWriter(str(folder), write_to_disk=True) as writer:
        for step, value in enumerate(values):
            writer.add_scalar("train/loss", value, step, walltime=1e9 + step)
            writer.add_scalar("lr", 0.1, step, walltime=1e9 + step)
    (file,) = folder.glob("events.*")
    return file


WRITERS = {"csv": write_csv, "jsonl": write_jsonl, "events": write_events}


def nul(content: bytes, begin: int, end: int) -> bytes:
    return content[:begin] + bytes(end - begin) + content[end:]


def garbage(content: bytes, begin: int, end: int) -> bytes:
    return content[:begin] + random.Random(begin).randbytes(end - begin) + content[end:]


def lost(content: bytes, begin: int, end: int) -> bytes:
    return content[:begin] + content[end:]


def cut(content: bytes, begin: int, _end: int) -> bytes:
    return content[:begin]


def flipped(content: bytes, begin: int, end: int) -> bytes:
    hurt = bytearray(content)
    for at in range(begin, end, 7):
        hurt[at] ^= 0x80
    return bytes(hurt)


def page(content: bytes, begin: int, end: int) -> bytes:
    return content[:begin] + b"<html><body>502 Bad Gateway</body></html>\n" + content[end:]


DAMAGES: dict[str, Callable[[bytes, int, int], bytes]] = {
    one.__name__: one for one in (nul, garbage, lost, cut, flipped, page)
}
STRETCHES = ((0.74, 1.0), (0.75, 0.999), (0.7, 0.98), (0.745, 0.76))
"""Parts of a file that are damaged: all of the evidence, nearly all, more, and its beginning alone."""


def within(content: bytes, share: float) -> int:
    """Return a place near a share of a file, in the middle of a line of text: a cut between two cannot be seen."""
    at = content.find(b"\n", int(share * len(content))) + 6
    return min(at if at > 6 else int(share * len(content)) + 6, len(content))


def gate(folder: Path, config: Config | None = None, reference: Any = ()) -> Gated | None:
    """Judge what lies in a folder; None when it holds no run, which is exit code 3."""
    settings = (config or Config()).of_gate()
    try:
        return judge(analyze(folder, config=settings), settings, reference, TODAY)
    except NoRunError:
        return None


@pytest.mark.parametrize("stretch", STRETCHES, ids=str)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", WRITERS)
def test_damage_where_the_evidence_lies_is_never_green(
    kind: str, damage: str, stretch: tuple[float, float], tmp_path: Path
) -> None:
    file = WRITERS[kind](tmp_path, losses(bad=True))
    whole = gate(tmp_path)
    assert whole is not None
    assert whole.verdict is Verdict.FAILED
    content = file.read_bytes()
    begin, end = (within(content, share) for share in stretch)
    file.write_bytes(DAMAGES[damage](content, begin, end))
    hurt = gate(tmp_path)
    assert hurt is None or hurt.verdict is not Verdict.PASSED, [one.message for one in hurt.checks]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", WRITERS)
def test_damage_leaves_assertions_and_references_open(kind: str, damage: str, tmp_path: Path) -> None:
    (tmp_path / "golden").mkdir()
    (tmp_path / "new").mkdir()
    WRITERS[kind](tmp_path / "golden", losses(bad=False))
    file = WRITERS[kind](tmp_path / "new", losses(bad=False))
    reference = make_reference(load(tmp_path / "golden"), (), "*", "")
    asserted = Config(assertions=(Assertion(Statistic.BEST, role="train-loss", max=9.0),))
    sound = [gate(tmp_path / "new", asserted), gate(tmp_path / "new", None, [("main", reference)])]
    assert [one.verdict for one in sound if one] == [Verdict.PASSED] * 2
    content = file.read_bytes()
    begin, end = within(content, 0.4), within(content, 0.6) + 11
    file.write_bytes(DAMAGES[damage](content, begin, end))
    for hurt in (gate(tmp_path / "new", asserted), gate(tmp_path / "new", None, [("main", reference)])):
        assert hurt is None or hurt.verdict is Verdict.INCONCLUSIVE, [one.message for one in hurt.checks]


class TestGaps:
    @staticmethod
    def run(**keep: Any) -> Run:
        steps = np.arange(100) * 10
        series = [Series.of("train_loss", steps, np.linspace(2, 1, 100)), Series.of("lr", steps, np.full(100, 0.1))]
        kept = understand(one.take(keep[one.name]) if one.name in keep else one for one in series)
        return Run("a", kept)

    def gap(self, **keep: Any) -> str | None:
        run = self.run(**keep)
        found = gap_in(next(one for one in run.series if one.name == "train_loss"), run)
        return found.text if found else None

    def test_none(self) -> None:
        assert self.gap() is None

    def test_one_record(self) -> None:
        assert self.gap(train_loss=np.arange(100) != 50) == "train_loss lacks steps between step 490 and 510"

    def test_an_end_before_its_neighbours(self) -> None:
        assert self.gap(train_loss=slice(0, 80)) == "train_loss ends at step 790, lr at step 990"
        assert self.gap(train_loss=slice(0, 95)) is None

    def test_irregular_logging_has_no_gaps(self) -> None:
        assert self.gap(train_loss=np.array([0, 1, 2, 4, 8, 16, 32, 64])) is None


class TestCopies:
    def two(self, folder: Path, columns: str) -> Run:
        rows = [",".join([str(step), *("0.5",) * columns.count(",")]) for step in range(100)]
        (folder / "a.csv").write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
        (folder / "b.csv").write_text("\n".join([columns, *rows[:50]]) + "\n51,0.", encoding="utf-8")
        (run,) = load(folder)
        assert {one.path: one.used for one in run.sources} == {"a.csv": True, "b.csv": False}
        assert [one.path for one in run.notices if one.kind == DAMAGE] == ["b.csv"]
        return run

    def test_damage_of_a_copy_that_a_better_one_replaced_costs_nothing(self, tmp_path: Path) -> None:
        assert damage_of(self.two(tmp_path, "step,train_loss,val_loss")) == ()

    def test_but_a_loss_that_is_missing_may_have_lain_there(self, tmp_path: Path) -> None:
        assert len(damage_of(self.two(tmp_path, "step,train_loss"))) == 1
