"""The callbacks capture from the first to the last call of a framework; tests/check_frameworks.py has the real ones."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from logdoctor.bundle.layout import FOLDER
from logdoctor.capture import hugging_face_callback, lightning_callback

from .trainings import train


class Callback:
    """Stands for the base class of both frameworks."""


@pytest.fixture(autouse=True)
def _frameworks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, attribute in (
        ("lightning", ""),
        ("lightning.pytorch", ""),
        ("lightning.pytorch.callbacks", "Callback"),
        ("transformers", "TrainerCallback"),
    ):
        module = ModuleType(name)
        if attribute:
            setattr(module, attribute, Callback)
        monkeypatch.setitem(sys.modules, name, module)


def test_lightning_captures_from_start_to_end_of_training(tmp_path: Path) -> None:
    callback: Any = lightning_callback(every=5)
    assert Callback in type(callback).__mro__
    trainer = SimpleNamespace(log_dir=None, default_root_dir=str(tmp_path))
    callback.on_train_start(trainer, None)
    train(steps=12)
    callback.on_train_end(trainer, None)
    assert not callback.capture.is_active
    assert (tmp_path / FOLDER / "step_000000010").is_dir()


def test_lightning_writes_when_the_training_fails(tmp_path: Path) -> None:
    callback: Any = lightning_callback(tmp_path, every=5)
    callback.on_train_start(SimpleNamespace(), None)
    train(steps=12)
    callback.on_exception(SimpleNamespace(), None, RuntimeError())
    assert (tmp_path / FOLDER / "step_000000010").is_dir()


def test_hugging_face_captures_from_start_to_end_of_training(tmp_path: Path) -> None:
    callback: Any = hugging_face_callback(every=5)
    assert Callback in type(callback).__mro__
    said: dict[str, Any] = {"args": SimpleNamespace(output_dir=str(tmp_path)), "state": None, "control": None}
    callback.on_train_begin(**said, model=None)
    train(steps=12)
    callback.on_train_end(**said)
    assert not callback.capture.is_active
    assert (tmp_path / FOLDER / "step_000000010").is_dir()


def test_a_framework_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ImportError, match="transformers"):
        hugging_face_callback()
