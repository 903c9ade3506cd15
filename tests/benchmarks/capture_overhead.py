"""How much longer a training takes with a capture than without: `python tests/benchmarks/capture_overhead.py`.

A small GPT (11 million parameters, AdamW, dropout) is trained alternately with and without a capture, from the same
seed, in one process and one thread. Printed are the ratios of whole trainings in wall time and in processor time (which
other jobs on the machine disturb less), their spread over the repeats, and the share that the capture measured itself.
Weights are compared after each pair: they must be the same bit by bit.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from logdoctor.bundle.layout import FOLDER, state_folders
from logdoctor.capture import Capture, install

WORDS, LENGTH, WIDTH, LAYERS, HEADS = 2000, 64, 320, 8, 8
WARM_UP = 3
"""Steps before the clock starts: the first allocate memory."""


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
    """One training."""

    wall: float
    processor: float
    weights: dict[str, Tensor]
    share: float = 0.0
    """What the capture says that it took."""


@contextmanager
def capturing(folder: Path | None) -> Iterator[Capture | None]:
    """Capture into a folder, or do not."""
    capture = install(folder) if folder is not None else None
    try:
        yield capture
    finally:
        if capture is not None:
            capture.close()


def train(steps: int, batch: int, folder: Path | None) -> Timed:
    """Train from one seed; the clock runs from the end of the warm-up to the last step."""
    torch.manual_seed(0)
    model = Gpt()
    optimizer = torch.optim.AdamW(model.parameters(), 3e-4)
    with capturing(folder) as capture:
        for step in range(steps + WARM_UP):
            if step == WARM_UP:
                wall, processor = time.perf_counter(), time.process_time()
            tokens = torch.randint(0, WORDS, (batch, LENGTH + 1))
            loss = functional.cross_entropy(model(tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        share = capture.overhead if capture is not None else 0.0
    return Timed(wall, processor, model.state_dict(), share)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    size = sum(one.numel() for one in Gpt().parameters())
    print(f"{size / 1e6:.1f} million parameters, torch {torch.__version__}, 1 thread, {options.steps} steps")
    wall, processor, shares = [], [], []
    for repeat in range(options.repeats):
        with tempfile.TemporaryDirectory() as temporary:
            order = (None, Path(temporary)) if repeat % 2 else (Path(temporary), None)
            timed = {folder: train(options.steps, options.batch, folder) for folder in order}
            states = list(state_folders(Path(temporary) / FOLDER))
        alone, captured = timed[None], next(one for folder, one in timed.items() if folder is not None)
        same = all(torch.equal(one, captured.weights[name]) for name, one in alone.weights.items())
        wall.append(captured.wall / alone.wall)
        processor.append(captured.processor / alone.processor)
        shares.append(captured.share)
        print(
            f"  {alone.wall / options.steps * 1000:.0f} ms a step; wall x{wall[-1]:.3f}, processor x{processor[-1]:.3f}"
            f", self-measured {captured.share:.1%}; states of steps {states}"
            f", weights {'the same' if same else 'DIFFER'}"
        )
    for name, ratios in (("wall", wall), ("processor", processor)):
        print(f"{name} x{statistics.median(ratios):.3f} (from x{min(ratios):.3f} to x{max(ratios):.3f})")
    print(f"self-measured {statistics.median(shares):.1%} of the time, of a budget of 3 % and half a second")


if __name__ == "__main__":
    main()
