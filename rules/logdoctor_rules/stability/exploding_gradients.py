"""A gradient norm that grows by orders of magnitude, and takes the loss with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Finding,
    Quantity,
    Rule,
    Series,
    Severity,
    Span,
    confidence_from,
    example_run,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, geometric, given, line
from logdoctor.evidence import Clue, Event, Kind, Surroundings, explain
from logdoctor.evidence.weighing import FAIR, WEAK
from logdoctor.signals import Burst, GradientHistory, Impact, LossImpact, Schedule
from logdoctor.wording import counted, number, place, stretch

NAN = float("nan")

BREAKS = decay(2.3, 0.5, 80).noisy(0.02).followed_by(given([9.0, 60.0, 400.0])).followed_by(flat(NAN, 37))
LEAPS = flat(0.8, 80).noisy(0.08).followed_by(given([30.0, 200.0, 900.0])).followed_by(flat(NAN, 37))

CLIMB = 3
"""Values that a climb takes at least, less is a jump."""

NEARLY = 0.3
"""Share of the largest norm at which it is over: batches make the norm waver by as much."""


@dataclass(frozen=True)
class ExplodingGradients(Rule):
    """The gradient norm leaves its own history by a factor of ten or more, and the loss is hurt.

    Norms are compared with earlier ones on a logarithmic scale: a norm that drifts up threefold over a run, large norms
    in the first steps that fall, and single heavy-tailed values are ordinary. Growth that does not hurt the loss is a
    note if it lasts to the end, and growth that harder data explain, for it goes with as much of a rise of the loss;
    where the loss rose first, the growth is its consequence.
    """

    id = "exploding-gradients"
    title = "The gradient norm explodes"
    severity = Severity.ERROR
    causes = (
        "learning-rate-too-high",
        "no-gradient-clipping",
        "learning-rate-jump",
        "resumed-without-state",
        "stale-second-moment",
        "epsilon-too-small",
        "half-precision-overflow",
        "unstable-operation",
        "bad-batch",
        "data-changed",
    )
    references = (
        "Pascanu et al. (2013), On the difficulty of training recurrent neural networks, arXiv:1211.5063",
        "https://github.com/facebookresearch/metaseq/blob/main/projects/OPT/chronicles/56_percent_update.md",
    )
    limits = (
        "Needs more than 10 gradient norms on the axis of the training loss. The first ten have no history to leave, "
        "and the norm of all weights does not tell the layer."
    )
    explains = (
        "loss-scale-collapse",
        "masked-nan",
        "nan-loss",
        "non-finite-gradients",
        "divergence",
        "loss-spike",
        "oscillation",
        "no-learning",
        "plateau",
        "slow-convergence",
        "excessive-clipping",
        "noisy-validation",
    )

    factor: float = threshold(
        10.0,
        "factor above the history of the norm; microsoft/post-training-toolkit: tenfold of an early baseline",
    )
    unhurt_factor: float = threshold(
        100.0,
        "the same where the loss is not hurt: two orders of magnitude are worth a note, sound runs drift threefold",
    )
    min_z: float = threshold(
        6.0, "height in units of the noise of the norm's logarithm; six sigma as in OLMo-core's skip rule"
    )
    min_count: float = threshold(
        3.0, "values so far above their history that make a growth; one or two are a heavy tail, or a hard batch"
    )
    examples = (
        fires(
            "grows a thousandfold, and the loss with it to the end",
            settings={"lr": 0.1},
            siblings=(example_run({"lr": 0.01}, train_loss=decay(2.3, 0.3)),),
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.5, 90).noisy(0.02).followed_by(geometric(0.6, 40.0, 30)),
            grad_norm=flat(0.8, 80).noisy(0.08).followed_by(geometric(0.9, 900.0, 40)),
        ),
        fires(
            "explodes, then NaN",
            settings={"lr": 0.1, "max_grad_norm": 0},
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.5, 84).noisy(0.02).followed_by(flat(NAN, 36)),
            grad_norm=flat(0.8, 80).noisy(0.08).followed_by(given([12.0, 60.0, 700.0, 1e5])).followed_by(flat(NAN, 36)),
        ),
        fires(
            "grows before a jump that recovers",
            settings={"max_grad_norm": 1000.0},
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.5).noisy(0.02).with_value(63, 4.0, 6.0, 5.0, 3.0, 2.0),
            grad_norm=flat(0.8).noisy(0.08).with_value(60, 9.0, 20.0, 60.0, 80.0, 90.0, 60.0, 20.0, 9.0),
        ),
        fires(
            "steps up at once with a loss that is learnt down again",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.5, 80).followed_by(decay(60.0, 1.9, 60)).noisy(0.02),
            grad_norm=flat(1.0, 80).followed_by(flat(30.0, 60)).noisy(0.05),
        ),
        fires(
            "three hundred times its usual level to the end, the loss rests",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.5, half_life=0.03).noisy(0.02),
            grad_norm=flat(0.8, 90).followed_by(geometric(0.8, 300.0, 30)).heavy_tailed(0.1),
        ),
        fires(
            "small gradients divided by a stale second moment",
            settings={"optimizer": "adam", "beta2": 0.9999},
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.2).noisy(0.01).with_value(62, 2.0, 4.0, 3.0, 1.5, 0.9),
            grad_norm=flat(0.1).noisy(0.005).with_value(57, 1.3, 1.9, 2.0, 4.0, 9.0, 8.0),
        ),
        fires(
            "parameters without gradient leap, divided by next to nothing",
            settings={"optimizer": "Adam", "eps": 1e-12},
            axis=Axis.STEP,
            train_loss=BREAKS,
            grad_norm=LEAPS,
        ),
        fires(
            "the rate is back at its peak after a restart",
            settings={"optimizer": "SGD"},
            axis=Axis.STEP,
            train_loss=BREAKS,
            grad_norm=LEAPS,
            lr=cosine(0.1, 78, floor=0.01).followed_by(flat(0.1, 42)),
        ),
        silent("steady", train_loss=decay(2.3, 0.3).noisy(0.02), grad_norm=flat(0.8).heavy_tailed(0.4)),
        silent(
            "drifts up threefold over the run, as language models do",
            train_loss=decay(10.8, 3.0, 2000).noisy(0.05),
            grad_norm=geometric(0.3, 0.9, 2000).heavy_tailed(0.2),
        ),
        silent(
            "large at first, then falls",
            train_loss=decay(10.8, 3.0).noisy(0.05),
            grad_norm=decay(60.0, 0.5, half_life=0.02).heavy_tailed(0.2),
        ),
        silent(
            "single heavy-tailed values",
            train_loss=decay(2.3, 0.3, 400).noisy(0.02),
            grad_norm=flat(0.8, 400)
            .heavy_tailed(0.3)
            .with_value(100, 15.0)
            .with_value(250, 30.0)
            .with_value(320, 11.0),
        ),
        silent(
            "gradients that are added up and never cleared grow straight",
            train_loss=flat(0.693).noisy(0.003),
            grad_norm=line(0.8, 210.0),
        ),
        silent(
            "the loss rose first",
            train_loss=decay(2.3, 0.3, 60).noisy(0.02).followed_by(line(0.3, 30.0, 60)),
            grad_norm=flat(0.8, 90).noisy(0.05).followed_by(geometric(1.0, 300.0, 30)),
        ),
        silent(
            "grows as a density becomes narrow, and the loss falls",
            train_loss=line(3.0, -6.0).noisy(0.05),
            grad_norm=flat(0.8, 60).followed_by(geometric(0.8, 400.0, 60)).heavy_tailed(0.1),
        ),
        silent(
            "grows twentyfold to the end, and the loss rests",
            train_loss=decay(2.3, 0.5, half_life=0.03).noisy(0.02),
            grad_norm=flat(0.8, 90).followed_by(geometric(0.8, 16.0, 30)).heavy_tailed(0.1),
        ),
        silent(
            "a norm whose batch noise is as large",
            train_loss=decay(2.3, 0.5, 60).then(line(0.0, 1.0, 60)).noisy(0.02),
            grad_norm=flat(0.8, 60).followed_by(flat(30.0, 60)).heavy_tailed(1.0),
        ),
        silent(
            "grows fourfold, and the loss with it",
            train_loss=decay(2.3, 0.5, 60).then(line(0.0, 1.0, 60)).noisy(0.02),
            grad_norm=flat(0.8, 60).followed_by(geometric(0.8, 3.2, 60)).heavy_tailed(0.1),
        ),
        silent(
            "one large gradient before a jump",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.5).noisy(0.02).with_value(62, 4.0, 6.0, 5.0, 3.0, 2.0),
            grad_norm=flat(0.8).noisy(0.08).with_value(60, 30.0),
        ),
        silent(
            "a range test",
            train_loss=decay(2.3, 0.6, 80).followed_by(geometric(0.6, 90.0, 40)),
            grad_norm=flat(0.8, 78).followed_by(geometric(0.8, 900.0, 42)),
            lr=geometric(1e-6, 10.0),
        ),
    )

    def check(
        self,
        grads: GradientHistory,
        loss: LossImpact,
        schedule: Schedule | None,
        around: Surroundings,
    ) -> Iterator[Finding]:
        """Report the first growth that hurt the loss; else a large one that lasts to the end."""
        series, train = grads.series, loss.train
        if (schedule is not None and schedule.is_range_test) or series.axis is not train.series.axis:
            return
        for burst in grads.bursts(self.factor, self.min_z):
            begin, end = int(series.steps[burst.first]), int(series.steps[burst.last])
            if loss.lost_before(begin) >= 1.0:
                return  # the loss came first: that is the finding
            many = burst.count >= self.min_count
            impact = loss.after(begin, end, lasts=burst.lasts)
            if impact is not None and (many or (impact.is_non_finite and burst.lasts)):
                yield self._finding(burst, impact, grads, loss, around)
                return
            large = many and burst.lasts and burst.factor >= self.unhurt_factor
            if large and loss.is_at_rest(begin):
                yield self._finding(burst, None, grads, loss, around)

    def _finding(
        self, burst: Burst, impact: Impact | None, grads: GradientHistory, loss: LossImpact, around: Surroundings
    ) -> Finding:
        series = grads.series
        begin, end = int(series.steps[burst.first]), int(series.steps[burst.last])
        event = _event(burst, impact, grads, loss, around)
        why = explain(event, self.causes, _clues(burst, grads))
        when = f"from {place(series, begin)} on" if burst.lasts else f"in {stretch(series, begin, end)}"
        finding = self.finding(
            f"{series.name} grows from about {number(burst.usual)} to {number(burst.peak)} {when}; "
            + (_meanwhile(impact, series) if impact else "the loss is not hurt so far")
            + (f"; {event.rate_jump}" if event.rate_jump else ""),
            Span(series.name, begin, end, "exploding"),
            confidence=confidence_from(burst.factor / self.factor, len(series)),
            severity=Severity.NOTE if impact is None else Severity.ERROR if impact.lasts else Severity.WARNING,
            causes=why.causes,
            to_tell_apart=why.to_tell_apart,
            evidence={
                "usual norm before": Quantity(burst.usual),
                "largest norm then": Quantity(burst.peak),
                "values far above": Quantity(burst.count, "values"),
                **({"what came before": Quantity(event.order)} if event.order else {}),
            },
        )
        return finding if impact is None else around.weigh_impact(finding, event, loss.train, impact)


def _event(
    burst: Burst, impact: Impact | None, grads: GradientHistory, loss: LossImpact, around: Surroundings
) -> Event:
    """Return what happened to the loss: the causes of the growth are those of what it did."""
    if impact is not None and impact.is_non_finite:
        broken = next(one for one in loss.losses.found if one.first_step == impact.step)
        return around.non_finite(broken.series, broken.first, 0)
    if impact is not None and impact.lasts:
        return around.rise(loss.train)
    series = loss.train.series
    step = int(grads.series.steps[burst.first]) if impact is None else impact.step
    return around.at(Kind.JUMP, series, min(int(np.searchsorted(series.steps, step)), len(series) - 1))


def _clues(burst: Burst, grads: GradientHistory) -> Iterator[Clue]:
    """Weigh how the norm grows."""
    climb = int(np.argmax(grads.series.values[burst.first : burst.last + 1] >= NEARLY * burst.peak))
    if climb >= CLIMB:
        grown = f"the norm climbs over {counted(climb + 1, 'value')}"
        yield Clue("learning-rate-too-high", FAIR, grown)
        yield Clue("no-gradient-clipping", FAIR, grown)
    else:
        yield Clue("learning-rate-too-high", -WEAK, "the norm is near its largest almost at once")


def _meanwhile(impact: Impact, series: Series) -> str:
    verb = "goes" if impact.lasts else "jumps"
    return f"the loss {verb} from {number(impact.before)} to {number(impact.after)} at {place(series, impact.step)}"
