"""Scalars as VisualDL's LogWriter and ClearML's offline mode report them, one by one."""

from __future__ import annotations

import struct
from typing import Any

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
