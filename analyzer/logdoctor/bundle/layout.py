"""Where everything lies in a capture.

logdoctor-capture/                      below the folder of the run
    steps.jsonl                         one line a step: loss, gradient norm, rate, loss scale
    alarm.json                          why it was written, and at which step
    step_000012325/                     a state, saved before the forward pass of that step
        meta.json  model.safetensors  optim.pt  rng.pt      optim.pt: all that is neither weights nor random states
    batches/000012340.pt                the batches of a step, and the random states before its forward pass
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = "logdoctor-capture"
SCHEMA = "logdoctor-capture/1"
"""Written into `meta.json`; a reader refuses what it does not know."""

STEPS = "steps.jsonl"
ALARM = "alarm.json"
BATCHES = "batches"
META, MODEL, OPTIMIZER, RANDOM = "meta.json", "model.safetensors", "optim.pt", "rng.pt"

_STATE = re.compile(r"step_(\d{1,18})")
_BATCH = re.compile(r"(\d{1,18})\.pt")


def state_folder(capture: Path, step: int) -> Path:
    """Return the folder of the state that was saved before a step."""
    return capture / f"step_{step:09d}"


def batch_file(capture: Path, step: int) -> Path:
    """Return the file with the batches of a step."""
    return capture / BATCHES / f"{step:09d}.pt"


def state_folders(capture: Path) -> dict[int, Path]:
    """Return the folders of all whole states by step; one without `meta.json`, written last, is none."""
    found = ((_STATE.fullmatch(one.name), one) for one in capture.glob("step_*") if (one / META).is_file())
    return {int(match[1]): folder for match, folder in sorted(found, key=lambda pair: pair[1].name) if match}


def batch_files(capture: Path) -> dict[int, Path]:
    """Return the files with batches by step."""
    found = ((_BATCH.fullmatch(one.name), one) for one in sorted((capture / BATCHES).glob("*.pt")))
    return {int(match[1]): file for match, file in found if match}
