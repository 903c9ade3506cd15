"""Whether a log ends with a jump of the loss that is too short to move its level."""

from __future__ import annotations

from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Spike, Spikes

KEPT_UP = 6
"""Values that the log must end with where all of them lie below the start, but above a part of what was gained: fewer
may be one stretch of hard batches."""


def last_jump(
    spikes: Spikes[TrainLoss] | None, *, above: float, least: int, gained: float, lost: float
) -> Spike | None:
    """Return the jump from which a loss has not come back when its log ends, None where there is none.

    The last values, so many at least, lie above a level; or more of them above a part of what was gained by then, if
    that was as much as a least gain.
    """
    if spikes is None or not spikes.found or spikes.found[-1].recovered:
        return None
    jump, lasts = spikes.found[-1], spikes.series.values[spikes.found[-1].index :]
    stays = len(lasts) >= least and float(lasts[-max(1, least) :].min()) >= above
    gives_back = len(lasts) >= KEPT_UP and jump.fallen >= gained > 0
    return jump if stays or (gives_back and float(lasts.min()) - jump.level >= lost * jump.fallen) else None
