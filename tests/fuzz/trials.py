"""Which formats are fuzzed, and how a trial is called."""

from __future__ import annotations

import importlib
import os
import pkgutil
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import tests.fuzz

Trial = Callable[[random.Random, Path], None]

MEMORY = Path("/dev/shm")
"""A folder in memory, where there is one: a disk spends more time on a file than a reader."""

_NO_FORMATS = frozenset({"__main__", "trials"})


def formats() -> list[str]:
    """Return the names of the modules that fuzz a format."""
    return sorted(one.name for one in pkgutil.iter_modules(tests.fuzz.__path__) if one.name not in _NO_FORMATS)


def trial_of(name: str) -> Trial:
    """Return what makes, damages and reads one file of a format, in a folder for it; it raises AssertionError."""
    trial: Trial = importlib.import_module(f"tests.fuzz.{name}").trial
    return trial


def rng_of(seed: str, number: int) -> random.Random:
    """Return the randomness of one trial, which is the same whenever it is repeated."""
    return random.Random(f"{seed}:{number}")


def folder_in_memory() -> tempfile.TemporaryDirectory[str]:
    """Return a new folder for the files of trials."""
    return tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
