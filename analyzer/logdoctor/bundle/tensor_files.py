"""Files of tensors: written completely or not at all, and read without running anything in them."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from logdoctor.bundle.plain import tensors
from logdoctor.errors import LogDoctorError

MOST_BYTES = 64 * 2**30
"""Files above this are not loaded: a replay holds a model on one device."""


class TensorFileError(LogDoctorError):
    """A file of tensors cannot be read safely."""


def write_tensors(path: Path, value: Any) -> None:
    """Save a value that `plain` made; the file appears under its name when it is whole."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        torch.save(value, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_tensors(path: Path, allowed: Sequence[Any] = ()) -> Any:
    """Load what torch.save wrote, onto the CPU, with `weights_only=True`; raises TensorFileError.

    `allowed` are further classes that may be built. The sizes that an archive declares are checked before it is
    opened, and those of its tensors after it: a view of one number can claim any shape.
    """
    bytes_on_disk = _checked_archive(path)
    try:
        with torch.serialization.safe_globals(list(allowed)):
            value = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError as problem:
        raise TensorFileError(f"{path}: {_unsafe(path) or problem}".splitlines()[0]) from None
    except (RuntimeError, ValueError, TypeError, KeyError, AttributeError, EOFError, OSError, MemoryError) as problem:
        raise TensorFileError(f"{path}: damaged ({_first_line(problem)}); use an earlier checkpoint") from None
    _check_sizes(path, value, bytes_on_disk)
    return value


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Load a safetensors file: tensors by name, and its metadata; raises TensorFileError."""
    from safetensors import SafetensorError, safe_open

    _checked_size(path)
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as problem:
        raise TensorFileError(f"{path}: damaged ({_first_line(problem)}); use an earlier checkpoint") from None


def write_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Save tensors by name as safetensors; the file appears under its name when it is whole."""
    from safetensors.torch import save_file

    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        save_file(dict(weights), unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _checked_size(path: Path) -> int:
    try:
        taken = path.stat().st_size
    except OSError as problem:
        raise TensorFileError(f"{path}: {problem.strerror or problem}") from None
    if taken > MOST_BYTES:
        raise TensorFileError(f"{path}: {taken:,} bytes are more than one device holds ({MOST_BYTES:,})")
    return taken


def _checked_archive(path: Path) -> int:
    """Return the bytes of an archive after a look at what it declares."""
    taken = _checked_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        reason = "cut off, damaged, or written before torch 1.6; save it anew with torch.save"
        raise TensorFileError(f"{path}: is no archive of torch.save: {reason}") from None
    if any(entry.filename.endswith("/constants.pkl") for entry in entries):
        raise TensorFileError(f"{path}: is a program of TorchScript, which is not run; save its state_dict instead")
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise TensorFileError(f"{path}: is compressed, which torch.save never does; save it anew with torch.save")
    if sum(entry.file_size for entry in entries) > taken:
        raise TensorFileError(f"{path}: declares more bytes than it holds; use an earlier checkpoint")
    return taken


def _check_sizes(path: Path, value: Any, bytes_on_disk: int) -> None:
    for tensor in tensors(value):
        if tensor.layout is torch.strided and tensor.numel() * tensor.element_size() > bytes_on_disk:
            shape = " x ".join(map(str, tensor.shape))
            raise TensorFileError(f"{path}: a tensor of {shape} claims more bytes than the whole file holds")


def _unsafe(path: Path) -> str:
    """Name what a file wants to run, or nothing."""
    try:
        names = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except Exception:  # noqa: BLE001 - an explanation that cannot be had
        return ""
    if not names:
        return ""
    return (
        f"holds objects that loading would have to run code for ({', '.join(sorted(names)[:3])}); "
        "save tensors and numbers only, or give a load(training, path) in the recipe"
    )


def _first_line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:200]
