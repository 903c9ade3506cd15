"""Whether a policy that earns less has got harder tasks or better opponents, and is no worse."""

from __future__ import annotations

from logdoctor.evidence.stability.training_jumps import stages_begun
from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.signals.statistics.median import median

HARDER = frozenset("curriculum difficulty lesson lessons level levels elo trueskill".split())
"""Words of what says how hard the tasks are, or how good a policy is among its opponents."""


def tasks_get_harder(run: Run, reward: Series) -> bool:
    """Tell whether the log names or counts stages of a training, or how hard its tasks are, and that rises."""
    told = (one.finite.values for one in run.series if HARDER & set(words(one.name)) and len(one.finite))
    return bool(len(stages_begun(run, reward))) or any(
        median(one[-max(1, len(one) // 3) :]) > median(one[: max(1, len(one) // 3)]) for one in told
    )
