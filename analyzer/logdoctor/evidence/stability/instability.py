"""Why a loss breaks: its causes, ranked by the clues around the event, their fixes, and what to log to know better."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from logdoctor.evidence.siblings import with_tested_fixes
from logdoctor.evidence.stability.clues.around import SAFE_EPSILON, clues_around, is_of_alignment
from logdoctor.evidence.stability.event import Event, Kind
from logdoctor.evidence.stability.onset import LOOK_BACK
from logdoctor.evidence.weighing import STRONG, Clue, causes_of_clues
from logdoctor.finding import Cause, Fix
from logdoctor.run import Axis, Split
from logdoctor.signals import Hyperparameters
from logdoctor.signals.statistics.median import quantile
from logdoctor.wording import number, place, stretch

USUAL = {
    "learning-rate-too-high": 1.0,
    "no-gradient-clipping": 0.5,
    "bad-batch": 0.5,
    "log-of-zero": 0.5,
    "data-not-normalised": 0.0,
    "unstable-operation": -0.5,
    "missing-warmup": 0.0,
    "stale-second-moment": -0.5,
    "half-precision-overflow": -0.5,
    "data-changed": -0.5,
    "bad-initialization": -0.5,
    "epsilon-too-small": -1.0,
    "learning-rate-jump": -1.5,
    "resumed-without-state": -1.5,
    "validation-set-differs": -2.0,
    "wrong-loss-or-output": -1.5,
    "gradients-not-zeroed": -1.5,
}
"""How usual each cause is where a log shows nothing of it: practitioners' order, in the unit of a clue's weight;
of equals the first comes first."""

QUICK_DECAY = 0.95
"""Beta2 of large language models since GPT-3, whose second moment keeps up with gradients that grow."""


@dataclass(frozen=True)
class Explanation:
    """What a finding says of its causes."""

    causes: tuple[Cause, ...]
    """Best supported first."""
    to_tell_apart: tuple[str, ...]
    """What to log next time, where the log leaves the first causes close together."""


def explain(event: Event, among: Sequence[str], more: Iterable[Clue] = ()) -> Explanation:
    """Rank the causes of a break that a rule may name; a rule may add clues of its own."""
    usual = {name: weight for name, weight in USUAL.items() if name in among}
    causes = causes_of_clues(usual, (*clues_around(event), *more))
    clear = len(causes) < 2 or causes[0].balance - causes[1].balance >= STRONG
    fixable = tuple(with_tested_fixes(one, event.siblings, tuple(_fixes(one.id, event))) for one in causes)
    return Explanation(fixable, () if clear else tuple(_missing(event)))


def _fixes(cause: str, event: Event) -> Iterator[Fix]:
    """Yield the fix of a cause with numbers computed from this run, where it has them."""
    jump = event.rate.jump
    if cause == "learning-rate-jump" and jump is not None:
        kept = "" if jump.from_nothing else f"keep the rate at {number(jump.before)}, or "
        yield Fix(f"{kept}ramp it up over some hundred steps", basis="this run's rate")
    if cause == "resumed-without-state" and jump is not None:
        text = f"restore the scheduler when resuming, so that the rate goes on at {number(jump.before)}"
        yield Fix(text, basis="this run's rate")
    norm = event.norm.logged
    if cause == "no-gradient-clipping" and norm is not None and not (event.norm.clipped or event.had_exploded):
        sound = norm.values[: -1 - event.norm.rise]
        sound = sound[np.isfinite(sound)]
        if len(sound) >= LOOK_BACK:
            at = number(quantile(sound, 0.9))
            yield Fix(f"clip the gradient norm at {at}, its 90th percentile before", basis="this run's gradient norm")
    if cause == "bad-batch" and event.kind is Kind.NON_FINITE and is_of_alignment(event.run):
        text = "drop examples whose label, with a blank between equal letters, is longer than the network's output"
        yield Fix(f"{text}, or set zero_infinity", basis="general, for CTC")
    if cause == "bad-batch" and event.series.axis is Axis.STEP and event.series.split is not Split.VALIDATION:
        yield Fix(f"check the inputs and labels of {_batches(event)}", basis="this run's event")
    yield from _of_optimizer(cause, event.settings)
    if cause == "missing-warmup" and event.series.axis is Axis.STEP:
        last = event.series.last_step
        if last >= 10 * LOOK_BACK:
            yield Fix(
                f"warm up over the first {number(round(0.02 * last))} to {number(round(0.05 * last))} steps",
                basis="this run's length",
            )


def _of_optimizer(cause: str, settings: Hyperparameters) -> Iterator[Fix]:
    """Yield the change of an optimizer's setting that this run names."""
    beta2, epsilon = settings.beta2, settings.epsilon
    if cause == "stale-second-moment" and beta2 is not None and beta2 > QUICK_DECAY:
        yield Fix(f"lower beta2 from {beta2:g} to {QUICK_DECAY:g}", basis="general, from this run's beta2")
    if cause == "epsilon-too-small" and epsilon is not None and epsilon < SAFE_EPSILON:
        said = f"raise epsilon from {number(epsilon)} to {number(SAFE_EPSILON)}, and on to 1e-3 if that fails"
        yield Fix(said, basis="general, from this run's epsilon")


def _batches(event: Event) -> str:
    """Name the batches among which the bad one is: all since the value before, where not each step is logged.

    Before the first value, that is as many as lie between the next ones.
    """
    steps, struck = event.series.steps, event.struck_at
    step, apart = int(steps[struck]), np.diff(steps[max(struck - 1, 0) :][:2])
    since = step - int(apart[0]) + 1 if len(apart) else step
    if since >= step:
        return f"the batch of {place(event.series, step)}"
    return f"the batches of {stretch(event.series, max(since, 1), step)}"


def _missing(event: Event) -> Iterator[str]:
    """Say which quantity that the log lacks would separate the first causes, and how."""
    if event.series.split is Split.VALIDATION and event.kind is Kind.NON_FINITE and not event.training_is_masked:
        yield "the loss of each example that is held out, and the model's output for those that break it"
        return
    if event.series.axis is Axis.EPOCH:
        yield "the loss of every step: a rise over many steps speaks for the rate, one step out of nothing for the data"
    if event.norm.logged is None:
        yield "the gradient norm of every step: too high a rate lifts it before the loss, one bad batch does not"
    if event.rate.logged is None:
        yield "the learning rate: a jump or the end of a warm-up just before would be the cause"
    if event.kind is Kind.NON_FINITE and event.at_once:
        yield "each term of the loss, and the largest input of a batch: which of them breaks first names the cause"
    if not event.settings:
        yield "the settings (optimizer, precision, clipping): several causes depend on them"
