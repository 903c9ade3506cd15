"""What readers get out of damaged event files: logdoctor beside TensorBoard's two readers and tbparse.

    python -m tests.benchmarks.damage --files 100 --records 2000

For each kind of damage as many files are written, of four tags logged in turn, and damaged once at random places. All
readers read the same files. For each reader the table tells

- `returned`: the share of the records that no damage touched, summed over all files, whose point was returned;
- `wrong`: points that were returned and never logged so.

For logdoctor a second table tells more:

- `unsaid`: damaged files of which nothing was said. A file that is cut exactly between two records shows that only by
  tags whose last steps differ, or not at all; those are counted apart, as `cut between`;
- `elsewhere`: notices that overlap no damage. On undamaged files every notice is one.

W&B's local files, whose framing is another, are damaged the same way and read by logdoctor alone. rustboard is
TensorBoard's data server; by default it verifies no checksum of what can be parsed. A reader that is not installed is
named at the end. `--seed` chooses other places.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import logging
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tests.damaged.chunks import framed, history
from tests.damaged.pieces import Damage, Pieces, cut, flip_bits, insert_garbage, lose, nul_page
from tests.damaged.records import VERSION, point, spans

from logdoctor.run import Notice
from logdoctor.sources.tfevents import TensorBoardEvents
from logdoctor.sources.wandb_run import WandbRun

TAGS = ("train/loss", "train/accuracy", "lr", "grad_norm")

Point = tuple[str, int, float]
"""Tag, step, value."""

KINDS: dict[str, Damage] = {
    "none": lambda file, rng: file,
    "1 bit flipped": flip_bits(1),
    "10 bits flipped": flip_bits(10),
    "page of 4,096 NULs": nul_page(4096),
    "sector of 512 bytes lost": lose(512),
    "garbage inserted": insert_garbage(300),
    "tail cut off": cut,
}


@dataclass(frozen=True)
class Damaged:
    """One damaged file."""

    path: Path
    file: Pieces
    intact: frozenset[Point]
    """Points whose records no damage touched."""
    truth: frozenset[Point]
    """All points that were logged."""
    starts: frozenset[int]
    """Where records of the sound file begin, and where it ends."""

    @property
    def is_cut_between(self) -> bool:
        """Whether only whole records are missing, at the end."""
        origin = self.file.origin
        return bool((origin == np.arange(len(origin))).all()) and len(origin) in self.starts

    def overlaps(self, start: int, end: int) -> bool:
        """Whether bytes are damaged, or something is missing among them or at their ends."""
        origin = np.concatenate([[-1], self.file.origin, [max(self.starts)]])[start : end + 2]
        return bool((np.diff(origin) != 1).any())


@dataclass
class Score:
    """What a reader made of the files of one kind."""

    intact: int = 0
    returned: int = 0
    wrong: int = 0
    unsaid: int = 0
    cut_between: int = 0
    elsewhere: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, one: Damaged, found: frozenset[Point]) -> None:
        """Count what was found in a file."""
        self.intact += len(one.intact)
        self.returned += len(one.intact & found)
        self.wrong += len(found - one.truth)

    def add_notices(self, one: Damaged, notices: Sequence[Notice]) -> None:
        """Count what was said of a file."""
        if one.is_cut_between:
            self.cut_between += len(one.file) != max(one.starts)
        elif not notices:
            self.unsaid += 1
        for notice in notices:
            assert notice.byte_start is not None
            assert notice.byte_end is not None
            self.elsewhere += not one.overlaps(notice.byte_start, notice.byte_end)

    @property
    def cell(self) -> str:
        """The share that was returned, and how much is wrong."""
        share = f"{100 * self.returned / max(self.intact, 1):.2f} %"
        return f"{share} ({self.wrong} wrong)" if self.wrong else share


def event_file(rng: random.Random, count: int) -> tuple[list[Point], Pieces, list[tuple[int, int]]]:
    """Make a sound event file: its points, its bytes, and where the record of each point stands."""
    points = [(TAGS[i % len(TAGS)], i // len(TAGS), float(np.float32(rng.random()))) for i in range(count)]
    times = (1.7e9 + i * 0.01 for i in range(count))
    records = [point(step, value, tag.encode(), time) for (tag, step, value), time in zip(points, times, strict=True)]
    return points, Pieces.of(VERSION + b"".join(records)), spans([VERSION, *records])[1:]


def wandb_file(rng: random.Random, count: int) -> tuple[list[Point], Pieces, list[tuple[int, int]]]:
    """Make a sound file of W&B: its points, its bytes, and where the record of each stands."""
    points = [("train/loss", step, rng.random()) for step in range(count)]
    data, places = framed(history({"_step": step, name: value}) for name, step, value in points)
    return points, Pieces.of(data), places


def damaged_files(
    folder: Path, name: str, make: Callable[..., Any], damage: Damage, files: int, records: int, seed: str
) -> list[Damaged]:
    """Write files of one kind of damage, each in a folder of its own, as runs are."""
    written = []
    for number in range(files):
        rng = random.Random(f"{seed}:{number}")
        points, sound, places = make(rng, records)
        file = damage(sound, rng)
        path = folder / f"run-{number}" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(file.data)
        intact = {one for one, place in zip(points, places, strict=True) if file.holds(*place)}
        starts = frozenset({0, len(sound), *(start for start, _ in places)})
        written.append(Damaged(path, file, frozenset(intact), frozenset(points), starts))
    return written


def read_with_logdoctor(files: Sequence[Damaged], source: TensorBoardEvents | WandbRun) -> Score:
    score = Score()
    for one in files:
        logs = list(source.read(one.path))
        found = {
            (series.name, *pair)
            for log in logs
            for series in log.series
            for pair in zip(series.steps.tolist(), series.values.tolist(), strict=True)
        }
        score.add(one, frozenset(found))
        score.add_notices(one, [notice for log in logs for notice in log.notices])
    return score


def read_with_event_accumulator(files: Sequence[Damaged]) -> Score:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    score = Score()
    for one in files:
        accumulator = EventAccumulator(str(one.path), size_guidance={"scalars": 0, "tensors": 0})
        try:
            accumulator.Reload()
        except Exception as error:  # noqa: BLE001 - whatever a reader raises is what it does with this file
            score.errors.append(type(error).__name__)
        tags = accumulator.Tags()["scalars"]
        score.add(one, frozenset((tag, each.step, each.value) for tag in tags for each in accumulator.Scalars(tag)))
    return score


def read_with_tbparse(files: Sequence[Damaged]) -> Score:
    from tbparse import SummaryReader

    score = Score()
    for one in files:
        found: frozenset[Point] = frozenset()
        try:
            frame = SummaryReader(str(one.path)).scalars
            if len(frame):
                found = frozenset(zip(frame["tag"], frame["step"].tolist(), frame["value"].tolist(), strict=True))
        except Exception as error:  # noqa: BLE001 - whatever a reader raises is what it does with this file
            score.errors.append(type(error).__name__)
        score.add(one, found)
    return score


def read_with_rustboard(files: Sequence[Damaged], *, checksum: bool = False) -> Score:
    """Let the server load all files at once, as it does with a folder of runs."""
    binary = importlib.import_module("tensorboard_data_server").server_binary()
    if binary is None:
        raise ImportError("tensorboard-data-server has no program for this system")
    logdir = files[0].path.parents[1]
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder, "port")
        command = [
            binary, f"--logdir={logdir}", "--reload=once", "--samples-per-plugin=scalars=all", "--verbose", "--port=0",
            f"--port-file={port_file}", "--die-after-stdin", f"--{'' if checksum else 'no-'}checksum",
        ]  # fmt: skip
        found: dict[str, set[Point]] = {}
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            for line in server.stderr:
                if "Finished load cycle" in line:
                    found = points_in_rustboard(int(port_file.read_text()))
                    server.terminate()
    score = Score()
    for one in files:
        score.add(one, frozenset(found.get(one.path.parent.name, ())))
    return score


def points_in_rustboard(port: int) -> dict[str, set[Point]]:
    """Ask the server for all its scalars, by run."""
    from tensorboard.data.grpc_provider import make_stub
    from tensorboard.data.proto import data_provider_pb2

    request: Any = data_provider_pb2.ReadScalarsRequest()
    request.plugin_filter.plugin_name = "scalars"
    request.downsample.num_points = 1 << 40
    grpc = importlib.import_module("grpc")
    with grpc.insecure_channel(f"localhost:{port}", [("grpc.max_receive_message_length", -1)]) as channel:
        answer = make_stub(channel).ReadScalars(request)
    return {
        run.run_name: {
            (tag.tag_name, step, value)
            for tag in run.tags
            for step, value in zip(tag.data.step, tag.data.value, strict=True)
        }
        for run in answer.runs
    }


Reader = Callable[[Sequence[Damaged]], Score]

READERS: dict[str, tuple[str, Reader]] = {
    "logdoctor": ("logdoctor", lambda files: read_with_logdoctor(files, TensorBoardEvents())),
    "EventAccumulator": ("tensorboard", read_with_event_accumulator),
    "tbparse": ("tbparse", read_with_tbparse),
    "rustboard": ("tensorboard-data-server", read_with_rustboard),
    "rustboard --checksum": ("tensorboard-data-server", partial(read_with_rustboard, checksum=True)),
}
"""Readers by name: the distribution they come in, and how they read."""

Scores = dict[str, dict[str, Score | str]]
"""By kind of damage and by reader: what it made of the files, or why it could not run."""


def measure(files: int, records: int, seed: str, readers: Sequence[str] = tuple(READERS)) -> Scores:
    """Let each of some readers read files of every kind of damage; W&B's files are read last, by logdoctor alone."""
    scores: Scores = {}
    for kind, damage in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            name = "events.out.tfevents.1700000000.host"
            made = damaged_files(Path(folder), name, event_file, damage, files, records, f"{seed}:{kind}")
            scores[kind] = {reader: _score(READERS[reader][1], made) for reader in readers}
    for kind, damage in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            # A flipped bit of the version, of which there is one byte, makes the file one of another version.
            made = damaged_files(Path(folder), "run.wandb", wandb_file, damage, files, records, f"{seed}:w:{kind}")
            scores[f"{kind}, .wandb"] = {"logdoctor": read_with_logdoctor(made, WandbRun())}
    return scores


def _score(read: Reader, files: Sequence[Damaged]) -> Score | str:
    try:
        return read(files)
    except (ImportError, OSError) as error:
        return f"{type(error).__name__}: {error}"


def table(scores: Scores) -> Iterator[str]:
    """Yield the lines of both tables."""
    readers = [name for name, score in scores["none"].items() if isinstance(score, Score)]
    yield f"{'damage':34}" + "".join(f"{name:>22}" for name in readers)
    for kind, by_reader in scores.items():
        cells = [score.cell for score in by_reader.values() if isinstance(score, Score)]
        yield f"{kind:34}" + "".join(f"{cell:>22}" for cell in cells)
    yield ""
    yield f"{'logdoctor':34}{'unsaid':>12}{'cut between':>14}{'elsewhere':>12}"
    for kind, by_reader in scores.items():
        ours = by_reader["logdoctor"]
        assert isinstance(ours, Score)
        yield f"{kind:34}{ours.unsaid:>12}{ours.cut_between:>14}{ours.elsewhere:>12}"
    yield from (
        f"{name} could not run: {score}" for name, score in scores["none"].items() if not isinstance(score, Score)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100, help="of each kind of damage")
    parser.add_argument("--records", type=int, default=2000, help="in each file")
    parser.add_argument("--seed", default="1", help="of the damage")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    print(", ".join(f"{name} {importlib.metadata.version(package)}" for name, (package, _) in READERS.items()))
    print(f"{options.files} files of {options.records:,} records for each kind of damage\n")
    for line in table(measure(options.files, options.records, options.seed)):
        print(line)


if __name__ == "__main__":
    main()
