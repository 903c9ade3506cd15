"""Why a learning rate died before its run was done."""

from __future__ import annotations

from logdoctor.causes import because, ranked
from logdoctor.evidence.schedule.learning_spent import WithoutRate
from logdoctor.finding import Cause, Fix, Strength, possible_if
from logdoctor.run import Axis
from logdoctor.wording import axis_word, number, percent, place

WHOLE = 0.05
"""Relative distance from a whole number of schedules in a run that speaks for steps at the wrong pace."""


def causes_of_dead_rate(loss: WithoutRate, dead_rate: float) -> tuple[Cause, ...]:
    """Return why the rate died at a step: by a schedule for fewer steps, or one that is stepped too often.

    The run ends with its loss: a rate that is logged once an epoch is not logged at its end.
    """
    rate, series, died = loss.schedule.series, loss.trend.series, loss.died
    begun, last = rate.first_step, rate.last_step
    length = max(last, series.last_step if series.axis is rate.axis else last) - begun
    planned = length + 1 if rate.axis is Axis.EPOCH else length  # epochs 0 to 29 are 30
    times = (last - begun) / max(loss.schedule.settled_step - begun, 1)
    whole = times >= 2 - WHOLE and abs(times - round(times)) <= WHOLE * times
    over = f"the schedule is over after 1/{round(times)} of the run"
    accumulates = whole and round(times) == loss.accumulation
    return ranked(
        because(
            "schedule-decays-too-soon",
            Strength.LIKELY,
            pro=[f"the rate is below {percent(dead_rate)} of its peak from {place(rate, died)} on"],
            fixes=[
                Fix(
                    f"stretch the schedule from {number(died - begun)} to the {number(planned)} "
                    f"{axis_word(rate.axis)}s of the run, or stop at {place(rate, died)}",
                    basis="the logged rate",
                )
            ],
        ),
        because(
            "scheduler-stepped-wrongly",
            Strength.LIKELY if accumulates else possible_if(whole),
            pro=[
                *([f"{over}, as with {round(times)} scheduler steps where one was meant"] if whole else []),
                *([f"the settings name {round(times)} micro-batches an update"] if accumulates else []),
            ],
            contra=[]
            if whole
            else [f"the schedule is over after 1/{times:.1f} of the run; one that is stepped k times is after 1/k"],
        ),
    )
