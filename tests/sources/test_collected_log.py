"""Printed lines that a collector has made records of: the same curves as of the bare text, and no record astray."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from math import exp
from pathlib import Path

import pytest

from logdoctor import Run, load
from logdoctor.reading import look
from logdoctor.run import text_event
from logdoctor.run.notice import DAMAGE

Collector = Callable[[Sequence[str]], str]

_RANDOM = random.Random(0)
LOSSES = [round(0.4 + 2 * exp(-i / 20) + _RANDOM.gauss(0, 0.01), 4) for i in range(60)]

PRINTED = {
    "a line a step": [f"step {10 * i} | loss {loss} | lr 3.00e-04" for i, loss in enumerate(LOSSES)],
    "epochs with a heading": [
        line
        for i, loss in enumerate(LOSSES, 1)
        for line in (f"Epoch {i}/60", f"train loss: {loss}", f"val loss: {loss + 0.1:.4f}", "")
    ],
    "records in JSON": [json.dumps({"step": 10 * i, "loss": loss}) for i, loss in enumerate(LOSSES)],
    "dictionaries": [str({"loss": loss, "learning_rate": 5e-05, "step": i}) for i, loss in enumerate(LOSSES)],
}


def moment(i: int) -> str:
    return (datetime(2026, 1, 2, 3, 4, 5) + timedelta(seconds=7 * i)).isoformat() + ".000Z"


def in_lines(record: Callable[[int, str], object], *, newest_first: bool = False) -> Collector:
    def collected(lines: Sequence[str]) -> str:
        records = [json.dumps(record(i, line)) + "\n" for i, line in enumerate(lines)]
        return "".join(reversed(records) if newest_first else records)

    return collected


def in_table(header: Sequence[str], *, separator: str = ",") -> Collector:
    def collected(lines: Sequence[str]) -> str:
        out = io.StringIO()
        rows = csv.writer(out, delimiter=separator)
        rows.writerow(header)
        rows.writerows(reversed([(moment(i), line) for i, line in enumerate(lines)]))
        return out.getvalue()

    return collected


COLLECTORS: dict[str, tuple[str, Collector]] = {
    "Docker": (
        "a1b2c3-json.log",
        in_lines(lambda i, line: {"log": f"{line}\n", "stream": "stdout", "time": moment(i)}),
    ),
    "python-json-logger": ("train.log", in_lines(lambda _, line: {"message": line})),
    "structlog": ("train.json", in_lines(lambda i, line: {"event": line, "level": "info", "timestamp": moment(i)})),
    "Loguru": (
        "train.jsonl",
        in_lines(
            lambda i, line: {
                "text": f"{moment(i)} | INFO | __main__:train:42 - {line}\n",
                "record": {"level": {"name": "INFO", "no": 20}, "line": 42, "message": line},
            }
        ),
    ),
    "Google Cloud, newest first": (
        "logs.jsonl",
        in_lines(
            lambda i, line: {
                "insertId": str(i),
                "timestamp": moment(i),
                **({"textPayload": line} if i % 2 else {"jsonPayload": {"message": line, "levelname": "INFO"}}),
            },
            newest_first=True,
        ),
    ),
    "journald": (
        "journal.json",
        in_lines(lambda i, line: {"__REALTIME_TIMESTAMP": str(1767322000000000 + i), "MESSAGE": line}),
    ),
    "Elasticsearch": (
        "hits.json",
        lambda lines: json.dumps(
            {
                "hits": {
                    "hits": [
                        {"_index": "logs", "_source": {"@timestamp": moment(i), "message": line}}
                        for i, line in enumerate(lines)
                    ]
                }
            }
        ),
    ),
    "CloudWatch": (
        "events.json",
        lambda lines: json.dumps(
            {"events": [{"timestamp": i, "message": line} for i, line in enumerate(lines)], "nextToken": "f/1"},
            indent=1,
        ),
    ),
    "Kaggle": (
        "notebook.log",
        lambda lines: (
            "["
            + "\n,".join(
                json.dumps({"stream_name": "stdout", "time": 2.5 + i, "data": f"{line}\n"})
                for i, line in enumerate(lines)
            )
            + "\n]"
        ),
    ),
    "CloudWatch Insights": ("logs-insights-results.csv", in_table(["@timestamp", "@message"])),
    "a spreadsheet": ("logs.csv", in_table(["Date", "Message"], separator=";")),
}


def curves(runs: Sequence[Run]) -> list[dict[str, list[tuple[float, float]]]]:
    return [
        {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}
        for run in runs
    ]


@pytest.mark.parametrize("printed", PRINTED.values(), ids=list(PRINTED))
@pytest.mark.parametrize(("name", "collect"), COLLECTORS.values(), ids=list(COLLECTORS))
def test_curves_are_those_of_the_bare_text(
    name: str, collect: Collector, printed: Sequence[str], tmp_path: Path
) -> None:
    for folder in ("bare", "collected"):
        (tmp_path / folder).mkdir()
    (tmp_path / "bare/train.log").write_text("\n".join(printed) + "\n")
    (tmp_path / "collected" / name).write_text(collect(printed))
    assert curves(load(tmp_path / "collected")) == curves(load(tmp_path / "bare"))


@pytest.mark.parametrize("collector", ["Docker", "Elasticsearch", "CloudWatch", "Kaggle"])
def test_training_is_found_behind_a_long_installation(collector: str, tmp_path: Path) -> None:
    installed = [f"Downloading package-{i}-py3-none-any.whl" for i in range(3000)]
    name, collect = COLLECTORS[collector]
    (tmp_path / name).write_text(collect([*installed, *PRINTED["a line a step"]]))
    assert [len(one) for one in load(tmp_path)[0].series] == [60, 60]


def test_a_failure_is_an_event_with_its_traceback(tmp_path: Path) -> None:
    trace = "Traceback (most recent call last):\n  File 'train.py', line 1\ntorch.OutOfMemoryError: CUDA out of memory."
    lines = [json.dumps({"message": line, "level": "INFO"}) for line in PRINTED["a line a step"]]
    lines.append(json.dumps({"message": "training failed", "level": "ERROR", "exc_info": trace}))
    (tmp_path / "train.json").write_text("\n".join(lines))
    assert text_event.OUT_OF_MEMORY in [one.kind for one in load(tmp_path)[0].events]


def test_a_torn_record_costs_itself_alone_and_is_said(tmp_path: Path) -> None:
    name, collect = COLLECTORS["structlog"]
    lines = collect(PRINTED["a line a step"]).splitlines()
    lines[20] = lines[20][:30]
    (tmp_path / name).write_text("\n".join(lines) + "\n")
    run = load(tmp_path)[0]
    assert len(curves([run])[0]["loss"]) == 59
    assert [(one.kind, one.line_start) for one in run.notices if one.kind == DAMAGE] == [(DAMAGE, 21)]


def test_a_quote_that_is_missing_costs_its_row_alone(tmp_path: Path) -> None:
    name, collect = COLLECTORS["CloudWatch Insights"]
    lines = collect([f"epoch {i}, loss: {loss}" for i, loss in enumerate(LOSSES)]).splitlines()
    lines[20] = lines[20].removesuffix('"')
    (tmp_path / name).write_text("\n".join(lines) + "\n")
    run = load(tmp_path)[0]
    assert curves([run])[0]["loss"] == [(i, loss) for i, loss in enumerate(LOSSES) if i != 40]
    assert [one.line_start for one in run.notices if one.kind == DAMAGE] == [21]


def test_a_message_of_several_lines_is_one_row(tmp_path: Path) -> None:
    rows = "".join(f'2026-01-02,"epoch {i}\nloss: {loss}, ok"\n' for i, loss in enumerate(LOSSES))
    (tmp_path / "logs.csv").write_text(f"timestamp,message\n{rows}")
    assert curves(load(tmp_path))[0]["loss"] == list(enumerate(LOSSES))


def test_a_line_that_docker_parted_is_one_again(tmp_path: Path) -> None:
    lines = [f"{line}\n" for line in PRINTED["a line a step"]]
    parts = [part for line in lines for part in (line[:16], line[16:])]
    (tmp_path / "x-json.log").write_text(
        "".join(json.dumps({"log": part, "stream": "stdout"}) + "\n" for part in parts)
    )
    assert curves(load(tmp_path))[0]["loss"] == [(10 * i, loss) for i, loss in enumerate(LOSSES)]


def test_a_line_end_in_some_messages_joins_no_others(tmp_path: Path) -> None:
    lines = [line + "\n" * (i % 5 == 4) for i, line in enumerate(PRINTED["a line a step"])]
    (tmp_path / "train.json").write_text("".join(json.dumps({"message": line}) + "\n" for line in lines))
    assert curves(load(tmp_path))[0]["loss"] == [(10 * i, loss) for i, loss in enumerate(LOSSES)]


def test_a_progress_bar_that_docker_parted_is_one_line_again(tmp_path: Path) -> None:
    bar = "".join(f"\rstep {i}: loss: {i}.{i}5" for i in range(2000))
    parts = [bar[i : i + 16384] for i in range(0, len(bar), 16384)]
    lines = [f"epoch {i} loss: {loss}\n" for i, loss in enumerate(LOSSES[:3])]
    records = [{"log": one} for line in lines for one in (*parts, line)]
    (tmp_path / "x-json.log").write_text("".join(json.dumps(one) + "\n" for one in records))
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare/train.log").write_text("".join(bar + line for line in lines))
    assert curves(load(tmp_path / "x-json.log")) == curves(load(tmp_path / "bare"))


@pytest.mark.parametrize(
    "text",
    [
        in_lines(lambda i, line: {"message": f"what does {line!r} mean, part {i}?"})(["this", "that", "it"]),
        in_lines(lambda i, _: {"message": f"GET /{i}", "status": 200})([""] * 50),
        '{"message": 1}\n{"message": null}\n[]\n',
    ],
)
def test_other_messages_are_left_alone(text: str, tmp_path: Path) -> None:
    (tmp_path / "messages.jsonl").write_text(text)
    assert not look([tmp_path]).runs
