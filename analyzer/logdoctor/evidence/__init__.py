"""What a run and its siblings say about causes.

What serves rules of one folder lies in a package of the same name (`stability`, `optimization` ...), what serves all
of them beside these packages.
"""

from logdoctor.evidence.rates import rate_too_high, rate_too_low
from logdoctor.evidence.siblings import from_siblings, with_tested_fixes
from logdoctor.evidence.stability.event import Event, Kind
from logdoctor.evidence.stability.instability import Explanation, explain
from logdoctor.evidence.stability.surroundings import Surroundings
from logdoctor.evidence.weighing import Clue, causes_of_clues

__all__ = [
    "Clue", "Event", "Explanation", "Kind", "Surroundings", "causes_of_clues", "explain", "from_siblings",
    "rate_too_high", "rate_too_low", "with_tested_fixes",
]  # fmt: skip
