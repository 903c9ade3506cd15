"""`results.txt` of YOLOv3, YOLOv5 and YOLOv7: the console line of each epoch, without a header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from logdoctor.errors import UnreadableLogError
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.json.records import table_of
from logdoctor.sources.tables.lost_lines import Damage, Span
from logdoctor.sources.tables.table_logs import read_logs
from logdoctor.sources.tables.text import head_block, read_blocks

_PARTS = ("train/box_loss", "train/obj_loss", "train/cls_loss")
_OTHER_PART = "train/other_loss"
"""What forks add to the loss, such as that of the landmarks of faces."""
_FURTHER = (
    "train/loss", "labels", "img_size",
    "val/precision", "val/recall", "val/mAP50", "val/mAP50-95 or F1",
    "val/box_loss", "val/obj_loss", "val/cls_loss",
)  # fmt: skip
"""Of YOLOv3 the last metric is the F1 score, and `box` is the loss of the overlap."""

_ROUNDING = 0.01
"""Relative difference between the loss and the sum of its parts, which are written with four digits each."""

_NUMBER = r"(?:[-+]?[\d.]{1,24}(?:e[-+]?\d{1,4})?|nan|[-+]?inf)"
_LINE = re.compile(
    r"\s*(?P<epoch>\d{1,9})/(?P<last>\d{1,9})\s+[\d.]{1,12}G?"
    rf"(?P<numbers>(?:\s+{_NUMBER}){{{len(_PARTS + _FURTHER)},{len(_PARTS + _FURTHER) + 1}}})\s*"
)


class YoloResults(Source):
    """One line for each epoch: which of how many, memory, losses of training, metrics and losses of validation."""

    name = "yolo-results"
    patterns = ("results*.txt",)
    precedence = 20
    samples = (
        Sample(
            "two epochs of YOLOv7",
            "results.txt",
            "       0/1     8.25G      0.25     0.125    0.0625    0.4375        50       640     0.125      0.25"
            "    0.0625   0.03125     0.125    0.0625   0.03125\n"
            "       1/1     8.25G     0.125    0.0625   0.03125   0.21875        42       640      0.25       0.5"
            "     0.125    0.0625    0.0625   0.03125       nan\n",
            {
                "train/box_loss": [(0, 0.25), (1, 0.125)],
                "train/obj_loss": [(0, 0.125), (1, 0.0625)],
                "train/cls_loss": [(0, 0.0625), (1, 0.03125)],
                "train/loss": [(0, 0.4375), (1, 0.21875)],
                "labels": [(0, 50), (1, 42)],
                "img_size": [(0, 640), (1, 640)],
                "val/precision": [(0, 0.125), (1, 0.25)],
                "val/recall": [(0, 0.25), (1, 0.5)],
                "val/mAP50": [(0, 0.0625), (1, 0.125)],
                "val/mAP50-95 or F1": [(0, 0.03125), (1, 0.0625)],
                "val/box_loss": [(0, 0.125), (1, 0.0625)],
                "val/obj_loss": [(0, 0.0625), (1, 0.03125)],
                "val/cls_loss": [(0, 0.03125), (1, float("nan"))],
            },
        ),
        Sample(
            "a fork with one more part of the loss, and one without the loss, whose columns nothing tells",
            "results.txt",
            "  0/1   1G   0.5   0.25   0   0.125   0.875   50   640   0.5   0.25   0.125   0.0625   0.5   0.25   0\n"
            "  1/1   1G   0.5   0.25   0   0.125   50   640   0.5   0.25   0.125   0.0625   0.5   0.25   0   0.125\n",
            {
                "train/box_loss": [(0, 0.5)],
                "train/obj_loss": [(0, 0.25)],
                "train/cls_loss": [(0, 0)],
                "train/other_loss": [(0, 0.125)],
                "train/loss": [(0, 0.875)],
                "labels": [(0, 50)],
                "img_size": [(0, 640)],
                "val/precision": [(0, 0.5)],
                "val/recall": [(0, 0.25)],
                "val/mAP50": [(0, 0.125)],
                "val/mAP50-95 or F1": [(0, 0.0625)],
                "val/box_loss": [(0, 0.5)],
                "val/obj_loss": [(0, 0.25)],
                "val/cls_loss": [(0, 0)],
            },
        ),
        Sample("numbers of something else", "results.txt", "0/1 8G 0.25 0.125\n1/1 8G 0.125 0.0625\n", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by its first line."""
        lines = head_block(head).lines
        return bool(lines) and _record(lines[0]) is not None

    def read(self, path: Path) -> Iterator[Log]:
        """Read every epoch."""
        records: list[dict[str, float]] = []
        damage, planned = Damage(path), None
        for block in read_blocks(path):
            for i, line in enumerate(block.lines):
                if found := _record(line):
                    planned, record = found
                    records.append(record)
                elif line.strip():
                    damage.add(Span.of(block, i, "is no line of results"))
        if not records:
            raise UnreadableLogError(f"{path}: no line of results can be read")
        for log in read_logs(table_of(path, records), damage.notices()):
            yield replace(log, finished=True if records[-1]["epoch"] == planned else None)


def _record(line: str) -> tuple[int, dict[str, float]] | None:
    """Return the last epoch that was planned, and what a line says of one; None for any other line."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    try:
        numbers = [float(number) for number in found["numbers"].split()]
    except ValueError:  # `1.2.3`
        return None
    names: tuple[str, ...] = (*_PARTS, *_FURTHER)
    if len(numbers) > len(names):
        names = (*_PARTS, _OTHER_PART, *_FURTHER)
        parts, whole = sum(numbers[: len(_PARTS) + 1]), numbers[len(_PARTS) + 1]
        if not abs(parts - whole) <= _ROUNDING * abs(whole):
            return None
    return int(found["last"]), {"epoch": int(found["epoch"]), **dict(zip(names, numbers, strict=True))}
