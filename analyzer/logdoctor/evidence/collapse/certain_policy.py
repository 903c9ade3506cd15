"""Why a policy is certain too soon: nothing rewards doubt, or its updates are too long."""

from __future__ import annotations

from collections.abc import Iterator

from logdoctor.causes import because, ranked
from logdoctor.evidence.rate_fixes import with_lower_rate
from logdoctor.evidence.told_by_settings import off_and_on
from logdoctor.finding import Cause, likely_if
from logdoctor.run import Run
from logdoctor.run.roles import KlDivergence, Reward

BONUS = frozenset({"ent", "entropy"})
"""Words of the setting that is the weight of an entropy bonus."""


def causes_of_certainty(run: Run, fast: str) -> tuple[Cause, ...]:
    """Rank them by the settings; `fast` says how soon the entropy was gone, where that was at once."""
    off, on = _bonus(run)
    return ranked(
        because("no-entropy-bonus", likely_if(not on), pro=off, contra=on),
        with_lower_rate(because("learning-rate-too-high", likely_if(fast), pro=[fast]), run),
    )


def names_bonus(run: Run) -> bool:
    """Tell whether the settings give doubt a bonus."""
    return bool(_bonus(run)[1])


def to_tell_certain(run: Run) -> Iterator[str]:
    """Say which quantities that are not logged would tell more."""
    if run.find(Reward) is None:
        yield "the return of the episodes: where it rises all the same, the policy is certain because it is good"
    asked = [] if any(_bonus(run)) else ["the entropy bonus"]
    if run.find(KlDivergence) is None:
        asked.append("how far each update moves the policy (its KL divergence)")
    if asked:
        yield ", and ".join(asked)


def _bonus(run: Run) -> tuple[list[str], list[str]]:
    return off_and_on(run, *({word} for word in BONUS))
