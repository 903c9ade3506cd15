"""Every reader against damaged files of known content, up to 20,000 a format; `python -m tests.fuzz` does more."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from tests.fuzz.trials import folder_in_memory, formats, rng_of, trial_of
from tests.sources.test_samples import sources

PARTS = 4
"""Of the trials of a format, so that they can run side by side."""

SEED = "suite"


def mutations(name: str) -> int:
    """Return how many files of a format are damaged here."""
    return int(getattr(importlib.import_module(f"tests.fuzz.{name}"), "MUTATIONS", 20_000))


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", formats())
def test_nothing_untrue_is_read_and_nothing_lost_in_silence(name: str, part: int) -> None:
    trial = trial_of(name)
    with folder_in_memory() as folder:
        for number in range(part, mutations(name), PARTS):
            try:
                trial(rng_of(SEED, number), Path(folder))
            except Exception as error:
                error.add_note(f"repeat with: python -m tests.fuzz --format {name} --seed {SEED} --only {number}")
                raise


def test_every_source_is_fuzzed() -> None:
    fuzzed = {one for name in formats() for one in importlib.import_module(f"tests.fuzz.{name}").SOURCES}
    assert fuzzed == {type(one) for one in sources()}
