"""`logdoctor replay` and `logdoctor capture`: exit codes, what goes where, and one line for what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.capture.trainings import train

from logdoctor.capture import capturing, install
from logdoctor.cli import main
from logdoctor.errors import OutputError
from logdoctor.replay import pipeline
from logdoctor.replayed import Replayed, from_json

RECIPE = """
import torch
from torch.nn import functional
from tests.capture.trainings import network

def setup():
    model = network()
    return model, torch.optim.AdamW(model.parameters(), 1e-2)

def loss(model, batch):
    inputs, targets = batch
    return functional.cross_entropy(model(inputs), targets)
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A captured training that got a NaN at step 50, with its recipe beside it."""
    monkeypatch.chdir(tmp_path)
    torch.set_num_threads(1)
    folder = tmp_path / "run"
    capture = install(folder, every=20)
    train(bad_step=50)
    capture.close()
    capturing._active.clear()
    (folder / "recipe.py").write_text(RECIPE)
    return folder


def result(run: Path) -> Replayed:
    return from_json((run / "logdoctor-replay.json").read_text(encoding="utf-8"))


def test_a_flagged_step_is_found_and_replayed(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(run), "--device", "cpu"]) == 0
    shown = capsys.readouterr()
    assert "Step 50 fails again" in shown.out
    assert f"runs your code: {run / 'recipe.py'}" in shown.err
    assert "fidelity: exact" in shown.err
    assert result(run).target.rule == "nan-loss"
    assert result(run).target.step == 50


def test_nothing_fails_at_a_sound_step(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Inconclusive, with no prescription."""
    assert main(["replay", str(run), "--at", "30", "--device", "cpu", "-o", "json=r.json"]) == 3
    assert "does not fail again" in capsys.readouterr().out
    verdict = from_json(Path("r.json").read_text()).verdict
    assert verdict is None or verdict.prescription is None
    assert not (run / "logdoctor-replay.json").exists()


def test_an_interruption_keeps_what_was_learnt(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "trace", interrupted)
    assert main(["replay", str(run), "--device", "cpu"]) == 130
    assert result(run).interrupted == "interrupt"
    assert result(run).baseline is not None
    assert "interrupted, what was learnt is kept" in capsys.readouterr().out


def test_changed_code_is_tested_against_the_same_failure(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(run), "--patched"]) == 2
    assert "has not been replayed yet: replay the failure first" in capsys.readouterr().err
    assert main(["replay", str(run), "--device", "cpu", "--only", "none"]) == 0
    assert result(run).trials == ()
    assert main(["replay", str(run), "--device", "cpu", "--patched"]) == 3
    assert "run the code as it is now" in capsys.readouterr().out
    (run / "recipe.py").write_text(RECIPE.replace("model(inputs)", "model(inputs.nan_to_num())"))
    assert main(["replay", str(run), "--device", "cpu", "--patched"]) == 0
    verdict = result(run).verdict
    assert verdict is not None
    assert verdict.prescription is not None
    assert verdict.prescription.text == "keep the change of the code, as you did"


def test_nothing_learnt_leaves_an_earlier_result(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["replay", str(run), "--device", "cpu"]) == 0
    before = (run / "logdoctor-replay.json").read_text()

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "reproduce", interrupted)
    assert main(["replay", str(run), "--device", "cpu"]) == 130
    assert (run / "logdoctor-replay.json").read_text() == before


def test_a_full_disk_takes_nothing_from_what_is_shown(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from logdoctor.cli import replay as command

    def full(path: Path, _text: Any) -> None:
        raise OutputError(str(path), OSError(28, "No space left on device"))

    monkeypatch.setattr(command, "write_file", full)
    assert main(["replay", str(run), "--device", "cpu"]) == 2
    shown = capsys.readouterr()
    assert "Step 50 fails again" in shown.out
    assert shown.err.splitlines()[-1].endswith("logdoctor-replay.json cannot be written: No space left on device")


def test_a_draft_is_written_from_the_capture(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(run), "--write-recipe", "draft.py"]) == 0
    text = Path("draft.py").read_text()
    compile(text, "draft.py", "exec")
    assert "AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01)" in text
    assert "scheduler = ...  # TODO: the training had one" in text
    assert "0.weight: [16, 8]" in text
    assert "[float32[8, 8], int64[8]]" in text
    assert "def batch" not in text
    assert main(["replay", str(run), "--write-recipe", "draft.py"]) == 2
    assert "draft.py exists; name another file" in capsys.readouterr().err


def test_a_draft_says_that_the_capture_has_no_targets(run: Path) -> None:
    for file in (run / "logdoctor-capture" / "batches").iterdir():
        torch.save({"batches": [torch.zeros(8, 8)]}, file)
    assert main(["replay", str(run), "--write-recipe", "draft.py"]) == 0
    text = Path("draft.py").read_text()
    compile(text, "draft.py", "exec")
    assert "A batch of the capture is float32[8, 8]." in text
    assert "inputs, targets = batch" not in text


def test_a_draft_without_a_capture_asks_for_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["replay", "--write-recipe", "draft.py"]) == 0
    text = Path("draft.py").read_text()
    compile(text, "draft.py", "exec")
    assert "def batch(step):" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["replay"], "name the folder of a run"),
        (
            ["replay", "RUN", "--recipe", "none.py"],
            "none.py: no such recipe; logdoctor replay RUN --write-recipe FILE drafts one",
        ),
        (["replay", "RUN", "--checkpoint", "none.pt"], "none.pt: no such file or folder"),
        (["replay", "RUN", "--at", "5"], "the first checkpoint is of step 20, later than the flagged step 5"),
        (["replay", "RUN", "--budget", "soon"], "'soon' is not a duration such as 90s, 10m or 1h"),
        (["replay", "RUN", "--device", "abacus"], "abacus"),
        (["replay", "RUN", "--device", "meta"], "'meta' is no device of this machine"),
        (["replay", "RUN", "--at", "5000"], "ends at step 59"),
        (["replay", "RUN", "--only", "clips"], "'clips' is not a change that can be tried; did you mean 'clip'?"),
        (["replay", "RUN", "--only", ","], "names no change; give 'none' to try none"),
        (
            ["replay", "RUN", "--recipe", "quits.py"],
            "quits.py:9: loss() of a batch [float32[8, 8], int64[8]] ended Python itself (bye)",
        ),
        (["replay", "RUN", "--recipe", "sgd.py"], "was saved by another kind of optimizer, with betas, eps"),
        (["replay", "RUN", "--checkpoint", "parts"], "is in parts, as torch.distributed.checkpoint saves"),
        (["replay", "RUN", "-o", "html=x.html"], "is not json=FILE"),
        (["replay", "RUN", "--recipe", "wrong.py"], "the weights do not fit the recipe's model"),
        (["capture", "--", "ruby", "x.rb"], "'ruby' is not Python; name the script"),
        (["capture", "--", "python"], "there is no script to run"),
        (["capture", "--", "python", "nowhere.py"], "nowhere.py: no such script"),
        (["capture", "--", "python9", "x.py"], "python9: no such program"),
        (["capture", "--every", "often", "--", "python", "x.py"], "'often' is neither auto nor a number of steps"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    run: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    Path("quits.py").write_text(
        "import sys\n"
        + RECIPE.split("def loss", maxsplit=1)[0].lstrip().replace("\n\n", "\n")
        + "def loss(m, b):\n    sys.exit('bye')\n"
    )
    Path("sgd.py").write_text(RECIPE.replace("AdamW", "SGD"))
    Path("parts").mkdir()
    for name in (".metadata", "__0_0.distcp"):
        Path("parts", name).touch()
    Path("wrong.py").write_text(RECIPE.replace("network()", "torch.nn.Linear(2, 2)"))
    assert main([str(run) if one == "RUN" else one for one in arguments]) == 2
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert said in told
    assert "Traceback" not in told


def test_a_sound_run_has_no_step_to_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = (json.dumps({"step": step, "loss": 2.3 * 0.97**step + 0.2}) for step in range(100))
    (tmp_path / "metrics.jsonl").write_text("\n".join(lines))
    assert main(["replay", str(tmp_path)]) == 2
    assert "nothing in" in (said := capsys.readouterr().err)
    assert "name one with --at STEP" in said


def test_one_of_several_runs_has_to_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        lines = (json.dumps({"step": step, "loss": float(len(name) + step % 7)}) for step in range(50))
        (tmp_path / name / "metrics.jsonl").write_text("\n".join(lines))
    assert main(["replay", str(tmp_path)]) == 2
    assert "holds 2 runs; name one, such as" in capsys.readouterr().err


def test_logs_that_share_a_folder_are_named_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("log", "other"):
        rows = (f"{step},{len(name) + step % 7}" for step in range(50))
        Path(f"{name}.csv").write_text("step,loss\n" + "\n".join(rows))
    assert main(["replay", "."]) == 2
    assert ". holds 2 runs; name one, such as log.csv, other.csv" in capsys.readouterr().err


def test_help_does_not_import_torch() -> None:
    for name in ("replay", "capture"):
        code = f"import sys; from logdoctor.cli import main; main(['{name}', '--help']); print('torch' in sys.modules)"
        environment = {**os.environ, "PYTHONUTF8": "1"}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        assert done.stdout.endswith("False\n")


def test_a_recipe_that_is_off_by_one_is_told(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Batches counted from 1: the replay sees it by the logged losses, sets it right, and says so."""
    batches = run / "logdoctor-capture" / "batches"
    batches.rename(run / "batches")
    (run / "recipe.py").write_text(
        RECIPE
        + "from pathlib import Path\n"
        + "def batch(step):\n"
        + f"    file = Path('{run}', 'batches', f'{{step + 1:09d}}.pt')\n"
        + "    if not file.exists():\n"
        + "        raise LookupError(step)\n"
        + "    return torch.load(file, weights_only=True)['batches'][0]\n"
    )
    main(["replay", str(run), "--device", "cpu"])
    shown = capsys.readouterr()
    baseline = result(run).baseline
    assert baseline is not None
    assert baseline.shift.batch == -1
    assert "step k of the run took the recipe's batch k-1" in " ".join(shown.out.split())
