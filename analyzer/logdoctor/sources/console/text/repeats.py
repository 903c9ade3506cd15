"""What is said once more and tells nothing: the best round, when boosting stops."""

from __future__ import annotations

import re
from dataclasses import replace

from logdoctor.sources.console.text.passages import Passage

_BEST_ROUND = re.compile(r"(^[^\n]*\bbest iteration(?: is)?:[ \t]*\n)[^\n]*", re.I | re.M)
"""XGBoost's and LightGBM's word that training stopped, and the line behind it: the best round, which is long past.

Taken for a restart, it would end the curve there.
"""


def without_best_round(passage: Passage) -> Passage:
    """Return a passage, line for line, without what boosting says once more of its best round."""
    if "est iteration" not in passage.text:
        return passage
    return replace(passage, text=_BEST_ROUND.sub(r"\1", passage.text))
