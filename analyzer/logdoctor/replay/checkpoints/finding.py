"""Find the saved states below the folder of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from logdoctor.bundle import layout
from logdoctor.errors import LogDoctorError
from logdoctor.replay.checkpoints import capture_bundle, hugging_face, lightning, safetensors_file, torch_dictionary
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import State, Training

LAYOUTS = (capture_bundle, hugging_face, lightning, safetensors_file, torch_dictionary)
"""In the order in which they are asked: the later ones claim files by their ending alone."""

MOST_CHECKPOINTS = 500
"""More below one folder are not looked at: only their names would tell them apart."""

_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", ".git", ".venv", layout.BATCHES})


@dataclass(frozen=True)
class Checkpoints:
    """What was found."""

    states: tuple[State, ...] = ()
    """By step, the oldest first; of one step the fullest."""
    unusable: tuple[str, ...] = ()
    """Why others could not be read, one line each."""


def read_checkpoint(path: Path, load: Callable[[Training, Path], None] | None = None) -> State:
    """Return the state at a path; raises ReplayError. `load` is the recipe's own, for odd checkpoints."""
    if load is not None:
        return _by_recipe(path, load)
    for one in LAYOUTS:
        if one.recognizes(path):
            state: State = one.read(path)
            return state
    if _is_distributed(path):
        raise ReplayError(
            f"{path}: is in parts, as torch.distributed.checkpoint saves; make a file of it: python -m "
            f"torch.distributed.checkpoint.format_utils dcp_to_torch {path} step_N.pt"
        )
    what = "no such file or folder" if not path.exists() else "not a checkpoint in a layout that is known"
    raise ReplayError(f"{path}: {what}; a load(training, path) in the recipe reads any other")


def find_checkpoints(folder: Path, load: Callable[[Training, Path], None] | None = None) -> Checkpoints:
    """Return every state below a folder, in whatever layout."""
    states: dict[int, State] = {}
    unusable: list[str] = []
    for path in _candidates(folder):
        try:
            state = read_checkpoint(path) if capture_bundle.recognizes(path) else read_checkpoint(path, load)
        except LogDoctorError as problem:
            unusable.append(str(problem))
            continue
        if state.step not in states or len(state.holds) > len(states[state.step].holds):
            states[state.step] = state
    return Checkpoints(tuple(states[step] for step in sorted(states)), tuple(unusable))


def nearest(states: Sequence[State], step: int) -> tuple[State, ...]:
    """Return the newest states that were saved before or at a step, the oldest first; the probe needs an older one."""
    return tuple(one for one in states if one.step <= step)[-KEPT:]


KEPT = 3
"""States that a replay is given: one with enough lead, one older, and one more where the newest is too near."""


def _by_recipe(path: Path, load: Callable[[Training, Path], None]) -> State:
    from logdoctor.replay.checkpoints.loading import step_in_name

    step = step_in_name(path.name)
    if step is None:
        raise ReplayError(f"{path}: its name does not say its step, and load() of the recipe cannot; call it step_N")
    holds = frozenset({"model", "optimizer", "scheduler", "scaler"})
    return State(step, lambda training: load(training, path), holds, path)


def _is_whole(folder: Path) -> bool:
    """Tell a folder that is one checkpoint."""
    return any(kind.recognizes(folder) for kind in LAYOUTS[:2]) or _is_distributed(folder)


def _is_distributed(path: Path) -> bool:
    return (path / ".metadata").is_file() and any(path.glob("*.distcp"))


def _candidates(folder: Path) -> Iterator[Path]:
    """Yield folders and files that some layout recognizes by name; what lies in such a folder belongs to it."""
    found = 0
    for here, folders, files in os.walk(folder):
        at = Path(here)
        whole = [one for one in sorted(folders) if _is_whole(at / one)]
        if at.name.startswith(layout.FOLDER):  # what is no whole state there is a part of one
            folders.clear()
            files.clear()
        folders[:] = [one for one in sorted(folders) if one not in whole and one not in _SKIPPED]
        suffixes = torch_dictionary.SUFFIXES | {".safetensors"}
        named = [one for one in sorted(files) if Path(one).suffix.lower() in suffixes]
        for name in (*whole, *named):
            found += 1
            if found > MOST_CHECKPOINTS:
                return
            yield at / name
