"""A schedule that is stepped at the wrong times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Cause,
    Confidence,
    Finding,
    Fix,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    because,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import cosine, flat, geometric, given, line
from logdoctor.evidence.schedule.rate_returns import causes_of_return
from logdoctor.run.text_event import RESUMED, SCHEDULER_ORDER, TextEvent
from logdoctor.signals import Hyperparameters, RateReset, Resumes, Schedule
from logdoctor.signals.schedule.schedule import LOW
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, percent, place

HALF_COSINES = given(0.5 * (1 + np.cos(np.pi * 4 * np.linspace(0, 1, 200))))
"""A cosine that is stepped four times as often as planned: it falls, and comes back up, twice."""

WARMED = line(0.0, 1.0, 20).followed_by(cosine(1.0, 380)).values
NEAR = 0.02
"""Share of the run within which a jump of the rate belongs to a resume: lines and values are logged now and then."""


def _line(kind: str, text: str) -> TextEvent:
    """Return a line of a kind in a text log, at step 100."""
    return TextEvent(kind, text, "train.log", 7, 100)


@dataclass(frozen=True)
class SchedulerMisstep(Rule):
    """The logged rate shows that the scheduler is stepped too often, in the wrong order, or was begun anew.

    Stepped once per micro-batch, a schedule is over after 1/k of the run, or rises again if it is a cosine; not
    restored on resume, it begins again. Warm restarts after cycles of equal length, and named cycles, are intended.
    """

    id = "scheduler-misstep"
    title = "The scheduler is stepped wrongly"
    severity = Severity.WARNING
    causes = ("scheduler-stepped-wrongly", "resumed-without-state", "learning-rate-jump")
    references = ("https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate",)
    limits = (
        "Needs a logged rate; a schedule that merely ends too soon is noticed only if the settings name accumulation."
    )
    explains = (
        "lr-decayed-too-early", "no-learning", "stalled-at-chance", "underfitting", "loss-spike", "oscillation",
        "noisy-validation",
    )  # fmt: skip

    high_end: float = threshold(
        0.1,
        "last rate as a share of the peak from which a cosine that came back is no plan: the floor of usual schedules; "
        "one that ends low may be meant as cycles and is a note",
    )
    match: float = threshold(
        0.1,
        "relative distance of the length of the schedule from the 1/k that k micro-batches an update make it: "
        "warm-up and the steps between two logged values blur it",
    )
    mid_decay: float = threshold(
        0.1, "rate before a jump back as a share of the peak: warm restarts wait until their cycle is done"
    )
    unlike: float = threshold(
        1.2, "ratio of the last rate and the one before a lone jump from which the two cycles are not alike (restarts)"
    )

    examples = (
        fires("a cosine that comes back up", train_loss=line(2.0, 0.5, 200), lr=HALF_COSINES),
        fires(
            "a cosine that comes back up, after a warm-up",
            train_loss=line(2.0, 0.5, 200),
            lr=line(0.0, 1.0, 20).followed_by(given(0.5 * (1 + np.cos(np.pi * 1.7 * np.linspace(0, 1, 180))))),
        ),
        fires(
            "a cosine that comes back up and ends at the floor",
            train_loss=line(2.0, 0.5, 200),
            lr=given(0.5 * (1 + np.cos(np.pi * 3 * np.linspace(0, 1, 200)))),
        ),
        fires(
            "a linear decay that is over four times too soon",
            settings={"gradient_accumulation_steps": 4},
            train_loss=line(2.0, 0.5, 200),
            lr=line(1e-3, 0.0, 50).followed_by(flat(0.0, 150)),
        ),
        fires(
            "a warm-up four times shorter than set",
            axis=Axis.STEP,
            settings={"warmup_steps": 80, "gradient_accumulation_steps": 4},
            varies={"ten times the steps": "the settings count the same steps as the log"},
            train_loss=line(2.0, 0.5, 400),
            lr=line(0.0, 1e-3, 20).followed_by(cosine(1e-3, 380)),
        ),
        fires(
            "begins again in the middle of its decay",
            train_loss=line(2.0, 0.5, 400),
            lr=given([*cosine(0.1, 400).values[:220], *cosine(0.1, 400).values[:180]]),
        ),
        fires(
            "begins again when it had come down by a third",
            train_loss=line(2.0, 0.5, 400),
            lr=given([*cosine(0.1, 400).values[:160], *cosine(0.1, 400).values[:240]]),
        ),
        silent(
            "a lower rate for a while, and on as planned",
            train_loss=line(2.0, 0.5, 400),
            lr=given([*cosine(0.1, 400).values[:160], *flat(0.03, 20).values, *cosine(0.1, 400).values[180:]]),
        ),
        silent(
            "halved for a while, and constant again as before",
            train_loss=line(2.0, 0.5, 400),
            lr=flat(0.1, 100).followed_by(flat(0.05, 30)).followed_by(flat(0.1, 270)),
        ),
        fires(
            "goes through its warm-up again",
            train_loss=line(2.0, 0.5, 400),
            lr=given([*WARMED[:150], *WARMED[:250]]),
        ),
        fires(
            "jumps to a rate that was never planned",
            train_loss=line(2.0, 0.5, 400),
            lr=given([*cosine(0.1, 400).values[:300], *flat(3.0, 100).values]),
        ),
        fires(
            "jumps from zero to a rate that was never planned",
            train_loss=line(2.0, 0.5, 400),
            lr=line(0.1, 0.0, 300).followed_by(flat(3.0, 100)),
        ),
        silent(
            "jumps from zero in a log that begins late, and does not show how high the rate was before",
            axis=Axis.STEP,
            train_loss=line(2.0, 0.5, 400).without(0, 280),
            lr=cosine(3.0, 300).followed_by(cosine(3.0, 100)).without(0, 280),
        ),
        fires(
            "begins again where the log says that it was resumed",
            events=[_line(RESUMED, "resuming from checkpoint 100")],
            train_loss=line(2.0, 0.5, 180),
            lr=cosine(0.1, 100).followed_by(cosine(0.1, 80)),
        ),
        fires(
            "torch warned, and it comes back",
            events=[
                _line(SCHEDULER_ORDER, "UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`")
            ],
            train_loss=line(2.0, 0.5, 200),
            lr=HALF_COSINES,
        ),
        silent("a cosine", train_loss=line(2.0, 0.5), lr=cosine(0.1)),
        silent("warm restarts", train_loss=line(2.0, 0.5, 200), lr=cosine(0.1, 200, cycles=4)),
        silent("one warm restart", train_loss=line(2.0, 0.5, 200), lr=cosine(0.1, 200, cycles=2)),
        silent(
            "one warm restart to a floor",
            train_loss=line(2.0, 0.5, 200),
            lr=cosine(0.1, 200, cycles=2, floor=0.015),
        ),
        silent(
            "a restart that the log does not outlive",
            train_loss=line(2.0, 0.5, 150),
            lr=given(cosine(0.1, 200, cycles=2).values[:150]),
        ),
        silent(
            "one cycle",
            train_loss=line(2.0, 0.5, 200),
            lr=line(0.004, 0.1, 60).followed_by(cosine(0.1, 140)),
        ),
        silent(
            "triangular cycles",
            train_loss=line(2.0, 0.5, 200),
            lr=given(1.02 - np.abs((np.linspace(0, 8, 200) % 2) - 1)),
        ),
        silent("cycles by their name", settings={"num_cycles": 2}, train_loss=line(2.0, 0.5, 200), lr=HALF_COSINES),
        silent(
            "accumulation and a schedule as long as the run",
            settings={"gradient_accumulation_steps": 4},
            train_loss=line(2.0, 0.5, 200),
            lr=line(1e-3, 0.0, 200),
        ),
        silent(
            "accumulation and a schedule that ends at three quarters",
            settings={"gradient_accumulation_steps": 2},
            train_loss=line(2.0, 0.5, 200),
            lr=line(1e-3, 0.0, 150).followed_by(flat(0.0, 50)),
        ),
        silent(
            "a warm-up as set",
            axis=Axis.STEP,
            settings={"warmup_steps": 80, "gradient_accumulation_steps": 4},
            train_loss=line(2.0, 0.5, 400),
            lr=line(0.0, 1e-3, 80).followed_by(cosine(1e-3, 320)),
        ),
        silent(
            "cycles of so few points that the last is cut short",
            train_loss=line(2.0, 0.5, 8),
            lr=given([0.0015, 0.002, 0.0005, 0.0015, 0.002, 0.0005, 0.0015, 0.002]),
        ),
        silent("a step decay", train_loss=line(2.0, 0.5), lr=flat(0.1, 60).followed_by(flat(0.01, 60))),
        silent("a range test", train_loss=line(2.0, 0.5), lr=geometric(1e-6, 1.0)),
    )

    def check(self, run: Run, schedule: Schedule, resumes: Resumes, settings: Hyperparameters) -> Iterator[Finding]:
        """Look for a schedule that comes back, is over too soon, warms up too fast or begins again; say the first."""
        if schedule.is_range_test or schedule.peak <= 0:
            return
        warned = [one.text for one in run.events if one.kind == SCHEDULER_ORDER]
        again = self._begun_again(schedule, resumes)
        ways = (self._bounced, self._over_too_soon, self._warmed_up_too_soon)
        too_often = (found for way in ways if (found := way(schedule, settings, warned)))
        if first := again or next(too_often, None):
            yield first

    def _begun_again(self, schedule: Schedule, resumes: Resumes) -> Finding | None:
        """One return to the beginning, at a resume or in the middle of a decay."""
        series, near = schedule.series, NEAR * int(schedule.series.steps[-1] - schedule.series.steps[0])
        at_resume = [one for one in schedule.returns if resumes.near(one.step, near)]
        lone = [one for one in schedule.returns if len(schedule.returns) == 1 and self._is_unplanned(one, schedule)]
        if (back := next(iter(at_resume or lone), None)) is None:
            return None
        where, before = place(series, back.step), number(back.before)
        return self.finding(
            f"{series.name} goes from {before} to {number(back.after)} at {where}, "
            + ("and repeats its course from the beginning" if back.repeats else "higher than ever before"),
            Span(series.name, back.step, series.last_step, "begins again"),
            confidence=Confidence.HIGH if at_resume else Confidence.MEDIUM,
            causes=causes_of_return(back, where, resumed=bool(at_resume)),
            evidence={"rate before": Quantity(back.before), "rate after": Quantity(back.after)},
        )

    def _is_unplanned(self, back: RateReset, schedule: Schedule) -> bool:
        """Whether the jump cuts a decay short and the rest of the run is no second, alike cycle."""
        if back.comes_again:
            return False
        if back.after < back.before or not back.repeats:
            return True
        low, high = sorted((back.before, float(schedule.rates[-1])))
        return back.before > self.mid_decay * schedule.peak and high >= self.unlike * low

    def _bounced(self, schedule: Schedule, settings: Hyperparameters, warned: list[str]) -> Finding | None:
        if not schedule.bounces or settings.means_cycles:
            return None
        series, first = schedule.series, schedule.bounces[0]
        share = float(schedule.rates[-1]) / schedule.peak
        k = int(series.steps[-1] - first.top) / max(first.bottom - first.top, 1)
        matches = settings.accumulation > 1 and abs(k / settings.accumulation - 1) <= self.match
        wrong = matches or share >= self.high_end
        times = f", {len(schedule.bounces)} times" if len(schedule.bounces) > 1 else ""
        return self.finding(
            f"{series.name} is at its lowest at {place(series, first.bottom)} and comes back up{times}; "
            f"it ends at {percent(share)} of its peak",
            Span(series.name, first.bottom, first.again, "comes back up"),
            confidence=Confidence.HIGH if matches else Confidence.MEDIUM if wrong else Confidence.LOW,
            severity=self.severity if wrong else Severity.NOTE,
            causes=(_too_often(settings.accumulation if matches else k, warned, matches=matches),),
            evidence={"schedules in the run": Quantity(round(k, 2)), "last rate": Quantity(share, "share of the peak")},
        )

    def _over_too_soon(self, schedule: Schedule, settings: Hyperparameters, warned: list[str]) -> Finding | None:
        series, k = schedule.series, settings.accumulation
        first, last, end = series.first_step, series.last_step, schedule.settled_step
        if (
            k < 2
            or schedule.rates[-1] > LOW * schedule.peak
            or abs((end - first) * k / max(last - first, 1) - 1) > self.match
        ):
            return None
        return self.finding(
            f"{series.name} comes to its end at {place(series, end)}, after {percent(1 / k)} of the run, and the "
            f"settings name {number(k)} micro-batches an update",
            Span(series.name, first, end, "the whole schedule"),
            confidence=Confidence.HIGH,
            causes=(_too_often(k, warned, matches=True),),
            evidence={"end of the schedule": Quantity((end - first) / (last - first), "share of the run")},
        )

    def _warmed_up_too_soon(self, schedule: Schedule, settings: Hyperparameters, warned: list[str]) -> Finding | None:
        series, planned, k = schedule.series, settings.warmup_steps, settings.accumulation
        logged = schedule.peak_step - series.first_step
        blurred = series.axis is not Axis.STEP or logged < 3 * median(np.diff(series.steps))
        if planned is None or k < 2 or blurred or abs(planned / logged / k - 1) > self.match:
            return None
        return self.finding(
            f"{series.name} is at its peak at {place(series, schedule.peak_step)}; the settings name "
            f"{number(planned)} warm-up steps and {number(k)} micro-batches an update",
            Span(series.name, series.first_step, schedule.peak_step, "the whole warm-up"),
            confidence=Confidence.HIGH,
            causes=(_too_often(k, warned, matches=True),),
            evidence={"warm-up set": Quantity(planned, "steps"), "warm-up logged": Quantity(logged, "steps")},
        )


def _too_often(k: float, warned: list[str], *, matches: bool) -> Cause:
    said = f"the schedule runs {number(k)} times as fast as the training"
    basis = "this run's settings" if matches else "the logged rate"
    return because(
        "scheduler-stepped-wrongly",
        Strength.LIKELY,
        pro=[said, *([f"the settings name {number(k)} micro-batches an update"] if matches else []), *warned],
        contra=[] if matches else ["the settings name no number that fits"],
        fixes=[Fix(f"give the scheduler {number(k)} times as many steps, or step it once an update", basis=basis)],
    )
