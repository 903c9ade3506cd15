"""Runs of NUL bytes: what network file systems and power cuts leave where data should be."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

NUL_RUN = 64
"""NUL bytes in a row from which they are the damage: no record of a few numbers has as many."""

_READ_BYTES = 4 * 1024 * 1024


def longest_nul_run(file: BinaryIO, start: int, end: int) -> int:
    """Count the NUL bytes of the longest run from `start` to before `end`; raises OSError."""
    longest, other = 0, start - 1  # `other` is the last byte so far that is not NUL
    file.seek(start)
    while start < end and (data := file.read(min(_READ_BYTES, end - start))):
        others = np.append(other, start + np.flatnonzero(np.frombuffer(data, np.uint8)))
        longest = max(longest, int(np.diff(others).max(initial=1)) - 1)
        start, other = start + len(data), int(others[-1])
    return max(longest, start - 1 - other)
