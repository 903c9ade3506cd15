"""Why a contrastive or a preference loss rests at chance: all embeddings are alike, or policy and reference are."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.run import Run, as_number
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Chance, Trend, UpdateSigns
from logdoctor.wording import number

PARTED = 0.5
"""Distance of a single preference loss from ln 2, as a share of it, that no policy has which equals its reference."""

TOO_WARM = 2.0
"""Temperature from which similarities between -1 and 1 are next to equal: papers use 0.05 to 0.5, and 1 at most."""

TEMPERATURES = frozenset({"temperature", "temp", "tau"})
"""Words of settings by which papers on contrastive losses name it."""


def causes_of_alike(
    run: Run, train: Trend[TrainLoss], level: Chance, signs: UpdateSigns, low: str
) -> tuple[Cause, ...]:
    """Return what a level at which two things are alike says by itself; nothing of other levels.

    `low` is what says that the rate hardly moves anything.
    """
    if level.is_preference:
        return _of_preference(run, train, level, low)
    return _of_batch(run, level, signs) if level.is_of_batch else ()


def _of_preference(run: Run, train: Trend[TrainLoss], level: Chance, low: str) -> tuple[Cause, ...]:
    """A preference loss at ln 2 says that policy and reference agree: they are one, or no step has parted them.

    Or nothing tells them apart: with a beta of 0 all that they differ in counts for nothing, at any rate.

    One that has been elsewhere has parted them, or there are no two, as in the training of a reward model.
    """
    if float(np.abs(train.series.values / level.level - 1).max()) > PARTED:
        return ()
    betas = {name: value for name, value in run.hyperparameters.items() if words(name)[-1:] == ("beta",)}
    off = next((f"the settings say {name} {value}" for name, value in betas.items() if as_number(value) == 0), "")
    against = "" if off else low
    pro = [off, level.known_from]
    return (because("reference-equals-policy", likely_if(not against), pro=pro, contra=[against]),)


def _of_batch(run: Run, level: Chance, signs: UpdateSigns) -> tuple[Cause, ...]:
    """No example of a batch is told from another: they are all mapped to one point, or divided by too much."""
    named = (as_number(value) for name, value in run.hyperparameters.items() if TEMPERATURES & set(words(name)))
    temperature = next((one for one in named if one is not None), None)
    if temperature is not None and temperature >= TOO_WARM:
        warm = f"the settings say a temperature of {number(temperature)}"
        return (because("temperature-too-high", Strength.LIKELY, pro=[warm]), because("representation-collapse"))
    same = f"{signs.frozen}, whatever is in the batch" if signs.frozen else ""
    return (because("representation-collapse", Strength.LIKELY, pro=[same or level.known_from]),)
