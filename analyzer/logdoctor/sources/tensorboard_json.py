"""TensorBoard's points as JSON: its "download as JSON", and the export of tensorboardX."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run.vocabulary import SPLIT_WORDS
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.json.json_file import beginning, load
from logdoctor.sources.tables.numbers import parse_values
from logdoctor.sources.tables.table import Column, Table
from logdoctor.sources.tables.table_logs import joined, read_logs
from logdoctor.sources.tables.text import readable
from logdoctor.sources.tensorboard_csv import run_and_tag

_POINT = ("wall time", "step")

Points = list[list[Any]]


class TensorBoardJson(Source):
    """Points of three numbers, `[wall time, step, value]`: one list for a file, or one for each `<folder>/<tag>`."""

    name = "tensorboard-json"
    patterns = ("*.json",)
    precedence = 20
    samples = (
        Sample(
            "a download",
            "run-a-tag-train_loss.json",
            '[[1654943296.25, 0, 1.5], [1654943313.75, 1, "NaN"]]',
            {"train_loss": [(0, 1.5), (1, float("nan"))]},
        ),
        Sample(
            "all scalars of tensorboardX",
            "all_scalars.json",
            '{"runs/a/loss": [[1654943296.25, 0, 1.5], [1654943313.75, 1, 1.25]], '
            '"runs/a/acc": [[1654943296.25, 0, 0.5]]}',
            {"loss": [(0, 1.5), (1, 1.25)], "acc": [(0, 0.5)]},
        ),
        Sample("points in space", "points.json", "[[0.5, 1.5, 2.5], [0.25, 1.0, 2.0]]", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by its points."""
        return bool(_curves(head.path, beginning(head.start)))

    def read(self, path: Path) -> Iterator[Log]:
        """Read every tag."""
        document = load(path)
        curves = _curves(path, document.content)
        if not curves:
            raise UnreadableLogError(f"{path}: no point can be read")
        run = run_and_tag(path)[0] if isinstance(document.content, list) else ""
        logs = (log for tag, points in curves.items() for log in read_logs(_table(path, tag, points)))
        yield joined(logs, document.notices, readable(run))


def _curves(path: Path, document: Any) -> dict[str, Points]:
    """Return the points by tag; nothing when the document holds anything else."""
    if isinstance(document, list):
        return {run_and_tag(path)[1]: document} if _are_points(document) else {}
    if not isinstance(document, dict) or not document or not all(map(_are_points, document.values())):
        return {}
    folder = _common_folder(list(document))
    return {str(PurePosixPath(name).relative_to(folder)): points for name, points in document.items()}


def _are_points(values: Any) -> bool:
    """Tell whether a value is a list of points, of which the first was logged in this century."""
    if not isinstance(values, list) or not values:
        return False
    of_three = all(isinstance(point, list) and len(point) == 3 for point in values)
    return of_three and isinstance(values[0][0], float) and values[0][0] > 1e9 and isinstance(values[0][1], int)


def _common_folder(names: list[str]) -> PurePosixPath:
    """Return the folder of the run, which tensorboardX writes before each tag: all lie in it, and it is no split.

    Nor is it the tag of `add_scalars("loss", {"train": ...})`, below which only splits are left.
    """
    paths = [PurePosixPath(name) for name in names]
    common = (folder for folder in paths[0].parents if all(folder in path.parents for path in paths))
    only_splits = all(path.name in SPLIT_WORDS for path in paths)
    fitting = (
        folder
        for folder in common
        if folder.name not in SPLIT_WORDS and not (only_splits and all(path.parent == folder for path in paths))
    )
    return next(fitting, PurePosixPath())


def _table(path: Path, tag: str, points: Points) -> Table:
    columns = []
    for i, name in enumerate((*_POINT, tag)):
        cells = parse_values([point[i] for point in points])
        columns.append(Column.of(name, cells.rows, cells.values))
    return Table(path, len(points), tuple(columns))
