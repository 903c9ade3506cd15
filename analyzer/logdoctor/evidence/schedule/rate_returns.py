"""Why a learning rate jumps back up: it was not restored with the weights, or somebody set it."""

from __future__ import annotations

from logdoctor.causes import because
from logdoctor.finding import Cause, Fix, Strength, likely_if
from logdoctor.signals import RateReset
from logdoctor.wording import number


def causes_of_return(back: RateReset, where: str, *, resumed: bool) -> tuple[Cause, ...]:
    """A rate that goes on as it did from the beginning was not restored; one that is new may have been set.

    At a rate of zero there is nothing to go on with.
    """
    fixes = (
        [Fix(f"resume from {where} with a rate of {number(back.before)}", basis="the rate before the jump")]
        if back.before > 0
        else []
    )
    lost = because(
        "resumed-without-state",
        likely_if(back.repeats or resumed),
        pro=[
            f"the log tells of a resume at {where}" if resumed else "",
            "from there the rate goes on as it did from the beginning" if back.repeats else "",
        ],
        contra=[] if resumed else ["the log shows no resume there"],
        fixes=fixes if back.repeats else [],
    )
    if back.repeats:
        return (lost,)
    times = f"{number(back.after / back.before)} times as high" if back.before > 0 else "no longer zero"
    leaps = f"the rate is {times} from one logged value to the next"
    jump = because("learning-rate-jump", Strength.LIKELY, pro=[leaps], fixes=fixes)
    return (jump, lost)
