"""Whether a height of the training loss shows no more than codes that follow their encoder."""

from __future__ import annotations

from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainComponentLoss
from logdoctor.run.vocabulary import CODEBOOKS

EARLY = 0.1
"""Share of the run within which codes catch up with the encoder; what comes later is no beginning."""

MOSTLY = 0.5
"""Share of a height that one term of the loss makes up, where it is that term alone which rose."""

THROWN = 2.0
"""Another term in units of its first value from which it is thrown, too."""


def is_of_codes(run: Run, series: Series, index: int) -> bool:
    """Whether a value near the beginning is mostly the distance of encodings from their codes.

    Codes begin next to zero and follow an encoder that spreads out first: nothing that the network says is thrown.
    Where another term is thrown as well, it is not the codes alone that break.
    """
    if index > EARLY * len(series):
        return False
    beside = [(one, one.values[one.steps == series.steps[index]]) for one in run.all(TrainComponentLoss)]
    codes = [then for one, then in beside if _is_of_codes(one)]
    others = [(one.values[0], then) for one, then in beside if not _is_of_codes(one)]
    rest = others or [(series.values[0], series.values[index] - then) for then in codes]
    thrown = any(bool((then >= THROWN * first).any()) for first, then in rest if first > 0)
    return not thrown and any(bool((then >= MOSTLY * series.values[index]).any()) for then in codes)


def _is_of_codes(one: Series) -> bool:
    return not CODEBOOKS.isdisjoint(words(one.name))
