"""How runs are logged: every format with the names of its framework, and what varies between real logs."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tests.sample_training.history import History, Row
from tests.sample_training.printed import hugging_face, nanogpt
from tests.sample_training.write import (
    HUGGING_FACE,
    KERAS,
    LIGHTNING,
    PLAIN,
    SLASHED,
    deepobs,
    json_lines,
    keras_csv,
    lightning_csv,
    records,
    tensorboard,
    trainer_state,
)

import logdoctor
from logdoctor.errors import NoRunError

from .runs import Planned

EXTRA = ("entropy", "kl", "reward", "policy_loss", "d_loss", "g_loss", "loss_scale")
TENSORBOARD = SLASHED | {name: f"train/{name}" for name in EXTRA} | {"validation_f1": "val/f1"}
LIGHTNING_MORE = LIGHTNING | {name: name for name in EXTRA} | {"validation_f1": "val_f1"}
LINES = PLAIN | {name: name for name in EXTRA} | {"validation_accuracy": "val_acc", "validation_f1": "val_f1"}
TRAINER = HUGGING_FACE | {"loss_scale": "loss_scale", "validation_f1": "eval_f1"}
HOME_MADE = HUGGING_FACE | {name: name for name in EXTRA} | {"validation_f1": "eval_f1"}


@dataclass(frozen=True)
class Logging:
    """What one run logs."""

    every: int
    settings: bool
    """Whether hyper-parameters are written, where the format leaves a choice."""
    family: str


Write = Callable[[Path, History, Logging], None]


@dataclass(frozen=True)
class Format:
    """One framework's way of logging."""

    carries: frozenset[str]
    """Quantities, "settings", and "steps" where it logs more often than once an epoch."""
    write: Write
    needs: frozenset[str] = frozenset({"loss"})
    """Quantities without which it has nothing to say."""
    repeats: bool = False
    """Whether a resumed process appends, so that steps can appear twice."""
    each_epoch: bool = False
    """Whether it wants an evaluation before training and after each epoch."""

    def fits(self, plan: Planned, history: History) -> bool:
        """Tell whether a run can be logged so that what is wrong with it can be seen."""
        quantities = {name for row in history.steps[:1] + history.evaluations[-1:] for name in row}
        wanted = {*plan.fault.needs, *({"steps"} if plan.fault.by_step else ())}
        if not self.needs <= quantities or not wanted <= self.carries:
            return False
        if "restart-overlap" in plan.fault.expect and not self.repeats:
            return False
        if self.each_epoch and not _evaluated_each_epoch(history):
            return False
        return "steps" in self.carries or len(history.evaluations) > 10 or plan.formats != ()


def _evaluated_each_epoch(history: History) -> bool:
    at = [row["step"] for row in history.joined().evaluations]
    steps = history.steps_per_epoch
    return len(at) > 1 and at == [steps * epoch for epoch in range(len(at))]


# Writers, each with the settings where its framework leaves them.


def _config(folder: Path, history: History, logging: Logging) -> None:
    if logging.settings:
        (folder / "config.json").write_text(json.dumps(dict(history.settings), indent=2) + "\n")


def _tensorboard(folder: Path, history: History, logging: Logging) -> None:
    hparams = logging.settings and "validation_loss" in (history.evaluations or [{}])[-1]
    tensorboard(folder, history, every=logging.every, hparams=hparams, names=TENSORBOARD)


def _keras(folder: Path, history: History, logging: Logging) -> None:
    keras_csv(folder, history.joined())
    _config(folder, history, logging)


def _lightning(folder: Path, history: History, logging: Logging) -> None:
    rate = f"lr-{history.settings.get('optimizer', 'Adam')}"
    shown = replace(history.joined(), settings=history.settings if logging.settings else {})
    lightning_csv(folder, shown, every=logging.every, learning_rate=rate, names=LIGHTNING_MORE)
    if not logging.settings:
        (folder / "hparams.yaml").unlink()


def _trainer_state(folder: Path, history: History, logging: Logging) -> None:
    trainer_state(folder, history.joined(), every=logging.every, names=TRAINER)
    _config(folder, history, logging)


def _json_lines(folder: Path, history: History, logging: Logging) -> None:
    json_lines(folder, history, every=logging.every, names=LINES)
    _config(folder, history, logging)


def _records(folder: Path, history: History, logging: Logging) -> None:
    records(folder, history.joined(), every=logging.every, names=HOME_MADE)
    _config(folder, history, logging)


def _deepobs(folder: Path, history: History, logging: Logging) -> None:
    deepobs(folder, history.joined(), problem=logging.family)


def _nanogpt(folder: Path, history: History, logging: Logging) -> None:
    nanogpt(folder, history, every=logging.every, settings=logging.settings)


def _printed_dicts(folder: Path, history: History, logging: Logging) -> None:
    hugging_face(folder, history, every=logging.every, names=TRAINER)
    _config(folder, history, logging)


EVERYTHING = frozenset(TENSORBOARD) | {"settings", "steps"}
FORMATS: Mapping[str, Format] = {
    "tfevents": Format(EVERYTHING, _tensorboard, needs=frozenset(), repeats=True),
    "keras-csv": Format(frozenset(KERAS) | {"settings"}, _keras, each_epoch=True),
    "lightning-csv": Format(EVERYTHING, _lightning, needs=frozenset()),
    "hf-trainer-state": Format(frozenset(TRAINER) | {"settings", "steps"}, _trainer_state),
    "json-lines": Format(EVERYTHING - {"accuracy"}, _json_lines, needs=frozenset(), repeats=True),
    "json-records": Format(EVERYTHING - {"accuracy"}, _records, needs=frozenset()),
    "deepobs": Format(
        frozenset({"loss", "validation_loss", "accuracy", "validation_accuracy", "settings", "steps"}),
        _deepobs,
        each_epoch=True,
    ),
    "text-nanogpt": Format(
        frozenset({"loss", "validation_loss", "steps"}), _nanogpt, needs=frozenset({"loss", "validation_loss"})
    ),
    "text-hf": Format(frozenset(TRAINER) | {"settings", "steps"}, _printed_dicts, repeats=True),
}
TEXT = ("text-nanogpt", "text-hf")


def read_by_logdoctor() -> tuple[str, ...]:
    """Return the formats that logdoctor reads: text logs where it makes curves of them."""
    rows: list[Row] = [{"step": step, "loss": 1.0 / step, "validation_loss": 1.0 / step} for step in range(1, 31)]
    history = History({"batch_size": 8}, 10, 30, rows, rows[9::10])
    return tuple(name for name in FORMATS if name not in TEXT or _reads(name, history))


def _reads(name: str, history: History) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        FORMATS[name].write(Path(folder), history, Logging(1, settings=False, family=""))
        try:
            return any(run.series for run in logdoctor.load(folder))
        except NoRunError:
            return False


def log(folder: Path, plan: Planned, history: History, formats: tuple[str, ...], turn: int) -> str:
    """Write the log of a run in the format whose turn it is; return that format's name."""
    possible = [name for name in plan.formats or formats if FORMATS[name].fits(plan, history)]
    if not possible:
        raise ValueError(f"{plan.family.name}/{plan.name}: no format can show it")
    name = possible[turn % len(possible)]
    chance = random.Random(str(folder.parts[-3:]))
    needed = set(plan.fault.needs)
    left_out = {chance.choice(("gradient_norm", "learning_rate", "nothing"))} - needed
    settings = "settings" in needed or chance.random() < 0.5
    folder.mkdir(parents=True)
    FORMATS[name].write(folder, _without(history, left_out), Logging(plan.interval, settings, plan.family.name))
    return name


def _without(history: History, names: set[str]) -> History:
    """Leave quantities out, of resumed processes too."""
    steps = [{name: value for name, value in row.items() if name not in names} for row in history.steps]
    return replace(history, steps=steps, resumed=history.resumed and _without(history.resumed, names))
