"""The folder of the run that a file belongs to, and what a sub-folder says about the split."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from logdoctor.run import Series, Split, naming
from logdoctor.run.roles import Loss

_HPARAMS = re.compile(r"^\d{9,}\.\d+$")
"""`add_hparams` of torch and tensorboardX writes into a folder named by the time."""

_CHECKPOINT = re.compile(r"^(?:checkpoint|ckpt|step|global_step)[-_]?\d+$", re.I)
"""Checkpoints carry a copy of the log as it then was (`checkpoint-500/trainer_state.json`)."""

_CHECKPOINTS = frozenset({"checkpoints", "ckpts"})
"""Folders of a run's checkpoints; open_clip keeps the results of its evaluations in one."""

_HF_TRIAL = re.compile(r"^[A-Z][a-z]{2}\d{2}_\d{2}-\d{2}-\d{2}_")
"""Hugging Face's Trainer writes its event files to `runs/Jan31_12-00-00_host` beside its `trainer_state.json`."""

_WANDB_RUN = re.compile(r"^(?:offline-)?run-\d{8}_\d{6}-\w+$")
"""W&B keeps what a run printed in the folder `files` beside its history."""

_RANK = re.compile(r"^(?:(?:local_|global_)?rank|worker|process|proc)[_-]?\d+$", re.I)
"""What scripts call the folder of one process of a run on several devices."""

_ATTEMPT = re.compile(r"^attempt_\d+$")
"""torchrun writes what process 3 printed to `attempt_0/3/stdout.log`."""

CAPTURE = "logdoctor-capture"
"""`logdoctor.capture` writes its steps into this folder of the run."""

_SPLIT_FOLDERS = frozenset("train training train_inner learn val valid validation eval evaluation dev test".split())
"""Keras, fairseq, AllenNLP, TF Estimator and CatBoost write each split into a sub-folder."""

_CATBOOST = "catboost_info"
"""CatBoost writes this folder into that in which it was started."""

_LEARN, _TEST_SET = "learn", re.compile(r"^test\d+$")
"""CatBoost's folder for what it learns from, and those of further test sets beside `test`; their tags differ."""

_SETTINGS_FOLDERS = frozenset({".hydra", "config", "configs", "files"})
"""Folders of a run that hold its settings (Hydra, W&B) and not its logs."""

_EVALUATOR = re.compile(r"_evaluation(?:_.+)?_results$")
"""The end of the name of a table that an evaluator of sentence-transformers writes."""


class Folders:
    """All folders that hold logs."""

    def __init__(self, folders: Iterable[PurePosixPath]) -> None:
        self._names: dict[PurePosixPath, set[str]] = {}
        for folder in folders:
            self._names.setdefault(folder.parent, set()).add(folder.name)

    def __contains__(self, folder: PurePosixPath) -> bool:
        return folder.name in self._names.get(folder.parent, ())

    def beside(self, folder: PurePosixPath) -> Iterator[str]:
        """Yield the names of the others in the same folder."""
        return (name for name in self._names.get(folder.parent, ()) if name and name != folder.name)


def home_of(folder: PurePosixPath, series: tuple[Series, ...], folders: Folders) -> tuple[PurePosixPath, str]:
    """Return the folder of the run that a log belongs to, and the sub-folder it was written in ("" for none).

    The sub-folder becomes part of the curve's name where it distinguishes curves: for splits and for `add_scalars`, and
    only next to others of the same run. A folder that merely happens to be called `test` is a run like any other.
    """
    if not folder.name:
        return folder, ""
    if (run := _run_above(folder, series, folders)) is not None:
        return run, ""
    return _part_of_run(folder, series, folders) or (folder, "")


def _run_above(folder: PurePosixPath, series: tuple[Series, ...], folders: Folders) -> PurePosixPath | None:
    """Return the folder of the run where the log lies in a sub-folder that says nothing about its curves."""
    if (run := _dvclive(folder) or _torchrl(folder, series)) is not None:
        return run
    above, name = folder.parent, folder.name
    if _HPARAMS.match(name) or name == CAPTURE:
        return above
    if name.startswith(f"{CAPTURE}-") and above in folders:  # of a second training, beside a log
        return above
    if _CHECKPOINT.match(name):
        return above.parent if above.name in _CHECKPOINTS else above
    if name in _CHECKPOINTS and above in folders and _all_held_out(series):
        return above
    if name == "files" and _WANDB_RUN.match(above.name):
        return above
    if _HF_TRIAL.match(name) and above.name == "runs" and above.parent in folders:
        return above.parent
    return None


def _part_of_run(
    folder: PurePosixPath, series: tuple[Series, ...], folders: Folders
) -> tuple[PurePosixPath, str] | None:
    """Return the folder of the run and the name of the part where a writer keeps each part of a run in a sub-folder."""
    above, name = folder.parent, folder.name
    if (root := _above_tag_folders(folder, series)) and (root in folders or any(folders.beside(folder))):
        return root, name
    if name == _CATBOOST and above in folders:
        return above, ""
    if _TEST_SET.match(name) and _LEARN in folders.beside(folder):
        return above, "test"
    splits = (other in _SPLIT_FOLDERS for other in folders.beside(folder))
    if _is_split(folder, series) and (above in folders or any(splits)):
        return above, name
    stem = _add_scalars_stem(folder, series)
    if stem and (above in folders or any(other.startswith(stem) for other in folders.beside(folder))):
        return above, name
    return None


def is_captured_console(path: PurePosixPath) -> bool:
    """Tell whether a file is what W&B kept of the lines that a program printed: `run-<start>-<id>/files/output.log`."""
    return path.name == "output.log" and path.parent.name == "files" and bool(_WANDB_RUN.match(path.parent.parent.name))


def _all_held_out(series: tuple[Series, ...]) -> bool:
    """Whether a log holds losses on held-out data and none on training data."""
    splits = {naming.split_of(one.name) for one in series if issubclass(naming.role_of(one.name, Split.NONE), Loss)}
    return bool(splits) and all(one.is_held_out for one in splits)


def is_of_one_rank(folder: PurePosixPath) -> bool:
    """Tell whether a folder holds what one process of a run on several devices logged."""
    return bool(_RANK.match(folder.name)) or (folder.name.isdecimal() and bool(_ATTEMPT.match(folder.parent.name)))


def _dvclive(folder: PurePosixPath) -> PurePosixPath | None:
    """DVCLive writes `train/loss` to `plots/metrics/train/loss.tsv` below the folder of the run."""
    parts = folder.parts
    at = next((i for i in range(len(parts) - 1) if parts[i : i + 2] == ("plots", "metrics")), None)
    return None if at is None else PurePosixPath(*parts[:at])


def _torchrl(folder: PurePosixPath, series: tuple[Series, ...]) -> PurePosixPath | None:
    """TorchRL writes `train/loss` to `scalars/train/loss.csv` below the folder of the run."""
    at = next((i for i, part in enumerate(folder.parts) if part == "scalars"), None)
    return None if at is None or len(series) != 1 else PurePosixPath(*folder.parts[:at])


def is_of_one_quantity(folder: PurePosixPath, series: tuple[Series, ...]) -> bool:
    """Tell whether a file holds one quantity of a run that has a file for each of them (DVCLive, TorchRL)."""
    return _dvclive(folder) is not None or _torchrl(folder, series) is not None


def home_of_settings(folder: PurePosixPath) -> PurePosixPath:
    """Return the folder of the run that a file of settings describes."""
    inside = folder.name in _SETTINGS_FOLDERS or _CHECKPOINT.match(folder.name)
    return folder.parent if inside and folder.name else folder


def _is_split(folder: PurePosixPath, series: tuple[Series, ...]) -> bool:
    """Whether a folder is named after a split, and no series in it mentions another one."""
    named = naming.split_of(folder.name)
    return folder.name in _SPLIT_FOLDERS and all(naming.split_of(one.name) in (Split.NONE, named) for one in series)


def _above_tag_folders(folder: PurePosixPath, series: tuple[Series, ...]) -> PurePosixPath | None:
    """Return what lies above the folders of a tag: tensorboardX's `add_scalars("data/loss", ...)` writes them."""
    tag = tuple(series[0].name.split("/")) if len(series) == 1 else ()
    nested = bool(tag) and folder.parts[-1 - len(tag) : -1] == tag
    return folder.parents[len(tag)] if nested else None


def _add_scalars_stem(folder: PurePosixPath, series: tuple[Series, ...]) -> str:
    """`add_scalars("loss", {"val": ...})` writes the tag `loss` into the folder `loss_val`: return `loss_`, or ""."""
    stem = series[0].name.replace("/", "_") + "_" if len(series) == 1 else ""
    return stem if stem and folder.name.startswith(stem) else ""


def split_hint(subfolder: str, stem: str, series: tuple[Series, ...]) -> Split:
    """Return the split that a sub-folder or a file name mentions; the folder's word counts more."""
    return naming.split_of(subfolder) or _split_of_stem(stem, series)


def _split_of_stem(stem: str, series: tuple[Series, ...]) -> Split:
    """Return the split that a file name gives when that is about all it says: `valid`, `val_metrics`, `metrics-eval`.

    Longer names are names of experiments, where `train` means nothing (`train_seed42`), and a `train.log` that holds
    a `val_loss` is the log of the whole training.
    """
    words = naming.words(stem)
    noise = {"metrics", "metric", "log", "logs", "results", "history", "scalars", "loss", "error"}
    rest = [word for word in words if word not in noise]
    named = naming.split_of(stem) if len(rest) == 1 or _EVALUATOR.search(stem) else Split.NONE
    return named if all(naming.split_of(one.name) in (Split.NONE, named) for one in series) else Split.NONE
