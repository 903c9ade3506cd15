"""Damage to the file of a log, as a killed process or a bad disk leaves it."""

from __future__ import annotations

import random
from pathlib import Path

SETTINGS_FILES = ("config.json", "hparams.yaml")


def _largest(folder: Path) -> Path:
    logs = [path for path in folder.rglob("*") if path.is_file() and path.name not in SETTINGS_FILES]
    return max(logs, key=lambda path: path.stat().st_size)


def cut_in_a_record(folder: Path, seed: int) -> None:
    """End the file within a record, after 55 to 75 % of it."""
    path = _largest(folder)
    content = path.read_bytes()
    end = int(len(content) * random.Random(seed).uniform(0.55, 0.75))
    while content[end - 1 : end] in b"\r\n" or content[end : end + 1] in b"\r\n":
        end += 1
    path.write_bytes(content[:end])


def overwrite_a_block(folder: Path, seed: int) -> None:
    """Replace 512 bytes in the middle by zeros, as a file system does after a power cut."""
    path = _largest(folder)
    content = bytearray(path.read_bytes())
    start = int(len(content) * random.Random(seed).uniform(0.3, 0.7))
    content[start : start + 512] = bytes(512)
    path.write_bytes(bytes(content))
