"""A gradient norm that grows by orders of magnitude, and takes the loss with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Cause,
    Finding,
    Fix,
    Quantity,
    Rule,
    Series,
    Severity,
    Span,
    Strength,
    because,
    confidence_from,
    example_run,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, geometric, given, line
from logdoctor.evidence import rate_too_high
from logdoctor.signals import Burst, GradientHistory, Harm, Hyperparameters, LossHarm, Schedule, Siblings
from logdoctor.wording import counted, number, place

NAN = float("nan")

CLIMB = 3
"""Values that a climb takes at least; less is a jump."""


@dataclass(frozen=True)
class ExplodingGradients(Rule):
    """The gradient norm leaves its own history by a factor of ten or more, and the loss is hurt.

    Norms are compared with what they were before, as logarithms: a norm that drifts up threefold over a run, large
    norms of the first steps that fall, and single heavy-tailed values are ordinary. A growth that does not hurt the
    loss is worth a note where it lasts to the end; where the loss rose first, the growth is its consequence.
    """

    id = "exploding-gradients"
    title = "The gradient norm explodes"
    severity = Severity.ERROR
    causes = ("learning-rate-too-high", "no-gradient-clipping", "unstable-operation", "bad-batch")
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
            "three hundred times its usual level to the end, the loss rests",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.5, half_life=0.03).noisy(0.02),
            grad_norm=flat(0.8, 90).followed_by(geometric(0.8, 300.0, 30)).heavy_tailed(0.1),
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
        loss: LossHarm,
        schedule: Schedule | None,
        settings: Hyperparameters,
        siblings: Siblings,
    ) -> Iterator[Finding]:
        """Report the first growth that hurt the loss; else a large one that lasts to the end."""
        series, train = grads.series, loss.train
        if (schedule is not None and schedule.is_range_test) or series.axis is not train.series.axis:
            return
        for burst in grads.bursts(self.factor, self.min_z):
            begin, end = int(series.steps[burst.first]), int(series.steps[burst.last])
            if loss.lost_before(begin) >= 1.0:
                return  # the loss came first: that is the story
            many = burst.count >= self.min_count
            harm = loss.after(begin, end, lasts=burst.lasts)
            if harm is not None and (many or (harm.is_loss_of_numbers and burst.lasts)):
                yield self._finding(burst, harm, grads, settings, siblings)
                return
            large = many and burst.lasts and burst.factor >= self.unhurt_factor
            if large and loss.is_at_rest(begin):
                yield self._finding(burst, None, grads, settings, siblings)

    def _finding(
        self, burst: Burst, harm: Harm | None, grads: GradientHistory, settings: Hyperparameters, siblings: Siblings
    ) -> Finding:
        series = grads.series
        begin, end = int(series.steps[burst.first]), int(series.steps[burst.last])
        return self.finding(
            f"{series.name} grows from about {number(burst.usual)} to {number(burst.peak)} from "
            f"{place(series, begin)} on; " + (_said(harm, series) if harm else "the loss is not hurt so far"),
            Span(series.name, begin, end, "exploding"),
            confidence=confidence_from(burst.factor / self.factor, len(series)),
            severity=Severity.NOTE if harm is None else Severity.ERROR if harm.lasts else Severity.WARNING,
            causes=self._causes(burst, harm, grads, settings, siblings),
            evidence={
                "usual norm before": Quantity(burst.usual),
                "largest norm": Quantity(burst.peak),
                "values far above": Quantity(burst.count, "values"),
            },
        )

    @staticmethod
    def _causes(
        burst: Burst, harm: Harm | None, grads: GradientHistory, settings: Hyperparameters, siblings: Siblings
    ) -> tuple[Cause, ...]:
        values, clip = grads.series.values, settings.clip_norm
        climb = int(np.argmax(values[burst.first : burst.last + 1]))
        gradual = [f"the norm climbs over {counted(climb + 1, 'value')}"] if climb >= CLIMB else []
        at_once = [] if gradual else ["the norm is at its largest almost at once"]
        brief = harm is not None and not harm.lasts
        p90 = float(np.quantile(values[: burst.first], 0.9))
        text = f"clip the gradient norm at about {number(p90)}, its 90th percentile before the growth"
        unset = ["the settings switch clipping off"] if clip == 0 else []
        unset = unset or (["the settings name no clipping"] if settings and clip is None else [])
        return ranked(
            rate_too_high(
                siblings, Strength.LIKELY if gradual or clip else Strength.POSSIBLE, pro=gradual, contra=at_once
            ),
            because(
                "no-gradient-clipping",
                Strength.UNLIKELY if clip else Strength.LIKELY,
                pro=[*unset, *(["the loss comes back: single updates were too long"] if brief else [])],
                contra=[f"the settings clip at {number(clip)}"] if clip else [],
                fixes=[Fix(text, basis="this run's gradient norm")],
            ),
            because(
                "bad-batch",
                Strength.POSSIBLE if brief else Strength.UNLIKELY,
                pro=["the growth is over soon"] if brief else [],
                contra=["a bad batch raises the loss at its own step, not later"] if harm else [],
            ),
            because(
                "unstable-operation",
                Strength.POSSIBLE if harm and harm.is_loss_of_numbers else Strength.UNLIKELY,
                pro=["a NaN follows"] if harm and harm.is_loss_of_numbers else [],
            ),
        )


def _said(harm: Harm, series: Series) -> str:
    verb = "goes" if harm.lasts else "jumps"
    return f"the loss {verb} from {number(harm.before)} to {number(harm.after)} at {place(series, harm.step)}"
