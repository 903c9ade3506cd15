"""What lies in the folders of runs and is no log: left alone without a word, whatever it is called."""

from __future__ import annotations

import gzip
import json
import pickle
from pathlib import Path

import pytest

from logdoctor import load
from logdoctor.diagnosis import analyze
from logdoctor.errors import NoRunError
from logdoctor.reading import look

TRACE = json.dumps(
    {
        "traceEvents": [
            {"ph": "X", "name": "aten::nll_loss", "ts": step, "dur": 3, "args": {"step": step}} for step in range(50)
        ]
    }
)
COCO = json.dumps(
    {
        "images": [{"id": i, "width": 640} for i in range(50)],
        "annotations": [{"id": i, "image_id": i, "score": i / 50, "bbox": [0, 0, 1, 1]} for i in range(50)],
    }
)
PICKLE = pickle.dumps({"loss": [1.0, 0.5, 0.25], "val_loss": [1.0, 0.5, 0.25]})

NO_LOGS: dict[str, bytes] = {
    "host_1.1700000000.pt.trace.json": TRACE.encode(),
    "host_1.1700000001.pt.trace.json.gz": gzip.compress(TRACE.encode()),
    "plugins/profile/2024_01_01_10_00_00/host.xplane.pb": b"\x0a\x04loss" * 50,
    "plugins/profile/2024_01_01_10_00_00/host.trace.json.gz": gzip.compress(TRACE.encode()),
    "events.out.tfevents.1700000000.host.profile-empty": b"",
    "tokenizer.json": json.dumps({"version": "1.0", "model": {"vocab": {"loss": 1, "epoch": 2}}}).encode(),
    "vocab.json": json.dumps({"loss": 1, "epoch": 2, "step": 3}).encode(),
    "merges.txt": b"#version: 0.2\nl o\nlo s\nlos s\n",
    "config.json": json.dumps({"hidden_size": 768, "layer_norm_eps": 1e-12}).encode(),
    "instances_val2017.json": COCO.encode(),
    "coco_instances_results.json": json.dumps([{"image_id": i, "score": i / 50} for i in range(50)]).encode(),
    "wandb/run-20240101_100000-abc/files/requirements.txt": b"torch==2.1.0\nnumpy==1.26.0\nloss==1.0\n",
    "wandb/run-20240101_100000-abc/logs/debug-internal.log": b"2024-01-01 10:00:00,000 INFO handler.py: step 3\n" * 9,
    "optimizer.pt": b"PK\x03\x04" + PICKLE,
    "rng_state.pth": PICKLE,
    "training_args.bin": PICKLE,
    "history.pkl": PICKLE,
    "model.safetensors": (64).to_bytes(8, "little") + b'{"loss":{"dtype":"F32"}}',
    "train.csv": b"id,age,score,label\n" + b"".join(b"%d,%d,%d,0\n" % (i, 20 + i, i * i) for i in range(50)),
    "dataset.jsonl": b"".join(b'{"text": "the loss of step %d", "label": 1}\n' % i for i in range(50)),
    "train.py": b"for epoch in range(10):\n    loss = 0.5\n    print(f'epoch {epoch} loss {loss}')\n",
    "README.md": b"# Model\n\n| Model | Epochs | mAP |\n|---|---|---|\n| A | 12 | 30.1 |\n| B | 24 | 31.2 |\n",
    "requirements.txt": b"torch==2.1.0\nnumpy==1.26.0\n",
}  # fmt: skip


def put(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(NO_LOGS[name])


@pytest.mark.parametrize("name", NO_LOGS)
def test_it_is_no_run_by_itself(name: str, tmp_path: Path) -> None:
    put(tmp_path, name)
    with pytest.raises(NoRunError):
        load(tmp_path)


def test_beside_a_run_it_changes_nothing(tmp_path: Path) -> None:
    rows = "".join(f"{step},{4 * 0.9**step}\n" for step in range(40))
    (tmp_path / "metrics.csv").write_text(f"step,loss\n{rows}")
    alone = analyze(tmp_path, now=2e9)
    for name in NO_LOGS:
        put(tmp_path, name)
    (run,) = load(tmp_path)
    described = {"config.json"}  # the model's settings, which describe the run that lies beside them
    assert {one.path for one in run.sources} - described == {"metrics.csv"}
    assert not run.notices
    now = analyze(tmp_path, now=2e9)
    assert [(one.rule, one.message) for _, one in now.findings()] == [(o.rule, o.message) for _, o in alone.findings()]


def test_inspect_lists_what_was_opened(tmp_path: Path) -> None:
    for name in ("tokenizer.json", "train.csv", "optimizer.pt"):
        put(tmp_path, name)
    assert [Path(one).name for one in look([str(tmp_path)]).skipped.left_alone] == ["tokenizer.json", "train.csv"]


@pytest.mark.parametrize("name", ["train.log.1", "progress", "run-3.20260101"])
def test_a_log_of_any_name_is_read_where_it_is_named_itself(name: str, tmp_path: Path) -> None:
    log = tmp_path / name
    log.write_text("".join(f"epoch {epoch} loss: {2 / epoch:.4f}\n" for epoch in range(1, 40)), encoding="utf-8")
    (run,) = load(log)
    assert [len(one) for one in run.series] == [39]
    with pytest.raises(NoRunError):
        list(load(tmp_path))


def test_what_is_no_log_is_left_alone_where_it_is_named_itself(tmp_path: Path) -> None:
    for name, data in NO_LOGS.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    with pytest.raises(NoRunError):
        list(load(*(tmp_path / name for name in NO_LOGS)))
