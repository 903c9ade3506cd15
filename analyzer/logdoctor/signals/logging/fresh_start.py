"""Whether a log that goes back in its steps goes back in its loss as well: another run, not a resumed one."""

from __future__ import annotations

from logdoctor.run import Series

BEGINS_ANEW = 0.5
"""Share of the way from where the loss was back to where it began, from which on another run begins; as for the runs
that the headings of a console log tell apart."""


def begins_anew(loss: Series) -> bool:
    """Whether the loss had fallen before its steps first go back, and then is near where it began."""
    if not len(loss.rewinds):
        return False
    at = int(loss.rewinds[0])
    began, reached, now = (float(loss.values[i]) for i in (0, at - 1, at))
    return began > reached and now - reached >= BEGINS_ANEW * (began - reached)
