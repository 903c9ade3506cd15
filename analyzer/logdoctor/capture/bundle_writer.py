"""Writes a capture to disk; every file and folder is complete or absent."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import torch

from logdoctor.bundle.layout import (
    ALARM,
    BATCHES,
    META,
    MODEL,
    OPTIMIZER,
    RANDOM,
    SCHEMA,
    STEPS,
    batch_file,
    state_folder,
)
from logdoctor.bundle.tensor_files import write_tensors, write_weights
from logdoctor.capture.alarms import Alarm
from logdoctor.capture.ring import KeptBatch, KeptState

SECONDS_UNWRITTEN = 1.0
"""Lines of `steps.jsonl` wait at most so long, so that a killed training loses little."""

SPARE_BYTES = 2**28
"""Left free on the disk: the training's own checkpoint must not fail because of a capture."""


class BundleWriter:
    """Writes to one folder, made with the first line."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self._left = limit
        """Bytes that may still be written."""
        self._steps: TextIO | None = None
        self._written = 0.0

    def step(self, record: Mapping[str, Any]) -> None:
        """Add a line to `steps.jsonl`; NaN stands there as NaN, which logdoctor reads."""
        if self._steps is None:
            (self.folder / BATCHES).mkdir(parents=True, exist_ok=True)
            self._steps = (self.folder / STEPS).open("a", encoding="utf-8")
        self._steps.write(json.dumps(record) + "\n")
        if time.monotonic() - self._written > SECONDS_UNWRITTEN:
            self.flush()

    def flush(self) -> None:
        """Hand the lines to the operating system."""
        if self._steps is not None:
            self._steps.flush()
            self._written = time.monotonic()

    def state(self, state: KeptState) -> None:
        """Write a state as a folder of its own."""
        target = state_folder(self.folder, state.step)
        if target.exists() or not self._has_room(state.bytes):
            return
        unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        unfinished.mkdir(parents=True)
        try:
            write_weights(unfinished / MODEL, state.model)
            write_tensors(unfinished / OPTIMIZER, dict(state.rest))
            write_tensors(unfinished / RANDOM, state.random.plain())
            meta = {"schema": SCHEMA, "step": state.step, "torch": torch.__version__, "holds": sorted(state.rest)}
            (unfinished / META).write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
            unfinished.replace(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def batch(self, batch: KeptBatch) -> None:
        """Write the batches of a step."""
        target = batch_file(self.folder, batch.step)
        if not target.exists() and self._has_room(batch.bytes):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_tensors(target, {"batches": list(batch.batches), "random": batch.random.plain()})

    def alarm(self, alarm: Alarm) -> None:
        """Write why all this is on disk."""
        text = json.dumps({"schema": SCHEMA, "step": alarm.step, "kind": alarm.kind, "text": alarm.text}, indent=1)
        (self.folder / ALARM).write_text(text + "\n", encoding="utf-8")

    def close(self) -> None:
        """Close `steps.jsonl`."""
        if self._steps is not None:
            self._steps.close()
            self._steps = None

    def _has_room(self, taken: int) -> bool:
        """Take bytes from what may still be written, if so many are left, and on the disk too."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if taken > self._left or taken + SPARE_BYTES > shutil.disk_usage(self.folder).free:
            return False
        self._left -= taken
        return True
