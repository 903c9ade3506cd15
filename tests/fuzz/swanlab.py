"""SwanLab's local files, framed as those of W&B are: bytes damaged anywhere, and chunks forged with right checksums."""

from __future__ import annotations

import random
from pathlib import Path

from tests.damaged.chunks import SWANLAB_HEADER, swanlab_scalar
from tests.fuzz.wandb import Format, read_damaged

from logdoctor.sources.swanlab_run import SwanLabRun

SOURCES = (SwanLabRun,)
MUTATIONS = 1000

SWANLAB = Format(
    SwanLabRun(), SWANLAB_HEADER, "run-fuzz.swanlab", lambda step, value: swanlab_scalar("train/loss", step, value)
)


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file and read it."""
    read_damaged(SWANLAB, rng, folder)
