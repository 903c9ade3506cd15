"""Settings that name nothing are said, in every command that follows them, with what was probably meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from logdoctor.cli import main
from logdoctor.config import Config, parse_config
from logdoctor.diagnosis import analyze

FALLING = [2.0 / (1 + step / 20) for step in range(100)]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs whose splits log `loss` in files of their own, and one that logs `my_objective`."""
    for name in ("gan-1", "gan-2"):
        for split in ("train", "val"):
            _write(tmp_path / "runs" / name / f"{split}.csv", "loss")
    _write(tmp_path / "runs" / "resnet" / "metrics.csv", "my_objective")
    return tmp_path / "runs"


def _write(file: Path, column: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{step},{value}" for step, value in enumerate(FALLING)]
    file.write_text("\n".join([f"step,{column}", *rows]) + "\n", encoding="utf-8")


def _config(**table: object) -> Config:
    return parse_config(table, Path("logdoctor.toml"))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            {"roles": {"train-loss": ["my_objectiv"]}},
            "'my_objectiv' under [roles] train-loss does nothing: no series is called so; did you mean 'my_objective'?",
        ),
        (
            {"roles": {"train-loss": "loss"}},
            "'loss' under [roles] train-loss does nothing: more than one split logs 'loss'; name 'train/loss' or "
            "'validation/loss'",
        ),
        (
            {"roles": {"validation-loss": "val*", "train-loss": "validation/loss"}},
            "'validation/loss' under [roles] train-loss does nothing: 'validation/loss' is validation-loss by an "
            "earlier pattern",
        ),
        ({"exclude": ["gna-*"]}, "exclude 'gna-*' does nothing: no run is called so; did you mean 'gan-1'?"),
    ],
)
def test_a_pattern_that_does_nothing_is_said(runs: Path, table: dict[str, object], said: str) -> None:
    assert analyze(runs, config=_config(**table)).unmatched == (said,)


def test_patterns_that_do_something_are_not(runs: Path) -> None:
    config = _config(exclude=["gan-2"], roles={"train-loss": ["my_objective", "train/*"], "gradient-norm": []})
    assert analyze(runs, config=config).unmatched == ()


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze"],
        ["analyze", "--output-format", "markdown"],
        ["check"],
        ["inspect"],
        ["check", "--output-format", "github"],
    ],
)
def test_every_report_says_it_once(
    runs: Path, tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "logdoctor.toml"
    settings.write_text('[roles]\ntrain-loss = "my_objectiv"\n', encoding="utf-8")
    assert main([*arguments, str(runs), "--config", str(settings)]) in (0, 3)
    assert " ".join(capsys.readouterr().out.split()).replace("\\", "").count("my_objectiv' under") == 1


def test_a_page_and_the_json_of_a_gate_say_it(runs: Path, tmp_path: Path) -> None:
    settings, page, data = tmp_path / "logdoctor.toml", tmp_path / "a.html", tmp_path / "a.json"
    settings.write_text('exclude = "gna-*"\n', encoding="utf-8")
    main(["analyze", str(runs), "--config", str(settings), "-o", f"html={page}"])
    main(["check", str(runs), "--config", str(settings), "-o", f"json={data}"])
    assert "does nothing: no run is called so" in page.read_text(encoding="utf-8")
    (remark,) = json.loads(data.read_text(encoding="utf-8"))["gate"]["remarks"]
    assert remark == "exclude 'gna-*' does nothing: no run is called so; did you mean 'gan-1'?"
