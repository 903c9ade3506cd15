"""Results of DeepOBS, the benchmark suite for optimizers: one JSON document per run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from logdoctor.run import Axis, Series, Setting
from logdoctor.sources.source import Log, Sample
from logdoctor.sources.tables.json.json_file import Document
from logdoctor.sources.tables.json.known_document import KnownDocument
from logdoctor.sources.tables.json.records import settings_of
from logdoctor.sources.tables.numbers import parse_values

_BATCHES = "minibatch_train_losses"
_PER_EPOCH = ("train_losses", "test_losses", "valid_losses", "train_accuracies", "test_accuracies", "valid_accuracies")

_LARGEST_INTERVAL = 10**6


class DeepObs(KnownDocument):
    """Losses and accuracies of both splits before training and after each epoch, and the loss of the batches."""

    name = "deepobs"
    patterns = ("*.json",)
    precedence = 20
    lacks = "no curve can be read"
    samples = (
        Sample(
            "one epoch of two batches",
            "random_seed__42__2019-02-13-15-20-14.json",
            '{"train_losses": [3.5, NaN], "test_losses": [3.5, 3.25], "minibatch_train_losses": [3.5, Infinity], '
            '"batch_size": 128, "num_epochs": 1, "train_log_interval": 10, "hyperparams": {"momentum": 0.9}}',
            {
                "train_losses": [(0, 3.5), (1, float("nan"))],
                "test_losses": [(0, 3.5), (1, 3.25)],
                "minibatch_train_losses": [(0, 3.5), (10, float("inf"))],
            },
        ),
    )

    def curves_of(self, content: Any) -> Mapping[str, Any] | None:
        """Return a result of DeepOBS, told by its lists."""
        is_result = (
            isinstance(content, dict)
            and {"train_losses", "test_losses"} <= content.keys()
            and (_BATCHES in content or "testproblem" in content)
        )
        return content if is_result else None

    def logs_of(self, _path: Path, run: Mapping[str, Any], document: Document) -> Iterator[Log]:
        """Read epochs against the epoch, batches against the step."""
        series = [_series(name, run[name], 1, Axis.EPOCH) for name in _PER_EPOCH if isinstance(run.get(name), list)]
        if isinstance(run.get(_BATCHES), list):
            series.append(_series(_BATCHES, run[_BATCHES], _interval(run), Axis.STEP))
        epochs = run.get("num_epochs")
        reached = max((one.last_step for one in series if len(one) and one.axis is Axis.EPOCH), default=0)
        yield Log(
            series=tuple(series),
            hyperparameters=_settings(run),
            notices=document.notices,
            finished=True if isinstance(epochs, int) and reached >= epochs else None,
        )


def _interval(run: Mapping[str, Any]) -> int:
    """Return how many batches lie between two that were logged."""
    interval = run.get("train_log_interval")
    return interval if isinstance(interval, int) and 0 < interval < _LARGEST_INTERVAL else 1


def _series(name: str, values: list[Any], interval: int, axis: Axis) -> Series:
    cells = parse_values(values)
    return Series.of(name, cells.rows * interval, cells.values, axis=axis)


def _settings(run: Mapping[str, Any]) -> dict[str, Setting]:
    """Return the other fields; those of `hyperparams` belong to the optimizer and go without the word."""
    curves = (*_PER_EPOCH, _BATCHES, "hyperparams")
    settings = settings_of({name: value for name, value in run.items() if name not in curves})
    own = run.get("hyperparams")
    return settings | settings_of(own if isinstance(own, dict) else {})
