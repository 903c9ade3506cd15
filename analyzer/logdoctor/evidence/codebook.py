"""Whether a height of the training loss shows no more than codes that follow their encoder."""

from __future__ import annotations

from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainComponentLoss

EARLY = 0.1
"""Share of the run within which codes catch up with the encoder; what comes later is no beginning."""

MOSTLY = 0.5
"""Share of a height that one term of the loss makes up, where it is that term alone which rose."""

_CODES = frozenset("vq vqvae codebook codebooks commit commitment quantize quantizer quantization quantisation".split())
"""Words of the distance of encodings from their codes."""


def is_of_codes(run: Run, series: Series, index: int) -> bool:
    """Whether a value near the beginning is mostly the distance of encodings from their codes.

    Codes begin next to zero and follow an encoder that spreads out first: nothing that the network says is thrown.
    """
    if index > EARLY * len(series):
        return False
    named = (one for one in run.all(TrainComponentLoss) if _CODES & set(words(one.name)))
    terms = (one.values[one.steps == series.steps[index]] for one in named)
    return any(bool((at_peak >= MOSTLY * series.values[index]).any()) for at_peak in terms)
