"""JSON documents of every shape that is read: damaged bytes, values and brackets, breaks and holes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.damaged.lines import assert_placed, assert_readable, damaged, points_of, read

from logdoctor.run import Axis
from logdoctor.sources.allennlp_metrics import AllenNlpMetrics
from logdoctor.sources.catboost_training import CatBoostTraining
from logdoctor.sources.deepobs import DeepObs
from logdoctor.sources.hf_trainer_state import TrainerState
from logdoctor.sources.json_document import JsonDocument
from logdoctor.sources.megatron_golden import MegatronGolden
from logdoctor.sources.printed_lists import PrintedLists
from logdoctor.sources.python_literal import PythonLiteral
from logdoctor.sources.sacred_metrics import SacredMetrics
from logdoctor.sources.source import Source
from logdoctor.sources.tables.numbers import parse_number
from logdoctor.sources.tensorboard_json import TensorBoardJson

SOURCES: tuple[type[Source], ...] = (
    JsonDocument,
    PythonLiteral,
    PrintedLists,
    TrainerState,
    MegatronGolden,
    SacredMetrics,
    TensorBoardJson,
    DeepObs,
    AllenNlpMetrics,
    CatBoostTraining,
)
_SAMPLES = tuple((one(), sample) for one in SOURCES for sample in one.samples if sample.expected is not None)


@cache
def state(variant: int) -> tuple[bytes, tuple[tuple[bytes, int, float], ...]]:
    """Return a `trainer_state.json`, and each of its records with its step and its loss."""
    rng = random.Random(variant)
    indent = rng.choice((None, 2))
    history = [{"step": 10 * i, "loss": rng.random() * 3, "lr": rng.random()} for i in range(rng.randint(2, 10))]
    document = {"global_step": 10 * len(history), "log_history": history, "max_steps": 1000}
    text = json.dumps(document, indent=indent)
    records = tuple((part, one["step"], one["loss"]) for part, one in zip(_records(text), history, strict=True))
    return text.encode(), records  # type: ignore[return-value]


def _records(text: str) -> Iterator[bytes]:
    for part in text.split("{")[2:]:
        yield ("{" + part[: part.index("}") + 1]).encode()


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one document and read it."""
    if rng.random() < 0.4:
        source, sample = rng.choice(_SAMPLES)
        content = sample.content.encode() if isinstance(sample.content, str) else sample.content
        path = folder / sample.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = damaged(content, rng)
        logs = read(source, path, data)
        assert_placed([notice for log in logs or () for notice in log.notices], len(data))
        return
    content, records = state(rng.randrange(60))
    data = damaged(content, rng)
    logs = read(TrainerState(), folder / "trainer_state.json", data)
    if logs is None:
        return
    notices = [notice for log in logs for notice in log.notices]
    assert_placed(notices, len(data))
    points = points_of(logs)
    assert_readable(points, data, parse_number)
    holes = [(one.byte_start or 0, one.byte_end or 0) for one in notices if one.byte_start is not None]
    anywhere = any(one.byte_start is None for one in notices)
    counted = all(series.axis is Axis.STEP for log in logs for series in log.series)
    for record, step, loss in records:
        at = data.find(record)
        if at < 0 or data.count(record) > 1:
            continue
        hidden = any(start <= at + len(record) and at <= end for start, end in holes)
        nested = "is damaged at byte" in " ".join(one.message for one in notices)  # a part repeated within a record
        found = points.get("loss", set())
        elsewhere = data.rfind(b'history": [', 0, at) > data.rfind(b'"log_history": [', 0, at) + 4  # `max_ste_history`
        shown = (step, loss) in found or (not counted and loss in {value for _, value in found})
        assert hidden or anywhere or nested or elsewhere or shown, f"step {step} is lost"
