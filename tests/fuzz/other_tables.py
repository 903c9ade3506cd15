"""The smaller formats of tables, by their own samples: exports of trackers, monitors, YAML, HTML, NumPy's arrays."""

from __future__ import annotations

import random
from pathlib import Path

from tests.damaged.lines import assert_placed, damaged, points_of, read

from logdoctor.sources.csv_table import CsvTable
from logdoctor.sources.episode_monitor import EpisodeMonitor
from logdoctor.sources.foreign_file import ForeignFile
from logdoctor.sources.html_page import HtmlPage
from logdoctor.sources.json_lines import JsonLines
from logdoctor.sources.numpy_arrays import NumpyArrays
from logdoctor.sources.source import Source
from logdoctor.sources.tensorboard_csv import TensorBoardCsv
from logdoctor.sources.transposed_table import TransposedTable
from logdoctor.sources.wandb_export import WandbExport
from logdoctor.sources.yaml_document import YamlDocument
from logdoctor.sources.yolo_results import YoloResults

SOURCES: tuple[type[Source], ...] = (
    TensorBoardCsv, WandbExport, EpisodeMonitor, YoloResults, CsvTable, JsonLines, YamlDocument, HtmlPage, NumpyArrays,
    ForeignFile, TransposedTable,
)  # fmt: skip
MUTATIONS = 1000 * len(SOURCES)

_SAMPLES = tuple((one(), sample) for one in SOURCES for sample in one.samples if sample.expected is not None)


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one sample of one source and read it."""
    source, sample = rng.choice(_SAMPLES)
    content = sample.content.encode() if isinstance(sample.content, str) else sample.content
    path = folder / sample.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = damaged(content, rng)
    logs = read(source, path, data)
    assert_placed([notice for log in logs or () for notice in log.notices], len(data))
    points_of(logs or ())
