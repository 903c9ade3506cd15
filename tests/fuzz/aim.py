"""Aim's repository, which is recognised by its folder and whose bytes are not read."""

from __future__ import annotations

import random
from pathlib import Path

from tests.damaged.lines import read

from logdoctor.sources.aim_repository import AimRepository

SOURCES = (AimRepository,)
MUTATIONS = 1000


def trial(rng: random.Random, folder: Path) -> None:
    """Put any bytes in the place of the database."""
    path = folder / ".aim" / "run_metadata.sqlite"
    path.parent.mkdir(exist_ok=True)
    logs = read(AimRepository(), path, rng.randbytes(rng.randrange(200)))
    assert logs is not None
    assert [len(log.notices) for log in logs] == [1]
