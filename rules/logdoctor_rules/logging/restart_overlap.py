"""Steps that go back: a resumed run, or several runs in one log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from logdoctor import (
    Confidence,
    Example,
    Finding,
    Quantity,
    Rule,
    Run,
    Series,
    Severity,
    Span,
    Strength,
    TrainLoss,
    because,
    fires,
    likely_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat
from logdoctor.run.notice import PART, RESTART, Notice
from logdoctor.run.roles import Counter
from logdoctor.run.starting_over import starts_over
from logdoctor.wording import counted, place, stretch

FEWEST = 10
"""Steps of a stretch from which it is no accident that most of them have several values."""

MOST_RESTARTS = 5
"""Times that a run goes back up to which it was rather resumed: two writers take turns far more often."""

STARTED_AGAIN = Notice(RESTART, "events.1", "The writer started again at step 80, which voids 20 points.")
ONE_OF_SEVERAL = Notice(PART, "train.log", "The log holds 3 runs; `Fold 2/3` announces this one.", None, None, 40, 75)


def _resumed(title: str, back: int) -> Example:
    """Return an example of a run of 120 steps whose log goes on `back` steps before its 80th value."""

    def goes_back(run: Run) -> Run:
        (series,) = run.series
        steps = np.concatenate([np.arange(80), np.arange(40) + 80 - back])
        return replace(run, series=(replace(series, steps=steps),))

    return fires(title, train_loss=decay(2.3, 0.2)).changed(goes_back)


def _doubled(title: str, last: float, at: slice | list[int] = slice(None), *, says: bool = True) -> Example:
    """Return an example of a log with two values at some steps, of which the second lies `last` above the first."""
    one_left = {"every second point": "the values of one process are left"}
    example = (
        fires(title, varies=one_left, train_loss=decay(2.3, 0.2)) if says else silent(title, train_loss=decay(2.3, 0.2))
    )

    def logged_twice(run: Run) -> Run:
        (series,) = run.series
        points = np.sort(np.append(np.arange(len(series)), np.arange(len(series))[at]))
        again = np.append(False, points[1:] == points[:-1])
        values = series.values[points] + last * again
        return replace(run, series=(replace(series, steps=series.steps[points], values=values),))

    return example.changed(logged_twice)


@dataclass(frozen=True)
class RestartOverlap(Rule):
    """The steps of the log go back and some are logged twice, or the writer said that it started again.

    The run was resumed from a checkpoint, or several runs wrote to one log. The later values are the run's curve; the
    earlier ones stay in the data, unless the writer itself declared them void. Runs under headings of their own are
    separated, and each is marked as one of several. Processes that log in turn leave several values at each step, as
    does a stretch that was logged again where the lines were sorted.
    """

    id = "restart-overlap"
    title = "Steps go back: the run was started again, or the log holds several"
    severity = Severity.NOTE
    causes = ("resumed-from-checkpoint", "two-writers", "one-log-for-several-runs")
    references = ("https://github.com/tensorflow/tensorboard/issues/3732",)
    limits = (
        "Sees steps that go back, and restarts that the writer declares. A resume at the very next step leaves no "
        "trace, and the log does not show whether optimizer and data order were restored."
    )

    min_doubled: float = threshold(
        0.5,
        "share of a stretch's steps with several values that differ, from which it was logged twice: the larger",
    )
    from_zero: float = threshold(
        0.02,
        "step that the log goes back to, as a share of the highest before, below which another run begins",
    )

    examples = (
        _resumed("resumed twenty steps earlier", 20),
        _resumed("begins again", 80),
        _resumed("begins again after a step", 79),
        fires("the writer voided what it logs again", notices=[STARTED_AGAIN], train_loss=decay(2.3, 0.2)),
        _doubled("two processes log each step", 0.5),
        _doubled("what was logged again after a resume was sorted among the steps", 0.1, slice(50, 80)),
        _doubled("the same, twice, and the last step as well", 0.1, [*range(10, 40), *range(80, 110), 119]),
        fires("one of several runs in a log", notices=[ONE_OF_SEVERAL], train_loss=decay(2.3, 0.2)),
        silent("steps only rise", train_loss=decay(2.3, 0.2)),
        silent("one value a step", train_loss=flat(1.0)),
        _doubled("every line is printed twice", 0.0, says=False),
        _doubled("the last batch of each epoch is logged twice", 0.1, slice(9, None, 10), says=False),
    )

    def check(self, run: Run) -> Iterator[Finding]:
        """Report the rewinds of the main series, else of any, else what the writer or a heading said of a beginning.

        Not those of a counter: an evaluation that is printed late says at which epoch it was begun.
        """
        train = run.find(TrainLoss)
        measured = (train, *(one for one in run.series if one.role is not Counter))
        rewound = [one for one in measured if one is not None and len(one.rewinds)]
        if rewound:
            yield self._goes_back(rewound[0])
            return
        if train is not None and train.curve is not train:
            yield from self._taking_turns(train)
        restarts = [notice for notice in run.notices if notice.kind == RESTART]
        if restarts and run.series:
            again = {"restarts": Quantity(len(restarts))}
            yield self._noted(run.series[0], restarts[0].message, "restarted", "resumed-from-checkpoint", again)
        parts = [notice for notice in run.notices if notice.kind == PART and notice.line_start is not None]
        if parts and run.series:
            first, last = parts[0].line_start or 1, parts[0].line_end or 1
            where = f"{parts[0].path}, lines {first:,} to {last:,}: {parts[0].message}"
            yield self._noted(
                run.series[0],
                where,
                "one of several runs",
                "one-log-for-several-runs",
                {"first line": Quantity(first), "last line": Quantity(last)},
            )

    def _taking_turns(self, series: Series) -> Iterator[Finding]:
        """Report the longest stretch in which most steps have several values that differ."""
        steps, counts = np.unique(series.steps, return_counts=True)
        begins = np.append(0, np.cumsum(counts)[:-1])
        low, high = np.fmin.reduceat(series.values, begins), np.fmax.reduceat(series.values, begins)
        doubled = np.flatnonzero(low < high)
        several = max(np.split(doubled, np.flatnonzero(np.diff(doubled) > FEWEST) + 1), key=len)
        lasts = int(np.ptp(several)) + 1 if len(several) else 0
        if lasts < FEWEST or len(several) < self.min_doubled * lasts:
            return
        (first, last), most = steps[several[[0, -1]]].tolist(), counts[several].max()
        is_part = first > steps[0] and last < steps[-1]
        yield self.finding(
            f"{series.name} has up to {most} values a step over {stretch(series, first, last)}; the last counts",
            Span(series.name, first, last, "logged in turn"),
            confidence=Confidence.MEDIUM,
            causes=ranked(because("two-writers"), because("resumed-from-checkpoint", likely_if(is_part))),
            to_tell_apart=["the micro-batch or the rank of each value: several of one update are no fault"],
            evidence={"values": Quantity(len(series)), "steps": Quantity(len(series.curve))},
        )

    def _noted(self, series: Series, message: str, note: str, cause: str, evidence: Mapping[str, Quantity]) -> Finding:
        """Report what a log says of itself, beside a series of which nothing is logged twice."""
        return self.finding(
            message,
            Span(series.name, series.first_step, series.last_step, note),
            confidence=Confidence.HIGH,
            causes=(because(cause, Strength.LIKELY),),
            evidence=evidence,
        )

    def _goes_back(self, series: Series) -> Finding:
        """Report steps that go back: of a run that was resumed or begun anew, or of two writers."""
        at = int(series.rewinds[0])
        before, after = int(series.steps[:at].max()), int(series.steps[at])
        twice = len(series) - len(series.curve)
        anew = after <= max(self.from_zero * before, series.first_step)
        first, ran, begun = float(series.values[0]), series.values[:at], series.values[at:]
        other_run = anew and first > ran[-1] and starts_over([first], ran, begun)
        another = [f"{series.name} is back near where it began"] if other_run else []
        return self.finding(
            f"{series.name} goes back from {place(series, before)} to {after:,}"
            + (f" and {counted(len(series.rewinds) - 1, 'more time')}" if len(series.rewinds) > 1 else "")
            + f"; {counted(twice, 'value')} {'is' if twice == 1 else 'are'} logged again",
            Span(series.name, after, before, "logged twice"),
            confidence=Confidence.HIGH,
            causes=ranked(
                because("resumed-from-checkpoint", likely_if(not anew)),
                because("two-writers", likely_if(len(series.rewinds) > MOST_RESTARTS)),
                *[because("one-log-for-several-runs", Strength.LIKELY, pro=[said]) for said in another],
                *([because("one-log-for-several-runs")] if after <= series.first_step and not another else []),
            ),
            evidence={
                "rewinds": Quantity(len(series.rewinds)),
                "values logged again": Quantity(twice, "values"),
            },
        )
