"""Whether a log whose steps go back holds another run from there on, and not the same one, resumed."""

from __future__ import annotations

from logdoctor.run import Series

WAY_BACK = 0.5
"""Share of the way from where the loss was back to where it began, from which on another run begins; as for the runs
that the headings of a console log tell apart."""


def is_fresh_start(loss: Series) -> bool:
    """Whether the loss had fallen before its steps first go back, and then is near where it began."""
    if not len(loss.rewinds):
        return False
    at = int(loss.rewinds[0])
    began, reached, now = (float(loss.values[i]) for i in (0, at - 1, at))
    return began > reached and now - reached >= WAY_BACK * (began - reached)
