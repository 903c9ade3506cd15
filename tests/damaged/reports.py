"""Scalars as VisualDL's LogWriter and the offline modes of ClearML, Comet and Neptune report them, one by one."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from tests.damaged.records import sized, varint

VISUALDL_META = struct.pack("<Q", 17) + sized(1, sized(2, b"meta_data_tag"))
"""The record with which a file of VisualDL begins."""


def visualdl_scalar(tag: str, step: int, value: float) -> bytes:
    """Frame a record of one scalar (visualdl/proto/record.proto)."""
    time = b"\x18" + varint(1_750_000_000_000 + step)
    payload = sized(1, b"\x08" + varint(step) + sized(2, tag.encode()) + time + b"\x25" + struct.pack("<f", value))
    return struct.pack("<Q", len(payload)) + payload


def clearml_report(step: Any, value: float) -> dict[str, Any]:
    """Return what ClearML says of one value of `loss/train`, at a step of any kind."""
    time = 1_750_000_000_000 + (step if isinstance(step, int) else 0)
    kind = {"timestamp": time, "type": "training_stats_scalar", "task": "a"}
    return {**kind, "iter": step, "metric": "loss", "variant": "train", "value": value}


def comet_message(step: Any, value: float | str, name: str = "loss/train", **payload: Any) -> dict[str, Any]:
    """Return what Comet's offline mode says of one value."""
    metric = {"epoch": None, "metricName": name, "metricValue": value, "step": step}
    return {"payload": {**payload, "local_timestamp": 1_750_000_000_000, "metric": metric}, "type": "metric_msg"}


def comet_archive(messages: bytes, compression: int = ZIP_STORED) -> bytes:
    """Return the archive that Comet's offline mode leaves at the end."""
    archive = BytesIO()
    with ZipFile(archive, "w", compression) as file:
        file.writestr("experiment.json", "{}")
        file.writestr("messages.json", messages)
    return archive.getvalue()


def neptune_operation(points: Sequence[tuple[Any, Any]], *path: str) -> dict[str, Any]:
    """Return what Neptune's client keeps of values of a series, `loss/train` unless it is another."""
    values = [{"value": value, "step": step, "ts": 1_750_000_000.0} for step, value in points]
    return {"obj": {"type": "LogFloats", "path": path or ("loss", "train"), "values": values}, "version": 1, "at": 1.5}
