"""Settings that say which run it is, where it was made and what came of it, and change no training."""

from __future__ import annotations

from functools import lru_cache

from logdoctor.run.naming import words

NAMES = (
    ("name",), ("id",), ("output",), ("run", "name"), ("run", "id"), ("exp", "name"), ("job", "id"), ("job", "name"),
    ("experiment", "name"), ("experiment", "id"), ("experiment", "tag"), ("trial", "id"), ("trial", "name"),
    ("wandb", "name"), ("wandb", "id"), ("logger", "name"),
)  # fmt: skip
"""Settings, as words, that name a run: `run_name`, not `model_name`."""

PLACES = frozenset("dir path folder file logdir directory time timestamp date host hostname user username pid".split())
"""Last words of settings that say where and when a run was made, or where its data lie."""

_FOLDERS = frozenset("dir folder directory path".split())

_WRITTEN = frozenset("output out save saves log logs logging work run exp experiment results tensorboard wandb".split())
"""Words of the folders that a run writes to."""

_OF_DATA = frozenset({"file", *_FOLDERS})


@lru_cache(maxsize=4096)  # of a sweep, every two runs are compared
def is_chosen(name: str) -> bool:
    """Tell whether a setting may change a training: no result, and neither a name of the run nor what it writes to."""
    found = words(name)
    if name.startswith("summary.") or found in NAMES or found[-2:] in NAMES:
        return False
    last = found[-1] if found else ""
    return last not in PLACES or (last in _OF_DATA and not (last in _FOLDERS and _WRITTEN.intersection(found)))
