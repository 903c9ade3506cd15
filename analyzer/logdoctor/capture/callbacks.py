"""Callbacks for Lightning and Hugging Face; the framework is imported when one is made."""

from __future__ import annotations

import os
from typing import Any

from logdoctor.capture.capturing import BUDGET, MAX_GB, Capture, install


def lightning_callback(
    folder: str | os.PathLike[str] | None = None,
    *,
    every: int | str = "auto",
    budget: float = BUDGET,
    max_gb: float = MAX_GB,
) -> Any:
    """Return a callback for `Trainer(callbacks=[...])`; the folder is the logger's unless given.

    The options are those of `install`. Raises ImportError where neither `lightning` nor `pytorch_lightning` is there.
    """
    callback = _lightning()

    class LogDoctorCapture(callback):  # type: ignore[misc, valid-type]
        """Captures the fit."""

        capture: Capture | None = None

        def on_train_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002 - Lightning's signature
            """Begin; the module's own hooks come with its first call."""
            home = folder or trainer.log_dir or trainer.default_root_dir
            self.capture = install(home, every=every, budget=budget, max_gb=max_gb)

        def on_train_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
            """Write what is held."""
            if self.capture is not None:
                self.capture.close()

        def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:  # noqa: ARG002
            """Write what is held."""
            self.on_train_end(trainer, pl_module)

    return LogDoctorCapture()


def hugging_face_callback(
    folder: str | os.PathLike[str] | None = None,
    *,
    every: int | str = "auto",
    budget: float = BUDGET,
    max_gb: float = MAX_GB,
) -> Any:
    """Return a callback for `Trainer(callbacks=[...])`; the folder is `output_dir` unless given.

    The options are those of `install`. Raises ImportError where `transformers` is not there.
    """
    from transformers import TrainerCallback

    class LogDoctorCapture(TrainerCallback):  # type: ignore[misc]
        """Captures the training."""

        capture: Capture | None = None

        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
            """Begin; the model's own hook comes with its first call."""
            self.capture = install(folder or args.output_dir, every=every, budget=budget, max_gb=max_gb)

        def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
            """Write what is held."""
            if self.capture is not None:
                self.capture.close()

    return LogDoctorCapture()


def _lightning() -> Any:
    try:
        from lightning.pytorch.callbacks import Callback
    except ImportError:
        from pytorch_lightning.callbacks import Callback
    return Callback
