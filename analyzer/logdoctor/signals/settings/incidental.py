"""Settings that say which run it is, where it was made and what came of it, and change no training."""

from __future__ import annotations

from functools import lru_cache

from logdoctor.run.naming import words

NAMES = (
    ("name",), ("id",), ("output",), ("run", "name"), ("run", "id"), ("exp", "name"), ("job", "id"), ("job", "name"),
    ("experiment", "name"), ("experiment", "id"), ("exp", "id"), ("experiment", "tag"), ("trial", "id"),
    ("trial", "name"), ("wandb", "name"), ("wandb", "id"), ("logger", "name"),
)  # fmt: skip
"""Settings, as words, that name a run: `run_name`, not `model_name`."""

PLACES = frozenset("dir path folder file logdir directory time timestamp date host hostname user username pid".split())
"""Last words of settings that say where and when a run was made, or where its data lie."""

_FOLDERS = frozenset("dir folder directory path file".split())
_GLUED = frozenset("logdir outdir savedir workdir expdir rundir logfile outfile timestamp hostname username".split())
"""Last words that say enough by themselves."""

_WRITTEN = frozenset("output out save saves log logs logging results tensorboard wandb".split())
"""Words of the folders and files that a run writes to."""

_OF_RUNS = frozenset("work run exp experiment".split())
"""The same where the name says of nothing else that lies there: `exp_dir`, not `experiment.data_path`."""

_READ = frozenset(
    "data dataset datasets corpus input inputs train training val valid validation test model pretrained weights "
    "checkpoint ckpt init resume teacher tokenizer vocab config cfg".split()
)
"""Words of what a run begins with."""

_MADE = frozenset("start run created launch current exp experiment job wandb log slurm".split())
"""Words before the time, the date, the user or the machine of a run: `start_time`, not `max_time`."""


@lru_cache(maxsize=4096)  # of a sweep, every two runs are compared
def is_chosen(name: str) -> bool:
    """Tell whether a setting may change a training: no result, and neither a name of the run nor what it writes to."""
    found, own = words(name), words(name.rpartition(".")[2])
    if name.startswith("summary.") or found in NAMES or found[-2:] in NAMES:
        return False
    *before, last = own or ("",)
    if last in _FOLDERS:
        is_of_run = not {*_WRITTEN, *_OF_RUNS}.isdisjoint(found) and _READ.isdisjoint(before)
        return _WRITTEN.isdisjoint(before) and not is_of_run
    return last not in _GLUED and (last not in PLACES or not (len(found) == 1 or _MADE.intersection(found[-2:-1])))
