"""A loss that is NaN or infinite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from logdoctor import (
    Axis,
    Confidence,
    Finding,
    GradNorm,
    LearningRate,
    Quantity,
    Rule,
    Severity,
    Span,
    TrainLoss,
    example_run,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, given, line, rise
from logdoctor.evidence import Surroundings, explain
from logdoctor.lines import failure, line_of
from logdoctor.run import Series
from logdoctor.run.text_event import NON_FINITE_STOP, TextEvent
from logdoctor.signals import Console, NonFinite, NonFiniteLosses
from logdoctor.wording import counted, place

NAN = float("nan")

_STOPPED = re.compile(
    r"became infinite or NaN|(?:terminating|stopping) training|Loss exploded|NanLoss|diverged with|"
    r"Unexpected result nan|Loss is (?:NaN|Inf)|NaN detected in (?:train|eval) loss"
)
"""What detectron2, torchvision, Tacotron, TF Estimator, AllenNLP, Flux and Pythae say before they stop, unlogged."""

_STEP = re.compile(r"(?:iteration|step)[ =]*([0-9]{1,15})")
NOTHING_LOGGED = Series.of("loss", (), (), axis=Axis.INDEX)
"""The training loss of a run that stops before it logs one: nobody knows in which step, unless the line says so."""
DETECTRON = "FloatingPointError: Loss became infinite or NaN at iteration=120!"


@dataclass(frozen=True)
class NanLoss(Rule):
    """A loss became NaN or infinite: the weights are lost from there on unless the step was skipped.

    Every NaN in a log is real, so this needs no statistics, only care about what is not a NaN loss: cells that stand
    for "not recorded" (the sources leave those out with a notice); a validation loss that may never have been computed
    is only a warning.
    """

    id = "nan-loss"
    title = "A loss is NaN or infinite"
    severity = Severity.ERROR
    causes = (
        "learning-rate-too-high",
        "no-gradient-clipping",
        "log-of-zero",
        "bad-batch",
        "half-precision-overflow",
        "unstable-operation",
        "data-not-normalised",
        "learning-rate-jump",
        "resumed-without-state",
        "missing-warmup",
        "epsilon-too-small",
        "bad-initialization",
        "validation-set-differs",
        "wrong-loss-or-output",
        "gradients-not-zeroed",
    )
    references = ("https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection",)
    limits = (
        "Sees what is logged: a NaN between two records, or one that the trainer replaced, goes unnoticed. Only "
        "anomaly detection in the program shows which operation produced it."
    )
    explains = (
        "constant-metric",
        "crashed",
        "interrupted-run",
        "divergence",
        "no-learning",
        "oscillation",
        "loss-spike",
        "plateau",
        "slow-convergence",
        "still-improving",
        "non-finite-gradients",
        "excessive-clipping",
        "noisy-validation",
    )

    recovered: float = threshold(
        0.5,
        "share of finite values after the first NaN from which the run is taken to have skipped the bad steps: a run "
        "whose weights are NaN never logs a finite loss again",
    )

    examples = (
        fires("NaN from epoch 68 on", train_loss=decay(2.3, 0.7, 68).followed_by(flat(NAN, 30))),
        fires("grows until it is infinite", train_loss=given(2.0 ** np.arange(40)).followed_by(given([np.inf] * 5))),
        fires(
            "NaN without warning in half precision",
            settings={"precision": "16-mixed"},
            train_loss=decay(2.3, 0.5).with_value(80, *[NAN] * 40),
        ),
        fires("falls below zero until it is infinite", train_loss=given([*-(2.0 ** np.arange(40)), -np.inf, NAN, NAN])),
        fires(
            "gradients that are never cleared, and add up until it is NaN",
            axis=Axis.STEP,
            first_step=1,
            train_loss=decay(2.3, 0.5, 60).then(rise(900.0, 20)).noisy(0.02).with_value(78, NAN, NAN),
            grad_norm=line(0.4, 32.0, 80).noisy(0.05),
        ),
        fires("three skipped steps", train_loss=decay(2.3, 0.2).with_value(60, NAN, NAN, NAN)),
        fires(
            "NaN at once, a lower rate converged",
            settings={"lr": 1.0},
            siblings=(example_run({"lr": 0.1}, train_loss=decay(2.3, 0.1)),),
            train_loss=given([2.3]).followed_by(flat(NAN, 50)),
        ),
        fires(
            "only validation is NaN at the end",
            train_loss=decay(2.3, 0.5),
            val_loss=decay(2.3, 0.6).with_value(119, NAN),
        ),
        fires(
            "the rate is back at its peak after a restart, then the loss grows and turns NaN",
            train_loss=decay(2.3, 0.2, 82).followed_by(given([3.0, 40.0, 900.0, 8e4])).followed_by(flat(NAN, 34)),
            lr=cosine(0.1, 80, floor=0.01).followed_by(flat(0.1, 40)),
        ),
        fires(
            "the first update divides by an epsilon of zero",
            settings={"optimizer": "Adam", "lr": 1e-3, "eps": 0.0},
            train_loss=given([2.33]).followed_by(flat(NAN, 50)),
        ),
        fires("raw data, or weights far too large", train_loss=given([826.0, 4390.0, 6e6, 1e15, 8e23, np.inf, NAN])),
        fires(
            "the trainer stops before it logs the value",
            train_loss=decay(2.3, 1.2),
            events=(TextEvent(NON_FINITE_STOP, DETECTRON, "log.txt", 812, 119),),
        ),
        fires(
            "the trainer stops in its first step, and logs nothing",
            events=(TextEvent(NON_FINITE_STOP, DETECTRON.replace("120", "0"), "log.txt", 40, None),),
        ),
        fires(
            "the trainer stops within its first epoch, which alone it would log",
            events=(TextEvent(NON_FINITE_STOP, "ArithmeticError: NaN detected in train loss", "out.log", 52, None),),
        ),
        silent("all finite", train_loss=decay(2.3, 0.2).noisy(0.02)),
        silent(
            "training goes on behind what was said",
            train_loss=decay(2.3, 1.2),
            events=(TextEvent(NON_FINITE_STOP, DETECTRON, "log.txt", 812, 60),),
        ),
        fires(
            "validation alone is NaN from the first evaluation on",
            train_loss=decay(2.3, 0.2),
            val_loss=flat(NAN),
            val_accuracy=flat(0.1),
        ),
        fires("validation is NaN throughout, or was never computed", train_loss=decay(2.3, 0.2), val_loss=flat(NAN)),
        silent("a metric is NaN, the loss is not", train_loss=line(2.0, 1.0), train_f1=flat(NAN)),
        silent(
            "the mean of no losses, until an agent has filled its memory",
            episode_reward=flat(10.0, 17).followed_by(decay(10.0, 180.0, 60)).noisy(1.0),
            policy_loss=flat(NAN, 17).followed_by(decay(0.9, 0.02, 60)),
        ),
    )

    def check(self, losses: NonFiniteLosses, around: Surroundings, console: Console | None) -> Iterator[Finding]:
        """Report the loss that turned first; the others are its consequences."""
        if not losses.found and console is not None:
            yield from self._from_console(console, around)
        for bad in islice(losses.found, 1):
            series, skipped = bad.series, bad.recovered / (len(bad.mask) - bad.first) >= self.recovered
            last = int(series.steps[np.flatnonzero(bad.mask)[-1]])
            uncertain = losses.may_not_be_computed(bad)
            closest = _closest(losses, bad, around)
            event = around.non_finite(closest.series, closest.first, closest.recovered)
            why = explain(event, self.causes)
            never = "; perhaps it was never computed" if uncertain else ""
            yield self.finding(
                self._happened(bad, skipped=skipped) + never + event.cue,
                Span(series.name, bad.first_step, last, bad.word),
                *(Span(o.series.name, o.first_step, o.series.last_step, o.word) for o in losses.found[1:]),
                confidence=Confidence.MEDIUM if uncertain else Confidence.HIGH,
                severity=Severity.WARNING if skipped or uncertain else Severity.ERROR,
                causes=why.causes,
                to_tell_apart=why.to_tell_apart,
                evidence={
                    "non-finite values": Quantity(bad.count, "values"),
                    "sound values before": Quantity(bad.first, "values"),
                    "finite values after": Quantity(bad.recovered, "values"),
                    **({"last finite value": Quantity(float(bad.before[-1]))} if bad.first else {}),
                    **({"what came before": Quantity(event.order)} if event.order else {}),
                },
            )

    def _from_console(self, console: Console, around: Surroundings) -> Iterator[Finding]:
        """Report the line with which a trainer stops at a value that it does not log."""
        line, loss = line_of(console, NON_FINITE_STOP), around.run.find(TrainLoss) or NOTHING_LOGGED
        if line is None or not line.ends_the_run or not _STOPPED.search(line.event.text):
            return
        told = _STEP.search(line.event.text)
        at = max(loss.last_step + 1 if len(loss) else 0, int(told[1]) if told else 0)
        steps, values = np.append(loss.steps, at), np.append(loss.values, NAN)
        axis = Axis.STEP if told else loss.axis
        event = around.non_finite(replace(loss, steps=steps, values=values, wall_times=None, axis=axis), len(loss), 0)
        why = explain(event, self.causes).causes
        yield failure(self, line, "the trainer stopped at a loss that is not a number", why)

    @staticmethod
    def _happened(bad: NonFinite, *, skipped: bool) -> str:
        if bad.mask.all():
            all_of_them = "the only value" if bad.count == 1 else f"all {bad.count:,} values"
            return f"{bad.series.name} is {bad.word} in {all_of_them} that {'was' if bad.count == 1 else 'were'} logged"
        turns = f"{bad.series.name} turns {bad.word} at {place(bad.series, bad.first_step)}"
        before = turns + (f", after {counted(bad.first, 'finite value')}" if bad.first else ", the first value logged")
        if skipped:
            return f"{before}; it is finite again in {counted(bad.recovered, 'later value')}"
        return before + ("" if bad.recovered else ", and never recovers")


def _closest(losses: NonFiniteLosses, bad: NonFinite, around: Surroundings) -> NonFinite:
    """Return the same loss as it was logged most often: what an epoch hides, its steps show.

    Unless the rate or the gradient norm stands beside the other: those tell more.
    """
    beside = {one.axis for role in (LearningRate, GradNorm) for one in around.run.all(role)}
    same = [one for one in losses.found if one.series.role is bad.series.role]
    return bad if bad.series.axis in beside else max(same, key=lambda one: len(one.series))
