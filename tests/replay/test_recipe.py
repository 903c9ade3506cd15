"""A recipe is the user's own code: every mistake in it is one line that says where and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from logdoctor.replay.errors import ReplayError
from logdoctor.replay.given.recipe import read_recipe
from logdoctor.replay.material import Precision

HEAD = "import torch\nfrom torch import nn\n"
SETUP = "def setup():\n    model = nn.Linear(2, 1)\n    return model, torch.optim.SGD(model.parameters(), 0.1)\n"
LOSS = "def loss(model, batch):\n    return model(batch).mean()\n"
TRAINS = "model, optimizer = setup()\nloss(model, torch.ones(1, 2)).backward()\noptimizer.step()\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.py"
    path.write_text(HEAD + text)
    return path


def test_a_recipe_is_read_with_its_functions_and_settings(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("STEPS = 7\n")
    text = "from beside import STEPS\n" + SETUP + LOSS
    text += "def batch(step):\n    return torch.full((1, 2), float(step + STEPS))\n"
    text += "precision = 'bf16'\nclip_norm = 1\naccumulate = 2\n"
    recipe = read_recipe(written(tmp_path, text))
    training = recipe.setup()
    assert isinstance(training.optimizer, torch.optim.SGD)
    assert training.scheduler is None
    assert recipe.batch is not None
    assert recipe.batch(1).tolist() == [[8.0, 8.0]]
    assert recipe.loss(training.model, recipe.batch(1)).numel() == 1
    assert (recipe.precision, recipe.clip_norm, recipe.accumulate) == (Precision.BF16, 1.0, 2)
    assert recipe.train_step is recipe.load is None


def test_a_model_alone_is_enough_for_weights(tmp_path: Path) -> None:
    training = read_recipe(written(tmp_path, "def setup():\n    return nn.Linear(2, 1)\n" + LOSS)).setup()
    assert training.optimizer is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LOSS, "defines no setup(); logdoctor replay RUN --write-recipe FILE drafts one"),
        (LOSS + "def set_up():\n    pass\n", "defines no setup(); did you mean 'set_up'?"),
        (SETUP, "defines neither loss(model, batch) nor train_step(training, batch)"),
        (SETUP + "def loss(batch):\n    pass\n", "loss must be called as loss(model, batch)"),
        (SETUP + LOSS + "batch = 3\n", "batch must be a function, not a int"),
        (SETUP + LOSS + "precision = 'half'\n", "precision is 'half', not one of fp32, fp16, bf16"),
        (SETUP + LOSS + "clip_norm = 0\n", "clip_norm is 0, not a number above 0"),
        (SETUP + LOSS + "accumulate = 1.5\n", "accumulate is 1.5, not a number of batches"),
        (SETUP + LOSS + "precison = 'fp16'\n", "precison is no name of a recipe; did you mean 'precision'?"),
        (SETUP + LOSS + "grad_clip_norm = 1.0\n", "grad_clip_norm is no name of a recipe; did you mean 'clip_norm'?"),
        (
            SETUP + LOSS + "def train_steps(a, b): ...\n",
            "train_steps is no name of a recipe; did you mean 'train_step'?",
        ),
        ("def setup(:\n", ":3: invalid syntax"),
        (
            SETUP.replace("nn.Linear(2, 1)", "...") + LOSS,
            ":4: is still to be filled in, as in the training script: model = ...",
        ),
        ("import no_such_module\n", ":3: the recipe raised ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit(1)\n", "ended Python itself (1)"),
        (SETUP + LOSS + TRAINS, ": begins a training when it is imported, and was ended; put what trains under if"),
        ("\0", ": source code string cannot contain null bytes"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ReplayError, match=re.escape(said)) as problem:
        read_recipe(path)
    assert str(problem.value).startswith(str(path))
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    "own",
    [
        "precisions = ['fp32', 'fp16']",
        "precision = 'fp16'; precison = 'a name of their own beside it'",
        "def batches(): ...",
        "def losses(): ...",
        "from torch.optim import Adam as train_steps",
    ],
)
def test_names_of_the_user_are_theirs(tmp_path: Path, own: str) -> None:
    read_recipe(written(tmp_path, SETUP + LOSS + own + "\n"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return None", "setup() must return the model[, the optimizer[, the scheduler[, the GradScaler]]]; the first"),
        ("return nn.Linear(1, 1), 3", "the second is a int"),
        ("return nn.Linear(1, 1), None, 3", "the third is a int"),
        ("return ()", "it returned 0 things"),
        ("return nn.Linear(1, 1) / 2", ":4: setup() raised TypeError: unsupported operand"),
        ("return nn.Linear(1, -1)", ":4: setup() raised RuntimeError: Trying to create tensor with negative dimension"),
        ("raise SystemExit('bye')", ":4: setup() ended Python itself (bye); a recipe defines functions that return"),
    ],
)
def test_what_is_wrong_with_setup_is_one_line(tmp_path: Path, body: str, said: str) -> None:
    recipe = read_recipe(written(tmp_path, f"def setup():\n    {body}\n" + LOSS))
    with pytest.raises(ReplayError, match=re.escape(said)) as problem:
        recipe.setup()
    assert "\n" not in str(problem.value)


def test_a_script_that_reads_the_command_line_gets_no_arguments_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["logdoctor", "replay", "runs/a"])
    parsed = "import argparse\nparser = argparse.ArgumentParser()\n"
    parsed += "parser.add_argument('--width', type=int, default=2)\nWIDTH = parser.parse_args().width\n"
    (tmp_path / "train.py").write_text(parsed)
    recipe = read_recipe(written(tmp_path, "from train import WIDTH\n" + SETUP.replace("2, 1", "WIDTH, 1") + LOSS))
    assert recipe.setup().model.in_features == 2


def test_a_folder_is_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="is a folder; name the recipe's file"):
        read_recipe(tmp_path)


def test_a_missing_recipe_says_how_to_draft_one(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="no such recipe; logdoctor replay RUN --write-recipe FILE drafts one"):
        read_recipe(tmp_path / "recipe.py")
