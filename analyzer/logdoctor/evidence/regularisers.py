"""What the settings say of everything that makes training look worse than validation."""

from __future__ import annotations

from logdoctor.run import Run
from logdoctor.run.naming import words

REGULARISERS = frozenset("dropout drop droppath mixup cutmix smoothing augment augmentation augmentations aug".split())
"""Words of such settings."""


def regularisers(run: Run) -> tuple[list[str], list[str]]:
    """Return the settings that regularise, and those that say that they are switched off."""
    settings = {name: value for name, value in run.hyperparameters.items() if REGULARISERS & set(words(name))}
    on = [f"{name} {value}" for name, value in settings.items() if value not in (0, None, False, "", "none", "None")]
    off = [f"{name} {value}" for name, value in settings.items() if value in (0, False) and value is not None]
    return on, off
