"""What boosting prints otherwise: sets that are numbered with a hyphen, and the best round once more."""

from __future__ import annotations

import re
from dataclasses import replace

from logdoctor.sources.console.text.passages import Passage

_ROUND = re.compile(r"^\[\d{1,9}\][ \t]+[^\n]*-0-[^\n]*", re.M)
_NUMBERED = re.compile(r"(?<![\w-])([A-Za-z]\w{0,30})-(\d{1,2})(?=-[A-Za-z][\w@.-]{0,30}:)")
"""`[0] validset-0-auc:0.7  validset-1-auc:0.6`: two sets that it evaluates on."""

_BEST_ROUND = re.compile(r"(^[^\n]*\bbest iteration(?: is)?:[ \t]*\n)[^\n]*", re.I | re.M)
"""XGBoost's and LightGBM's word that training stopped, and the line behind it: the best round, which is long past.

Taken for a restart, it would end the curve there.
"""


def with_names_of_sets(passage: Passage) -> Passage:
    """Return a passage in which such a set has its number in its name, as where XGBoost names it: `validset_0-auc`."""
    if "-0-" not in passage.text:
        return passage
    return replace(passage, text=_ROUND.sub(lambda line: _NUMBERED.sub(r"\1_\2", line[0]), passage.text))


def without_best_round(passage: Passage) -> Passage:
    """Return a passage, line for line, without what is said once more of the best round."""
    if "est iteration" not in passage.text:
        return passage
    return replace(passage, text=_BEST_ROUND.sub(r"\1", passage.text))
