"""Files of tensors are loaded without running anything, and a hostile one costs a line, not the memory."""

from __future__ import annotations

import pathlib
import pickle
import random
import zipfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from logdoctor.bundle import random_states
from logdoctor.bundle.plain import LeftOut, plain, restored
from logdoctor.bundle.tensor_files import TensorFileError, read_tensors, read_weights, write_tensors, write_weights

Pair = namedtuple("Pair", "x y")


def test_any_batch_comes_back(tmp_path: Path) -> None:
    batch = {
        "pair": Pair(torch.arange(3), [1, 2.5, "a", None, True]),
        "array": np.array([[1.0, 2.0]]),
        "scalar": np.float32(0.5),
        1: object(),
        "view": torch.arange(10_000)[:2],
    }
    write_tensors(tmp_path / "b.pt", plain(batch))
    back = restored(read_tensors(tmp_path / "b.pt"))
    assert back["pair"][0].tolist() == [0, 1, 2]
    assert back["pair"][1] == [1, 2.5, "a", None, True]
    assert back["array"].tolist() == [[1.0, 2.0]]
    assert back["scalar"] == 0.5
    assert back[1] == LeftOut("object")
    assert (tmp_path / "b.pt").stat().st_size < 10_000  # a view does not bring its storage along


def test_random_states_come_back(tmp_path: Path) -> None:
    random.gauss(0, 1)  # gives two numbers and keeps one
    write_tensors(tmp_path / "rng.pt", random_states.take().plain())
    drawn = _drawn()
    random_states.put_back(read_tensors(tmp_path / "rng.pt"))
    assert drawn == _drawn()


def _drawn() -> tuple[float, ...]:
    array = np.random.rand()  # noqa: NPY002 - the global generator is what scripts use
    return (random.gauss(0, 1), random.random(), array, float(torch.rand(())))


class _Runs:
    def __reduce__(self) -> Any:
        return (pathlib.Path.touch, (pathlib.Path("ran"),))


def test_nothing_in_a_file_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"w": _Runs()}, "bad.pt")
    with pytest.raises(TensorFileError, match="would have to run code for"):
        read_tensors(Path("bad.pt"))
    Path("old.pt").write_bytes(pickle.dumps(_Runs()))
    with pytest.raises(TensorFileError, match="is no archive of torch"):
        read_tensors(Path("old.pt"))
    assert not Path("ran").exists()


def test_a_view_of_one_number_may_not_claim_any_shape(tmp_path: Path) -> None:
    torch.save({"w": torch.ones(1).expand(10**9, 10)}, tmp_path / "bomb.pt")
    with pytest.raises(TensorFileError, match="1000000000 x 10 claims more bytes than the whole file"):
        read_tensors(tmp_path / "bomb.pt")


def test_a_compressed_archive_is_refused(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(1000)}, tmp_path / "plain.pt")
    with zipfile.ZipFile(tmp_path / "plain.pt") as source, zipfile.ZipFile(tmp_path / "z.pt", "w") as target:
        for one in source.infolist():
            target.writestr(one.filename, source.read(one), zipfile.ZIP_DEFLATED)
    with pytest.raises(TensorFileError, match="is compressed"):
        read_tensors(tmp_path / "z.pt")


def test_a_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(1000)}, tmp_path / "a.pt")
    write_weights(tmp_path / "a.safetensors", {"w": torch.zeros(1000)})
    for name in ("a.pt", "a.safetensors"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-500])
    with pytest.raises(TensorFileError, match=r"a\.pt: is no archive"):
        read_tensors(tmp_path / "a.pt")
    with pytest.raises(TensorFileError, match=r"a\.safetensors: damaged"):
        read_weights(tmp_path / "a.safetensors")
    with pytest.raises(TensorFileError, match="No such file"):
        read_tensors(tmp_path / "missing.pt")


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"<html>404</html>", b"PK\x03\x04"])
def test_what_is_no_archive_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pt").write_bytes(content)
    with pytest.raises(TensorFileError, match=r"a\.pt: is no archive") as said:
        read_tensors(tmp_path / "a.pt")
    assert "\n" not in str(said.value)
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(TensorFileError, match=r"a\.safetensors: damaged \(.+\)"):
        read_weights(tmp_path / "a.safetensors")


def repickled(path: Path, old: bytes, new: bytes) -> Path:
    """Change what an archive says of its tensors."""
    hostile = path.with_name("hostile.pt")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(hostile, "w") as target:
        for one in source.infolist():
            content = source.read(one)
            assert not one.filename.endswith("data.pkl") or content.count(old) == 1
            target.writestr(one.filename, content.replace(old, new) if one.filename.endswith("data.pkl") else content)
    return hostile


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"QK\x00K\x07\x85", b"QJ\xff\xff\xff\x7fK\x07\x85"),
        (b"QK\x00K\x07\x85", b"QK\x00J\xff\xff\xff\x7f\x85"),
    ],
    ids=["a place far behind its numbers", "a shape of two billion"],
)
def test_a_tensor_that_claims_more_than_its_numbers_is_one_line(tmp_path: Path, old: bytes, new: bytes) -> None:
    torch.save({"w": torch.zeros(7)}, tmp_path / "a.pt")
    with pytest.raises(TensorFileError, match=r"hostile\.pt: ") as said:
        read_tensors(repickled(tmp_path / "a.pt", old, new))
    assert "\n" not in str(said.value)


def test_numbers_of_twice_the_size_stay_within_the_file(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(7)}, tmp_path / "a.pt")
    hostile = repickled(tmp_path / "a.pt", b"FloatStorage", b"DoubleStorage")
    assert read_tensors(hostile)["w"].untyped_storage().nbytes() < hostile.stat().st_size


def test_a_sparse_tensor_of_any_shape_takes_no_memory(tmp_path: Path) -> None:
    place = torch.zeros(1, 1, dtype=torch.int64)
    huge = torch.sparse_coo_tensor(place, torch.ones(1), (10**15,), check_invariants=True)
    torch.save({"w": huge}, tmp_path / "a.pt")
    assert read_tensors(tmp_path / "a.pt")["w"].shape == (10**15,)


def test_a_program_is_not_loaded(tmp_path: Path) -> None:
    """An archive of TorchScript holds code."""
    with zipfile.ZipFile(tmp_path / "a.pt", "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02}.")
        archive.writestr("a/constants.pkl", b"\x80\x02).")
        archive.writestr("a/code/__torch__.py", "op_version_set = 1\n")
        archive.writestr("a/version", "3\n")
    with pytest.raises(TensorFileError, match="TorchScript"):
        read_tensors(tmp_path / "a.pt")


@pytest.mark.parametrize("claimed", [2**60, 2**64 - 1, 10**9])
def test_a_header_longer_than_the_file_is_one_line(tmp_path: Path, claimed: int) -> None:
    (tmp_path / "a.safetensors").write_bytes(claimed.to_bytes(8, "little") + b"{}" * 50)
    with pytest.raises(TensorFileError, match=r"a\.safetensors: damaged \(.+\)") as said:
        read_weights(tmp_path / "a.safetensors")
    assert "\n" not in str(said.value)
