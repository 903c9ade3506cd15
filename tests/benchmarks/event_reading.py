"""How fast event files are read: logdoctor beside TensorBoard's two readers and tbparse, on the same files in one run.

    python tests/benchmarks/event_reading.py --scalars 1000000 --repeats 5

Two files are written: `regular` logs ten tags in turn at every step, `irregular` logs one of them at random. Readers
take turns, so that a slow minute of the machine falls on all. Timed is, with the file in the page cache:

- logdoctor: from opening the file to an array of steps, of values and of wall times for every tag. Both checksums of
  every record are verified.
- EventAccumulator: construction and `Reload()`, with no limit on what it keeps. Both checksums are verified.
- tbparse: `SummaryReader(...).scalars` with wall times. It reads through TensorBoard's Python reader.
- rustboard (the data server of TensorBoard): its first load cycle, as its own log tells the time of it; the start of
  the server and the transfer of the points are not counted. By default it verifies no checksum of a payload that
  can be parsed; `--checksum` makes it do the work of the others.

The last column says how many times as long as logdoctor a reader took. Points are counted apart, untimed, to show
that all did the same work. A reader that is not installed is named at the end.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.metadata
import logging
import platform
import random
import re
import statistics
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import google_crc32c

TAGS = (
    "train/loss", "train/accuracy", "val/loss", "val/accuracy", "lr", "grad_norm", "epoch", "perf/tokens_per_second",
    "train/loss_scale", "time/step_seconds",
)  # fmt: skip

SLOW_READERS = ("EventAccumulator", "tbparse")


class Timing(NamedTuple):
    """One reading of a file."""

    seconds: float
    points: int


def records(count: int, *, regular: bool, seed: int = 0) -> Iterator[bytes]:
    """Yield the records of a file of `count` scalars, as torch's SummaryWriter writes them."""
    rng = random.Random(seed)
    wall_time = 1.7e9
    yield record(b"\x09" + struct.pack("<d", wall_time) + b"\x1a\x0dbrain.Event:2")
    for i in range(count):
        wall_time += 0.01 * rng.random()
        step = i // len(TAGS) if regular else i
        tag = TAGS[i % len(TAGS) if regular else rng.randrange(len(TAGS))]
        value = summary(tag) + struct.pack("<f", rng.random())
        yield record(b"\x09" + struct.pack("<d", wall_time) + (b"\x10" + varint(step) if step else b"") + value)


@cache
def summary(tag: str) -> bytes:
    """Return the fields of an event around a scalar, up to its four bytes."""
    value = b"\x0a" + varint(len(tag)) + tag.encode() + b"\x15"
    values = b"\x0a" + varint(len(value) + 4) + value
    return b"\x2a" + varint(len(values) + 4) + values


def record(payload: bytes) -> bytes:
    return header(len(payload)) + payload + masked_crc(payload)


@cache
def header(length: int) -> bytes:
    return struct.pack("<Q", length) + masked_crc(struct.pack("<Q", length))


def masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def varint(number: int) -> bytes:
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])


def read_with_logdoctor(path: Path) -> Timing:
    from logdoctor.sources.tfevents import TensorBoardEvents

    begun = time.perf_counter()
    (log,) = TensorBoardEvents().read(path)
    return Timing(time.perf_counter() - begun, sum(len(series) for series in log.series))


def read_with_event_accumulator(path: Path) -> Timing:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    begun = time.perf_counter()
    accumulator = EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0}).Reload()
    seconds = time.perf_counter() - begun
    return Timing(seconds, sum(len(accumulator.Scalars(tag)) for tag in accumulator.Tags()["scalars"]))


def read_with_tbparse(path: Path) -> Timing:
    from tbparse import SummaryReader

    begun = time.perf_counter()
    frame = SummaryReader(str(path), extra_columns={"wall_time"}).scalars
    return Timing(time.perf_counter() - begun, len(frame))


def read_with_rustboard(path: Path, *, checksum: bool = False) -> Timing:
    binary = importlib.import_module("tensorboard_data_server").server_binary()
    if binary is None:
        raise ImportError("tensorboard-data-server has no program for this system")
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder, "port")
        command = [
            binary, f"--logdir={path.parent}", "--reload=once", "--samples-per-plugin=scalars=all", "--verbose",
            "--port=0", f"--port-file={port_file}", "--die-after-stdin", f"--{'' if checksum else 'no-'}checksum",
        ]  # fmt: skip
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            for line in server.stderr:
                if found := re.search(r"Finished load cycle \((.+)\)", line):
                    timing = Timing(seconds_in(found[1]), points_in_rustboard(int(port_file.read_text())))
                    server.terminate()
                    return timing
    raise RuntimeError("rustboard ended before it had loaded the file")


def seconds_in(duration: str) -> float:
    """Read a duration as Rust prints it: "1.2s", "350.1ms"."""
    number, unit = re.fullmatch(r"([\d.]+)(s|ms|µs)", duration).groups()  # type: ignore[union-attr]
    return float(number) * {"s": 1.0, "ms": 1e-3, "µs": 1e-6}[unit]


def points_in_rustboard(port: int) -> int:
    """Ask the server for all its scalars and count them."""
    from tensorboard.data.grpc_provider import make_stub
    from tensorboard.data.proto import data_provider_pb2

    request: Any = data_provider_pb2.ReadScalarsRequest()
    request.plugin_filter.plugin_name = "scalars"
    request.downsample.num_points = 1 << 40
    grpc = importlib.import_module("grpc")
    with grpc.insecure_channel(f"localhost:{port}", [("grpc.max_receive_message_length", -1)]) as channel:
        answer = make_stub(channel).ReadScalars(request)
    return sum(len(tag.data.step) for run in answer.runs for tag in run.tags)


READERS: dict[str, tuple[str, Callable[[Path], Timing]]] = {
    "logdoctor": ("logdoctor", read_with_logdoctor),
    "EventAccumulator": ("tensorboard", read_with_event_accumulator),
    "tbparse": ("tbparse", read_with_tbparse),
    "rustboard": ("tensorboard-data-server", read_with_rustboard),
    "rustboard --checksum": ("tensorboard-data-server", partial(read_with_rustboard, checksum=True)),
}
"""Readers by name: the distribution they come in, and how they are timed."""


def measure(path: Path, repeats: int, slow_repeats: int) -> dict[str, list[Timing] | str]:
    """Time every reader in turn; for one that cannot run, say why."""
    timings: dict[str, list[Timing] | str] = {name: [] for name in READERS}
    for turn in range(repeats):
        for name, (_, read) in READERS.items():
            done = timings[name]
            if isinstance(done, str) or (name in SLOW_READERS and turn >= slow_repeats):
                continue
            gc.collect()  # what the reader before has left behind
            try:
                done.append(read(path))
            except (ImportError, OSError) as error:
                timings[name] = f"{type(error).__name__}: {error}"
    return timings


def table(timings: dict[str, list[Timing] | str], megabytes: float) -> Iterator[str]:
    """Yield a line for each reader, and one for each that could not run."""
    yield f"{'reader':22}{'version':>9}{'points':>11}{'median s':>10}{'fastest':>9}{'slowest':>9}{'MB/s':>7}{'x':>8}"
    ours = timings["logdoctor"]
    assert not isinstance(ours, str)
    unit = statistics.median(one.seconds for one in ours)
    for name, done in timings.items():
        if isinstance(done, str):
            yield f"{name:22}could not run: {done}"
            continue
        seconds = [one.seconds for one in done]
        middle = statistics.median(seconds)
        yield (
            f"{name:22}{importlib.metadata.version(READERS[name][0]):>9}{done[0].points:>11,}{middle:>10.3f}"
            f"{min(seconds):>9.3f}{max(seconds):>9.3f}{megabytes / middle:>7.0f}{middle / unit:>8.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scalars", type=int, default=1_000_000, help="how many each file holds")
    parser.add_argument("--repeats", type=int, default=5, help="readings by each reader")
    parser.add_argument("--slow-repeats", type=int, default=1, help=f"readings by {' and '.join(SLOW_READERS)}")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "google-crc32c", "protobuf")
    )
    print(f"Python {platform.python_version()}, {versions}, {platform.machine()}")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("regular", "irregular"):
            path = Path(folder, name, "events.out.tfevents.1700000000.host")
            path.parent.mkdir()
            with path.open("wb") as file:
                file.writelines(records(options.scalars, regular=name == "regular"))
            megabytes = path.stat().st_size / 1e6
            print(f"\n{name}: {options.scalars:,} scalars of {len(TAGS)} tags, {megabytes:.1f} MB")
            for line in table(measure(path, options.repeats, options.slow_repeats), megabytes):
                print(line)


if __name__ == "__main__":
    main()
