"""Files that may hold a history in an unsupported format, with advice on how to convert them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from numpy.lib import format as npy

from logdoctor.errors import UnreadableLogError
from logdoctor.run.naming import words
from logdoctor.sources.source import Head, Log, Sample, Source

_ADVICE = {
    ".xlsx": (b"PK", "a spreadsheet; save the sheet with the curves as CSV"),
    ".xls": (b"\xd0\xcf\x11\xe0", "a spreadsheet; save the sheet with the curves as CSV"),
    ".ods": (b"PK", "a spreadsheet; save the sheet with the curves as CSV"),
    ".mat": (b"MATLAB", "MATLAB's; write the curves to CSV with `writematrix` or `writetable`"),
    ".zip": (b"PK", "an archive; unpack it"),
    ".gz": (b"\x1f\x8b", "an archive; unpack it"),
    ".tgz": (b"\x1f\x8b", "an archive; unpack it"),
    ".zst": (b"\x28\xb5\x2f\xfd", "compressed with Zstandard; unpack it with `unzstd`"),
    ".npy": (npy.MAGIC_PREFIX, "pickled by NumPy; save the curves with `np.savez(path, **history)`"),
}
"""By its suffix, how a file begins, and what is said of it."""

_OF_OBJECTS, _HEADER = b"'descr': '|O'", 128
"""What the first bytes of an array of objects say."""

_OF_CURVES = frozenset("loss losses log logs history histories curve curves metrics tensorboard tb wandb".split())
"""Words in the names of files that hold curves and nothing else."""


class ForeignFile(Source):
    """Spreadsheets, MATLAB's files and archives that are called after curves or logs; pickles are not even opened."""

    name = "foreign"
    patterns: ClassVar[tuple[str, ...]] = (
        "*.xlsx", "*.xls", "*.ods", "*.mat", "*.zip", "*.tar.gz", "*.tgz", "*.zst", "*.npy",
    )  # fmt: skip
    precedence = -10
    only_events = True
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("a data set", "images.zip", b"PK\x03\x04", None),
        Sample("no spreadsheet", "history.xlsx", b"epoch,loss\n", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by its suffix, its first bytes and a word in its name."""
        begins, _ = _ADVICE.get(head.path.suffix.lower(), (b"", ""))
        if begins == npy.MAGIC_PREFIX and _OF_OBJECTS not in head.start[:_HEADER]:
            return False  # an array, which is read where it may be a curve
        return bool(begins) and head.start.startswith(begins) and not _OF_CURVES.isdisjoint(words(head.path.stem))

    def read(self, path: Path) -> Iterator[Log]:
        """Say what to do with it."""
        raise UnreadableLogError(_ADVICE[path.suffix.lower()][1])
