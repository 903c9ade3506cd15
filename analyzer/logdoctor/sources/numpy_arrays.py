"""Curves saved by NumPy with `np.save` and `np.savez`. Pickled objects are never read."""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, ClassVar, Literal

import numpy as np
from numpy.lib import format as npy

from logdoctor.errors import UnreadableLogError
from logdoctor.run.naming import is_bare_split
from logdoctor.sources.source import Head, Sample
from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.json.document_source import DocumentSource
from logdoctor.sources.tables.json.json_file import Document
from logdoctor.sources.tables.likeness import is_of_training, tells_performance

MOST_NUMBERS = 4 * 1024 * 1024
"""Numbers of all arrays of a file that are read; an archive packs a thousand times as many into a small file."""

_MOST_ARRAYS = 1000
_LARGEST = 32 * 1024 * 1024
"""Bytes of an archive that is read: data of training take more, curves do not."""

_SUFFIX = ".npy"
_VERSION = 8
"""Bytes of what says that a file is NumPy's, and of its version."""

_LENGTH_BYTES = {b"\x01": 2, b"\x02": 4, b"\x03": 4}
"""Bytes of the length of the header, by version."""

_LONGEST_HEADER = 1024
_HEADER = re.compile(
    rb"\{'descr': '(?P<kind>[<>|=](?:f[248]|[iu][1248]))', 'fortran_order': (?P<order>True|False), "
    rb"'shape': \((?P<shape>[0-9, ]{0,40})\), ?\}"
)
"""What it says of numbers; of anything else it is not read."""

_BROKEN = (ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, KeyError)
"""What reading a damaged file may raise; that it cannot be read at all is for the caller to say."""


def _saved(save: Callable[..., None], *arrays: Any, **named: Any) -> bytes:
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


class NumpyArrays(DocumentSource):
    """Arrays under their names, or one that is called after its file; of two dimensions, a row is a curve of a run."""

    name = "numpy"
    patterns: ClassVar[tuple[str, ...]] = ("*.npz", "*.npy")
    precedence = -1  # the log beside it says at which epoch each value was logged
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "arrays under their names, with a counter",
            "history.npz",
            _saved(np.savez, epoch=np.array([1, 2]), train_loss=np.array([0.5, 0.25]), val_loss=np.array([0.75, 0.5])),
            {"train_loss": [(1, 0.5), (2, 0.25)], "val_loss": [(1, 0.75), (2, 0.5)]},
        ),
        Sample(
            "one array, called after its file",
            "train_losses.npy",
            _saved(np.save, np.array([0.5, 0.25, math.nan], np.float32)),
            {"train_losses": [(0, 0.5), (1, 0.25), (2, math.nan)]},
        ),
        Sample("images", "train.npz", _saved(np.savez, x=np.zeros((2, 4, 4)), y=np.array([1, 2])), None),
        Sample("data", "features.npy", _saved(np.save, np.array([0.5, 0.25])), None),
        Sample("objects, which are pickled", "losses.npy", _saved(np.save, np.array([{}], object)), None),
    )

    def beginning_of(self, head: Head) -> Any:
        """Return the arrays that may be curves, by name; None where there are none."""
        if not head.start.startswith((npy.MAGIC_PREFIX, b"PK")):
            return None
        try:
            return _arrays(head.path) or None
        except _BROKEN:
            return None

    def document_of(self, path: Path) -> Document:
        """Return the arrays by name; raises UnreadableLogError."""
        try:
            return Document(_arrays(path))
        except _BROKEN as error:
            raise UnreadableLogError(f"{path}: no array that can be read: {error}") from error


def _arrays(path: Path) -> dict[str, Any]:
    """Return the arrays of a file as lists by name, where one of them promises a curve."""
    with path.open("rb") as file:
        if file.read(len(npy.MAGIC_PREFIX)) == npy.MAGIC_PREFIX:
            file.seek(0)
            read = _array(file, MOST_NUMBERS) if tells_performance(path.stem) else None
            return {} if read is None else {path.stem: read[0]}
        if file.seek(0, io.SEEK_END) > _LARGEST:
            return {}
        file.seek(0)
        whole = io.BytesIO(file.read())  # what fails to be read is no damaged archive, as which zipfile takes it
    with zipfile.ZipFile(whole) as packed:
        members = [one for one in packed.infolist()[:_MOST_ARRAYS] if one.filename.endswith(_SUFFIX)]
        names = [one.filename.removesuffix(_SUFFIX) for one in members]
        if not any(is_of_training(name) or is_bare_split(name) for name in names):
            return {}
        return dict(_members(packed, members))


def _members(packed: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[tuple[str, Any]]:
    left = MOST_NUMBERS
    for member in members:
        name = member.filename.removesuffix(_SUFFIX)
        if not (is_of_training(name) or is_bare_split(name) or counts(name)):
            continue
        with packed.open(member) as file:
            read = _array(file, left)
        if read is not None:
            array, count = read
            left -= count
            yield name, array


def _array(file: IO[bytes], most: int) -> tuple[Any, int] | None:
    """Return an array of one or two dimensions as lists, one number as it is, and how many numbers it has.

    None for any other array, for objects, and for more numbers than the most that may be read.
    """
    version = file.read(_VERSION)[-2:-1]
    length = int.from_bytes(file.read(_LENGTH_BYTES.get(version, 0)), "little")
    header = _HEADER.match(file.read(min(length, _LONGEST_HEADER)))
    if header is None:
        return None
    kind, shape = np.dtype(header["kind"].decode()), [int(one) for one in re.findall(rb"\d+", header["shape"])]
    count = math.prod(shape)
    size = count * kind.itemsize
    if len(shape) > 2 or not 0 < count <= most:
        return None
    data = file.read(size)
    if len(data) < size:
        raise ValueError("it breaks off")
    order: Literal["C", "F"] = "F" if header["order"] == b"True" else "C"
    return np.frombuffer(data, kind).reshape(shape, order=order).tolist(), count
