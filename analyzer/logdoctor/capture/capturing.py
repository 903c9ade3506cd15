"""Start capturing a training: everything that `install` sets up."""

from __future__ import annotations

import atexit
import os
import sys
from pathlib import Path

from logdoctor.bundle.layout import FOLDER, STEPS
from logdoctor.capture.bundle_writer import BundleWriter
from logdoctor.capture.hooks import Hooks
from logdoctor.capture.meter import Meter
from logdoctor.capture.recorder import Recorder
from logdoctor.capture.ring import Ring

BUDGET = 0.03
"""Share of the wall time that a capture takes by default."""

MAX_GB = 4.0
"""Memory, and then disk, that a capture takes by default."""


class Capture:
    """A capture under way."""

    def __init__(self, folder: Path, every: int | None, budget: float, max_gb: float) -> None:
        self.folder = folder
        limit = int(max_gb * 2**30)
        self._meter = Meter(budget)
        self._recorder = Recorder(BundleWriter(folder, limit), Ring(limit), self._meter, every)
        self.hooks = Hooks(self._recorder, self._meter, self._fail)
        self.is_active = False
        self._process = os.getpid()

    @property
    def overhead(self) -> float:
        """The share of the wall time since the first step that the capture has taken."""
        return self._meter.share

    def start(self) -> None:
        """Install the hooks."""
        self.is_active = True
        self.hooks.install()
        atexit.register(self.close)

    def close(self) -> None:
        """Stop, and write what is held; done at the end of the script in any case."""
        if not self.is_active or os.getpid() != self._process:
            return
        self._stop()
        try:
            self._recorder.finish()
        except Exception as problem:  # noqa: BLE001 - nor must its end
            _warn(problem)

    def _fail(self, problem: BaseException) -> None:
        if self.is_active:
            self._stop()
            _warn(problem)

    def _stop(self) -> None:
        self.is_active = False
        self.hooks.remove()
        atexit.unregister(self.close)


_active: list[Capture] = []


def install(
    folder: str | os.PathLike[str] = ".",
    *,
    every: int | str = "auto",
    budget: float = BUDGET,
    max_gb: float = MAX_GB,
) -> Capture:
    """Capture the training of this script into `folder/logdoctor-capture`, so that its last steps can be replayed.

    `folder` is the run's: where its log is. `every` is the number of steps between two states, or "auto" for as often
    as `budget`, a share of the wall time, allows. Memory and disk stay below `max_gb` each. Batches are training data:
    they are written when the training goes wrong (a loss or gradient that is not finite, a spike) and when it ends.
    Only the first process of a distributed training captures. A second call returns the capture that is under way.
    """
    if isinstance(every, str) and every != "auto":
        raise ValueError(f"every is a number of steps or 'auto', not {every!r}")
    if isinstance(every, int) and every < 1:
        raise ValueError(f"every is at least 1 step, not {every}")
    if _active and _active[0].is_active:
        return _active[0]
    capture = Capture(_unused(Path(folder) / FOLDER), None if isinstance(every, str) else every, budget, max_gb)
    if os.environ.get("RANK", "0") == "0":
        _active[:] = [capture]
        capture.start()
    return capture


def _unused(folder: Path) -> Path:
    """Return a folder, or the next one of its name, that no earlier capture lies in."""
    number = 1
    candidate = folder
    while (candidate / STEPS).exists():
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def _warn(problem: BaseException) -> None:
    text = (str(problem).splitlines() or [""])[0]
    print(  # noqa: T201 - the one line that a broken capture is allowed
        f"logdoctor capture: stopped ({type(problem).__name__}: {text}); the training goes on", file=sys.stderr
    )
