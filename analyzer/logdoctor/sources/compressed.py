"""Compressed files: a look at what they hold, in memory; event files apart, none is read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from logdoctor.sources.source import HEAD_BYTES, Head

_OPENED: dict[str, Callable[[Path], IO[bytes]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


def is_compressed(name: str) -> bool:
    """Tell from its name whether a file is compressed in a way that the standard library knows."""
    return Path(name.lower()).suffix in _OPENED


def unpacked_head(path: Path) -> Head | None:
    """Return the beginning of what a compressed file holds, under its name there; None where it cannot be unpacked."""
    try:
        with _OPENED[path.suffix.lower()](path) as file:
            start = file.read(HEAD_BYTES)
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        return None
    return Head(path.with_suffix(""), len(start), start)
