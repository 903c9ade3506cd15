"""What reports for people show with a finding's message: the fixes to name, and the measured quantities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.finding import Cause, Finding, Fix, Quantity, Strength
from logdoctor.wording import number, percent

SENTENCE_WORDS = 4
"""A text of so many words among the evidence is a sentence and gets a line of its own."""

MAX_CAUSES = 3
"""Causes that a screen has room for; advice against any further one would come out of nothing."""

_PAIRS = (
    ("learning-rate-too-high", "learning-rate-too-low"),
    ("over-regularised", "under-regularised"),
    ("batch-too-small", "batch-too-large"),
    ("learning-rate-too-low", "dead-activations"),
)
CONTRARY = frozenset(pair for one in _PAIRS for pair in (one, one[::-1]))
"""Causes of which one is mended by what makes the other worse."""


def chosen_fixes(causes: Sequence[Cause], most: int, most_of_a_cause: int) -> Iterator[Fix]:
    """Yield the first fixes of the best supported causes; the same advice with other numbers is not given twice.

    Nor is its contrary: of two causes that cannot both be true, the better supported one says what to try. A cause that
    the log only speaks against is not worth a try.
    """
    causes = causes[:MAX_CAUSES]
    worth = [one for one in causes if one.strength is not Strength.UNLIKELY and not is_refuted(one)] or causes
    given: set[str] = set()
    followed: set[str] = set()
    for cause in worth:
        if any((cause.id, other) in CONTRARY for other in followed):
            continue
        followed.add(cause.id)
        new = [fix for fix in cause.fixes if _advice(fix) not in given][:most_of_a_cause]
        for fix in new:
            if _advice(fix) not in given and len(given) < most:
                given.add(_advice(fix))
                yield fix


def _advice(fix: Fix) -> str:
    """Return how a fix begins: `raise the threshold`, whatever the numbers that follow."""
    return " ".join(fix.text.replace(",", " ").split()[:3])


def is_refuted(cause: Cause) -> bool:
    """Whether the log only speaks against a cause."""
    return bool(cause.contra) and not cause.pro


def is_sentence(quantity: Quantity) -> bool:
    """Tell whether a quantity is a text that reads alone."""
    return isinstance(quantity.value, str) and len(quantity.value.split()) >= SENTENCE_WORDS


def named_best(finding: Finding) -> int | None:
    """Return the step that a finding's evidence calls the best, None where it names none."""
    named = (one.value for name, one in finding.evidence.items() if name.startswith("best "))
    return next((one for one in named if isinstance(one, int)), None)


def measured(name: str, quantity: Quantity) -> tuple[str, str]:
    """Return the value of a quantity and its unit, as they are written after its name."""
    if quantity.unit.startswith("share") and not isinstance(quantity.value, str):
        return percent(quantity.value), quantity.unit.removeprefix("share").strip()
    value = quantity.value if isinstance(quantity.value, str) else number(quantity.value)
    return value, quantity.unit if quantity.unit not in name else ""
