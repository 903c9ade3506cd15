"""Whether rewards rest at the lowest value of the run, so that they do not tell better from worse."""

from __future__ import annotations

from logdoctor.causes import because
from logdoctor.finding import HIGH_MARGIN, Observation, Quantity, Span, Strength, confidence_from
from logdoctor.run import Run
from logdoctor.run.naming import words
from logdoctor.run.roles import GradNorm, Reward
from logdoctor.run.vocabulary import SUCCESS
from logdoctor.signals import Trend
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.wording import counted, number, stretch


def unrewarded(run: Run, norm: Trend[GradNorm] | None, least: float, share: float) -> Observation | None:
    """Describe the first rewards where all rest at their lowest, for so many values and such a share of the run.

    Above zero it may be all there is to earn, a step at a time, unless no gradient ever comes of it. Which episodes
    succeed is no reward where one is logged beside it.
    """
    logged = [one.finite for one in run.all(Reward) if len(one.finite)]
    rewards = [one for one in logged if SUCCESS not in words(one.name)] or logged
    resting = [one.take(slice(after_last(one.values != one.values[-1]), None)) for one in rewards]
    if not rewards or any(
        len(rest) < max(least, share * len(one)) or rest.values[-1] > one.values.min()
        for one, rest in zip(rewards, resting, strict=True)
    ):
        return None
    series, value = resting[0], float(resting[0].values[-1])
    taught = norm is None or bool(norm.series.values.any())
    if value > 0 and taught:
        return None
    also = "" if taught or norm is None else f", and {norm.series.name} is 0 throughout"
    over = stretch(series, series.first_step, series.last_step)
    return Observation(
        f"{series.name} is exactly {number(value)} over {over}: it does not tell better from worse{also}",
        Span(series.name, series.first_step, series.last_step, "one value"),
        confidence_from(HIGH_MARGIN, len(series)),
        (because("reward-without-signal", Strength.LIKELY),),
        {
            "value": Quantity(value),
            "values alike": Quantity(len(series), f"of {counted(len(rewards[0]), 'value')}"),
        },
    )
