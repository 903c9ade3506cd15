"""How much longer a training takes with a capture than without: `python tests/benchmarks/capture_overhead.py`.

A small GPT (11 million parameters, AdamW, dropout) is trained from the same seed in two processes, one with a capture
and one without. They take turns of some steps, in the order ABBA, and one waits while the other works: what else the
machine does meanwhile disturbs both alike. A capture's budget is a share of the time of its own process, without the
waiting.

Printed are the ratios of the sums over all steps, in wall time and in processor time, their spread over blocks of
turns, what writing at the end adds, and the share that the capture measured itself. The weights must be the same bit by
bit.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from logdoctor.bundle.layout import FOLDER, state_folders
from logdoctor.capture import install, meter

WORDS, LENGTH, WIDTH, LAYERS, HEADS = 2000, 64, 320, 8, 8
WARM_UP = 3
"""Steps before the clock starts: the first allocate memory."""

BLOCKS = 5
"""Parts of the training whose ratios are told one by one."""


class Gpt(nn.Module):  # type: ignore[misc]
    """A causal transformer over random tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.places = nn.Parameter(torch.randn(LENGTH, WIDTH) * 0.02)
        layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, 0.1, "gelu", batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.out = nn.Linear(WIDTH, WORDS)

    def forward(self, tokens: Tensor) -> Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(LENGTH)
        hidden = self.layers(self.words(tokens) + self.places, mask=mask, is_causal=True)
        return self.out(hidden)


@dataclass(frozen=True)
class Timed:
    """One turn, or the end."""

    wall: float
    processor: float


@dataclass(frozen=True)
class Ended:
    """What is known when a training is over."""

    writing: Timed
    share: float
    """What the capture says that it took, before it wrote."""
    weights: str
    """A digest of them."""


class OwnTime:
    """The clock of a process that is made to wait; stands in for `time` in the capture's meter."""

    def __init__(self) -> None:
        self.waited = 0.0

    def perf_counter(self) -> float:
        return time.perf_counter() - self.waited


def child(pipe: Connection, folder: Path | None, batch: int) -> None:
    """Train by turns: each message is a number of steps, 0 ends it."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    clock = OwnTime()
    meter.time = clock  # type: ignore[assignment, attr-defined]
    capture = install(folder) if folder is not None else None
    model = Gpt()
    optimizer = torch.optim.AdamW(model.parameters(), 3e-4)

    def steps(count: int) -> Timed:
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(count):
            tokens = torch.randint(0, WORDS, (batch, LENGTH + 1))
            loss = functional.cross_entropy(model(tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return Timed(time.perf_counter() - wall, time.process_time() - processor)

    steps(WARM_UP)
    pipe.send(None)
    while True:
        began = time.perf_counter()
        count = pipe.recv()
        clock.waited += time.perf_counter() - began
        if not count:
            break
        pipe.send(steps(count))
    wall, processor = time.perf_counter(), time.process_time()
    share = capture.overhead if capture is not None else 0.0
    if capture is not None:
        capture.close()
    writing = Timed(time.perf_counter() - wall, time.process_time() - processor)
    weights = b"".join(one.numpy().tobytes() for one in model.state_dict().values())
    pipe.send(Ended(writing, share, hashlib.sha256(weights).hexdigest()))


class Trainings:
    """Both trainings, in processes that wait for their turns: the first with a capture, the second without."""

    def __init__(self, folder: Path, batch: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        for home in (folder, None):
            ours, theirs = context.Pipe()
            context.Process(target=child, args=(theirs, home, batch), daemon=True).start()
            ours.recv()  # it is warm
            self._pipes.append(ours)

    def turn(self, number: int, steps: int) -> tuple[Timed, Timed]:
        """Let each take its steps; which is first changes."""
        order = (0, 1) if number % 4 in (0, 3) else (1, 0)
        timed: dict[int, Timed] = {which: self._answer(which, steps) for which in order}
        return timed[0], timed[1]

    def end(self) -> tuple[Ended, Ended]:
        """End both."""
        return self._answer(0, 0), self._answer(1, 0)

    def _answer(self, which: int, steps: int) -> Any:
        self._pipes[which].send(steps)
        return self._pipes[which].recv()


def ratio(turns: Sequence[tuple[Timed, Timed]], which: str, more: float = 0.0) -> float:
    """Return the time with a capture over that without, of all turns together."""
    captured, alone = (sum(getattr(pair[at], which) for pair in turns) for at in (0, 1))
    return float((captured + more) / alone)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=480.0, help="for both together")
    parser.add_argument("--turn", type=int, default=4, help="steps of a turn")
    parser.add_argument("--batch", type=int, default=8)
    options = parser.parse_args()
    size = sum(one.numel() for one in Gpt().parameters())
    with tempfile.TemporaryDirectory() as temporary:
        trainings = Trainings(Path(temporary), options.batch)
        until = time.monotonic() + options.seconds
        turns: list[tuple[Timed, Timed]] = []
        while time.monotonic() < until or len(turns) < BLOCKS:
            turns.append(trainings.turn(len(turns), options.turn))
        captured, alone = trainings.end()
        states = list(state_folders(Path(temporary) / FOLDER))
    count = len(turns) * options.turn
    seconds = [sum(one[which].wall for one in turns) for which in (0, 1)]
    print(f"{size / 1e6:.1f} million parameters, torch {torch.__version__}, 1 thread, {count} steps")
    print(f"{seconds[0]:.0f} s with a capture, {seconds[1]:.0f} s without, {seconds[1] / count * 1000:.0f} ms a step")
    for which in ("wall", "processor"):
        long = -(-len(turns) // BLOCKS)
        blocks = [ratio(turns[at : at + long], which) for at in range(0, len(turns), long)]
        pairs = statistics.quantiles((getattr(a, which) / getattr(b, which) for a, b in turns), n=4)
        whole = ratio(turns, which, getattr(captured.writing, which))
        print(f"{which} x{ratio(turns, which):.3f}, blocks from x{min(blocks):.3f} to x{max(blocks):.3f}")
        print(f"  pairs of turns: median x{pairs[1]:.3f}, quartiles x{pairs[0]:.3f} and x{pairs[2]:.3f}")
        print(f"  with the writing at the end x{whole:.3f}")
    print(f"the capture measured {captured.share:.1%} itself, then wrote for {captured.writing.wall:.2f} s")
    print(f"states of steps {states}, weights {'the same' if captured.weights == alone.weights else 'DIFFER'}")


if __name__ == "__main__":
    main()
