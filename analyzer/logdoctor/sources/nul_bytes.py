"""Runs of NUL bytes, which network file systems and power cuts leave in place of data."""

from __future__ import annotations

import errno
import os
from typing import BinaryIO

import numpy as np

NUL_RUN = 64
"""NUL bytes in a row from which they are the damage: no record of a few numbers has as many."""

_READ_BYTES = 4 * 1024 * 1024


def past_hole(file: BinaryIO, at: int, end: int) -> int:
    """Return where bytes are stored from a place of a file on, `end` at most: what a sparse file lacks reads as NULs.

    It is the place itself where the system does not tell.
    """
    if not hasattr(os, "SEEK_DATA"):
        return at
    try:
        number = file.fileno()
        here = os.lseek(number, 0, os.SEEK_CUR)  # a reader with a buffer counts on it
        try:
            return min(os.lseek(number, at, os.SEEK_DATA), end)
        finally:
            os.lseek(number, here, os.SEEK_SET)
    except OSError as error:
        at_its_end = error.errno == errno.ENXIO and at < os.fstat(file.fileno()).st_size
        return end if at_its_end else at


def longest_nul_run(file: BinaryIO, start: int, end: int) -> int:
    """Count the NUL bytes of the longest run from `start` to before `end`; raises OSError."""
    longest, other = 0, start - 1  # `other` is the last byte so far that is not NUL
    while (start := past_hole(file, start, end)) < end:
        file.seek(start)
        if not (data := file.read(min(_READ_BYTES, end - start))):
            break
        others = np.append(other, start + np.flatnonzero(np.frombuffer(data, np.uint8)))
        longest = max(longest, int(np.diff(others).max(initial=1)) - 1)
        start, other = start + len(data), int(others[-1])
    return max(longest, start - 1 - other)
