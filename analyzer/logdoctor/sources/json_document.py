"""JSON documents of no particular trainer: lists of records, or a list of numbers for each quantity."""

from __future__ import annotations

from math import nan
from pathlib import Path
from typing import Any, ClassVar

from logdoctor.sources.source import Head, Sample
from logdoctor.sources.tables.json.document_source import DocumentSource
from logdoctor.sources.tables.json.json_file import Document, beginning, load

_OF_CHAINER, _OF_EACH_RECORD = "log", frozenset({"epoch", "iteration"})
"""What Chainer's LogReport calls its list, and what each of its records has."""


class JsonDocument(DocumentSource):
    """Keras' `history.history`, pandas' `to_json`, lists of records, and what scripts dump at their end."""

    name = "json"
    patterns: ClassVar[tuple[str, ...]] = ("*.json", "*.jsonl", "*.ndjson", _OF_CHAINER)
    precedence = 10
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Keras' history",
            "history.json",
            '{"loss": [0.5, 0.25], "val_loss": [0.75, NaN]}',
            {"loss": [(0, 0.5), (1, 0.25)], "val_loss": [(0, 0.75), (1, nan)]},
        ),
        Sample(
            "Keras' history through pandas",
            "history.json",
            '{"loss": {"0": 0.5, "1": 0.25}, "val_loss": {"0": 0.75, "1": 0.5}}',
            {"loss": [(0, 0.5), (1, 0.25)], "val_loss": [(0, 0.75), (1, 0.5)]},
        ),
        Sample(
            "records, with settings beside them",
            "log.json",
            '{"lr": 0.1, "epochs_run": [{"epoch": 1, "train_loss": 0.5}, {"epoch": 2, "train_loss": 0.25}]}',
            {"train_loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "records by epoch",
            "log.json",
            '{"1": {"loss": 0.5, "acc": 0.25}, "2": {"loss": 0.25, "acc": 0.5}}',
            {"loss": [(1, 0.5), (2, 0.25)], "acc": [(1, 0.25), (2, 0.5)]},
        ),
        Sample(
            "records that keys count by name",
            "metrics.json",
            '{"epoch_1": {"train_loss": 0.5}, "epoch_2": {"train_loss": 0.25}}',
            {"train_loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "splits alone, in a file that says what was measured",
            "losses.json",
            '{"train": [0.5, 0.25], "val": [0.75, 0.5]}',
            {"train": [(0, 0.5), (1, 0.25)], "val": [(0, 0.75), (1, 0.5)]},
        ),
        Sample(
            "a list of numbers alone, in a file that says what was measured",
            "losses.json",
            "[2.5, 1.5, 0.5]",
            {"losses": [(0, 2.5), (1, 1.5), (2, 0.5)]},
        ),
        Sample(
            "LightGBM's evals_result",
            "evals_result.json",
            '{"training": {"l2": [0.5, 0.25]}, "valid_0": {"l2": [0.75, 0.5]}}',
            {"training/l2": [(0, 0.5), (1, 0.25)], "valid_0/l2": [(0, 0.75), (1, 0.5)]},
        ),
        Sample("a list of scores, of whatever", "scores.json", "[0.5, 0.25, 0.75]", None),
        Sample("losses in games", "losses.json", "[3, 12, 7]", None),
        Sample("losses of something else", "heat_losses.json", "[2.5, 1.5, 0.5]", None),
        Sample("what a network lost", "packet_loss.json", "[0.5, 0.25, 0.125]", None),
        Sample(
            "Chainer's LogReport: names before the iteration of their record, over several lines",
            "log",
            '[\n    {\n        "main/loss": 0.5,\n        "epoch": 1,\n        "iteration": 10\n    },\n'
            '    {\n        "main/loss": 0.25,\n        "epoch": 2,\n        "iteration": 20\n    }\n]',
            {"main/loss": [(10, 0.5), (20, 0.25)], "epoch": [(10, 1), (20, 2)]},
        ),
        Sample(
            "records over several lines each, appended one after another",
            "metrics.jsonl",
            '{\n  "step": 10,\n  "loss": 0.5\n}\n{\n  "step": 20,\n  "loss": 0.25\n}\n',
            {"loss": [(10, 0.5), (20, 0.25)]},
        ),
        Sample(
            "lists of records appended one after another",
            "metrics.json",
            '[{"step": 10, "loss": 0.5}, {"step": 20, "loss": 0.25}]\n[{"step": 30, "loss": 0.125}]',
            {"loss": [(10, 0.5), (20, 0.25), (30, 0.125)]},
        ),
        Sample(
            "pandas' to_json(orient='split') of what an index counts",
            "metrics.json",
            '{"columns": ["train_loss"], "index": [1, 2, 4], "data": [[0.5], [0.25], [0.125]]}',
            {"train_loss": [(1, 0.5), (2, 0.25), (4, 0.125)]},
        ),
        Sample(
            "Comet's metrics",
            "metrics.json",
            '[{"metricName": "train_loss", "metricValue": "0.5", "step": 1, "runContext": null},'
            ' {"metricName": "train_loss", "metricValue": "0.25", "step": 2, "runContext": null}]',
            {"train_loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "pandas' to_json(orient='split')",
            "metrics.json",
            '{"columns": ["step", "loss", "lr"], "index": [0, 1], "data": [[10, 0.5, 0.1], [20, 0.25, null]]}',
            {"loss": [(10, 0.5), (20, 0.25)], "lr": [(10, 0.1)]},
        ),
        Sample(
            "a step and a value in each entry",
            "metrics.json",
            '{"train_loss": [[10, 0.5], [20, 0.25]], "val_loss": [[20, 0.75]]}',
            {"train_loss": [(10, 0.5), (20, 0.25)], "val_loss": [(20, 0.75)]},
        ),
        Sample(
            "an object for each curve, with its steps",
            "metrics.json",
            '{"train_loss": {"step": [10, 20], "value": [0.5, 0.25]}, "val_loss": {"x": [20], "y": [0.75]}}',
            {"train_loss": [(10, 0.5), (20, 0.25)], "val_loss": [(20, 0.75)]},
        ),
        Sample(
            "curves that say their names, as charts have them",
            "chart.json",
            '[{"name": "train_loss", "x": [1, 2], "y": [0.5, 0.25], "type": "scatter"}, '
            '{"name": "val_loss", "x": [1, 2], "y": [0.75, 0.5], "type": "scatter"}]',
            {"train_loss": [(1, 0.5), (2, 0.25)], "val_loss": [(1, 0.75), (2, 0.5)]},
        ),
        Sample(
            "records of a step and a value under the name of each curve",
            "metrics.json",
            '{"val_loss": [{"step": 10, "value": 0.5}, {"step": 20, "value": 0.25}]}',
            {"val_loss": [(10, 0.5), (20, 0.25)]},
        ),
        Sample(
            "a list of measures in each record",
            "metrics.json",
            '[{"epoch": 1, "metrics": [{"name": "train_loss", "value": 0.5}]}, '
            '{"epoch": 2, "metrics": [{"name": "train_loss", "value": 0.25}]}]',
            {"train_loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "rows below a row of names",
            "history.json",
            '[["epoch", "train_loss"], [1, 0.5], [2, 0.25]]',
            {"train_loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "the losses of the batches of each epoch, by epoch",
            "history.json",
            '{"0": {"train_loss": [2.5, 2.0], "val_loss": 2.25}, "1": {"train_loss": [1.875, 1.5], "val_loss": 1.75}, '
            '"2": {"train_loss": [1.375, 1.25], "val_loss": 1.5}}',
            {
                "train_loss": [(0, 2.5), (1, 2.0), (2, 1.875), (3, 1.5), (4, 1.375), (5, 1.25)],
                "val_loss": [(0, 2.25), (1, 1.75), (2, 1.5)],
            },
        ),
        Sample("bars of a chart", "chart.json", '[{"name": "visits", "x": [1, 2], "y": [3, 4]}]', None),
        Sample(
            "the same, which breaks off behind a step",
            "metrics.json",
            '{"train_loss": [[10, 0.5], [20, 0.25], [30, ',
            {"train_loss": [(10, 0.5), (20, 0.25)]},
        ),
        Sample(
            "what a model wrote, one record a line",
            "completions.jsonl",
            '{"step": 1, "prompt": "2+2", "reward": 1.0}\n{"step": 1, "prompt": "2+3", "reward": 0.0}\n',
            None,
        ),
        Sample(
            "rounds of a game",
            "log",
            '[{"epoch": 1, "player": 1, "loss": 3, "win": 5}, {"epoch": 2, "player": 2, "loss": 4, "win": 6}]',
            None,
        ),
        Sample("members of splits", "score_splits.json", '{"train": [1, 2, 5], "val": [3, 4, 6]}', None),
        Sample("sizes of splits", "sizes.json", '{"train": [100, 200], "val": [10, 20]}', None),
        Sample(
            "lists that are logged more or less often, each with its steps",
            "curves.json",
            '{"train": {"loss": [2.5, 1.5, 0.5], "steps": [10, 20, 30]}, "val_loss": [2.25], "val_iters": [30]}',
            {"train/loss": [(10, 2.5), (20, 1.5), (30, 0.5)], "val_loss": [(30, 2.25)]},
        ),
        Sample(
            "settings and examples of a training",
            "demo.json",
            '{"epochs": 6, "learning_rate": 0.03, "examples": [{"text": "a", "label": 1}, {"text": "b", "label": 0}]}',
            None,
        ),
        Sample("a search for hyper-parameters", "grid.json", '{"lr": [0.1, 0.01], "batch_size": [32, 64]}', None),
        Sample("final results", "all_results.json", '{"eval_loss": 0.5, "eval_accuracy": 0.75}', None),
        Sample("detections", "coco.json", '[{"image_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]', None),
    )

    def beginning_of(self, head: Head) -> Any:
        """Return as much of a document as its first bytes hold, or None."""
        return beginning(head.start)

    def document_of(self, path: Path) -> Document:
        """Return the whole document; raises UnreadableLogError."""
        return load(path)

    def recognizes(self, head: Head) -> bool:
        """Tell it as any document; of what is called a log, by what each of Chainer's records has besides."""
        if head.path.name == _OF_CHAINER and not _counts_iterations(self.beginning_of(head)):
            return False
        return super().recognizes(head)


def _counts_iterations(value: Any) -> bool:
    """Tell records that count epochs and iterations, as all of Chainer's do: anything may be called a log."""
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and first.keys() >= _OF_EACH_RECORD
