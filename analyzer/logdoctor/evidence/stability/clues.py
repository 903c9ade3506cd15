"""Clues to the causes of a loss that breaks: each says what was seen, and for or against which cause it speaks."""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf

from logdoctor.evidence.siblings import from_siblings
from logdoctor.evidence.stability.clues_of_start import clues_of_start
from logdoctor.evidence.stability.event import EXPLODES, LEARNT, Event, Kind
from logdoctor.evidence.stability.onset import LOOK_BACK, RUN_UP
from logdoctor.evidence.stability.reinitialised_weights import retraces_first_descent
from logdoctor.evidence.usual_rates import MODEST, above_usual, rate_height
from logdoctor.evidence.weighing import DECISIVE, FAIR, STRONG, WEAK, Clue
from logdoctor.run import Run, Split
from logdoctor.run.naming import words
from logdoctor.run.text_event import GRADIENT_OVERFLOW
from logdoctor.signals import given_rate
from logdoctor.wording import counted, number, place

FAR_ABOVE_USUAL = 10.0
"""Multiple of a rate that seldom trains from which it hardly ever does."""

ABSURD = 100.0
"""A rate that no optimizer is used at: SGD with clipped gradients stands 20 to 30 (PyTorch's word model)."""

LOW = 0.05
"""Share of its start from which down a loss is small: some probabilities are within rounding of 0 and 1
(a binary cross-entropy that fell from 0.69 to 0.03)."""

HIGH = 0.3
"""Share of its start above which a loss is still high: a model that is often wrong may be so with certainty."""

SAFE_EPSILON = 1e-8
"""The frameworks' epsilon of Adam."""

SLOW_DECAY = 0.999
"""Adam's usual beta2: its second moment remembers a thousand steps."""

CTC = "ctc"
"""Word of names and settings that tell of connectionist temporal classification (Graves et al. 2006)."""

RECURRENT = frozenset("rnn lstm gru recurrent".split())
"""Words of settings and names that tell of a recurrent network."""


def clues_around(event: Event) -> Iterator[Clue]:
    """Yield what a run and its siblings say about the causes of one break."""
    yield from clues_of_start(event)
    yield from _from_shape(event)
    yield from _from_aftermath(event)
    yield from _from_resume(event)
    yield from _from_rate(event)
    yield from _from_clipping(event)
    yield from _from_norm(event)
    yield from _from_others(event)
    yield from _from_alignment(event)
    yield from _from_settings(event)
    yield from from_siblings(event.siblings)


def is_of_alignment(run: Run) -> bool:
    """Tell a run that aligns outputs with shorter labels, as in speech and handwriting, by names or settings."""
    told = [*(one.name for one in run.series), *map(str, run.hyperparameters.values())]
    return any(CTC in words(text) for text in told)


def _from_alignment(event: Event) -> Iterator[Clue]:
    """The loss that such runs have is infinite for labels that do not fit."""
    if event.kind is Kind.NON_FINITE and is_of_alignment(event.run):
        yield Clue("bad-batch", FAIR, "CTC is infinite for a label that is longer than the output of the network")


def _from_shape(event: Event) -> Iterator[Clue]:
    """How a loss leaves its level: slowly, or at once."""
    if event.run_up >= RUN_UP and event.learnt:
        yield from _from_slow_rise(event)
    elif event.at_once:
        yield from _from_break_at_once(event)


def _from_slow_rise(event: Event) -> Iterator[Clue]:
    """A loss that had learnt something rises over several values before it breaks."""
    rose = f"the loss rises over {counted(event.run_up, 'value')} before {place(event.series, event.step)}"
    rose += f", from {number(event.level)} to {number(event.highest)}" if event.level is not None else ""
    yield Clue("learning-rate-too-high", FAIR, rose)
    yield Clue("no-gradient-clipping", FAIR, rose)
    if event.highest >= EXPLODES * max(abs(event.first or 0.0), abs(event.level or 0.0)):
        yield Clue("learning-rate-too-high", FAIR, "it grows ever faster, as where every update overshoots")
    yield Clue("bad-batch", -STRONG, "one bad batch gives a jump, not a rise")
    yield Clue("log-of-zero", -STRONG, "a logarithm of zero comes without a rise")
    yield Clue("half-precision-overflow", -WEAK, "the loss itself grew before")
    yield Clue("data-changed", -FAIR, "the loss rises gradually, not in a step")
    if event.kind is not Kind.NON_FINITE and event.settings.is_adaptive:
        yield Clue("stale-second-moment", WEAK, rose)


def _from_break_at_once(event: Event) -> Iterator[Clue]:
    """A loss breaks out of a quiet curve."""
    where = place(event.series, event.step if event.jumped_to is None else event.onset_step)
    quiet = f"{where} stands out from a quiet curve around {number(event.level)}"
    calm = f"the {counted(min(len(event.before), LOOK_BACK), 'value')} before {where} show no rise"
    calm += ", but within an epoch it would not show" if event.averages else ""
    sure = WEAK if event.averages else FAIR
    yield Clue("bad-batch", sure, quiet)
    yield Clue("no-gradient-clipping", -sure, calm)
    yield Clue("learning-rate-too-high", -sure, calm)
    if event.kind is Kind.NON_FINITE:
        yield Clue("log-of-zero", sure, quiet)
        yield Clue("unstable-operation", sure, quiet)
        yield Clue("half-precision-overflow", WEAK, quiet)
        yield from _from_level(event)
    if event.kind is Kind.RISE and event.learnt:
        yield from _from_step_up(event, where)
        yield from _from_held_out(event)


def _from_step_up(event: Event, where: str) -> Iterator[Clue]:
    """A level that rises from one value to the next: whether it explodes, and how soon that is over."""
    back = event.falls_back if event.exploded and not event.averages else None
    if back is not None and back <= RUN_UP:
        yield Clue("bad-batch", FAIR, f"nearly all of the rise is gone after {counted(back, 'point')}")
        yield Clue("data-changed", -FAIR)
        return
    yield Clue("bad-batch", -STRONG, "the loss does not come back" if back is None else "the loss comes back slowly")
    if back is not None:
        down = f"the loss steps up to {number(event.highest)} at {where} and is learnt down again over {back} points"
        yield Clue("data-changed", STRONG, down)
    elif event.exploded:
        yield Clue("data-changed", -FAIR)
    else:
        yield Clue("data-changed", FAIR if event.averages else STRONG, f"the loss steps up at {where}")


def _from_held_out(event: Event) -> Iterator[Clue]:
    """Whether validation rises with training: other data change the one loss, a broken model both."""
    if event.held_out_beside is None or event.first is None:
        return
    before, after = event.held_out_beside
    if after >= (1 + LEARNT) * before > 0:
        both = f"validation rises with it, from {number(before)} to {number(after)}: the model itself broke"
        yield Clue("data-changed", -STRONG, both)
        yield Clue("learning-rate-too-high", FAIR, both)
    elif after <= (1 - LEARNT) * event.first:
        stays = f"validation does not rise with it: {number(before)} before, {number(after)} after"
        yield Clue("data-changed", DECISIVE if event.exploded else FAIR, stays)
        if event.exploded:
            yield Clue("learning-rate-too-high", -STRONG, stays)
            yield Clue("no-gradient-clipping", -STRONG, stays)


def _from_level(event: Event) -> Iterator[Clue]:
    """Where the loss was when it turned NaN: a bare logarithm fails once the model is certain."""
    if event.level is None or event.first is None:
        return
    if event.jumped_to is not None:
        jumped = f"the loss was {number(event.jumped_to)} before it stopped being finite"
        yield Clue("log-of-zero", -FAIR, f"{jumped}: a logarithm of zero strikes at once")
    elif isinf(event.series.values[event.index]):
        yield Clue("log-of-zero", FAIR, "the first value is infinite, which is what the logarithm of zero gives")
    certain = event.overconfident
    if abs(event.level) <= LOW * abs(event.first):
        fell = f"the loss had fallen to {number(event.level)} from {number(event.first)}"
        if event.uneven or event.averages:
            yield Clue("log-of-zero", FAIR, f"{fell}: some probabilities are within rounding of 0 or 1")
        else:
            yield Clue("bad-batch", WEAK, f"{fell}, alike in all batches: none is wrong with certainty")
    elif certain is not None:
        risen = f"validation had risen to {number(certain[1])} from {number(certain[0])}"
        yield Clue("log-of-zero", FAIR, f"{risen}: the model is certain where it is wrong, which gives log(0)")
    elif abs(event.level) <= HIGH * abs(event.first):
        yield Clue("bad-batch", WEAK, f"training had gone well, to {number(event.level)} from {number(event.first)}")
        yield Clue("log-of-zero", -WEAK, f"the loss was still at {number(event.level)}: few probabilities are near 0")
    if event.classifies:
        yield Clue("log-of-zero", WEAK, f"{event.classifies} is logged: the loss is over probabilities")


def _from_aftermath(event: Event) -> Iterator[Clue]:
    """Whether the loss came back, and how soon."""
    if event.back_after is None:
        return
    if event.kind is Kind.NON_FINITE:
        are = "is" if event.back_after == 1 else "are"
        after = f"{counted(event.back_after, 'later value')} {are} finite: the weights survived"
        yield Clue("bad-batch", FAIR, after)
        yield Clue("half-precision-overflow", WEAK)
        yield Clue("learning-rate-too-high", -STRONG, after)
        yield Clue("no-gradient-clipping", -FAIR, after)
    elif event.back_after <= RUN_UP:
        back = "it is back" if event.back_to_level else "most of the jump is gone"
        yield Clue("bad-batch", WEAK, f"{back} after {counted(event.back_after, 'logged value')}")


def _from_resume(event: Event) -> Iterator[Clue]:
    """A curve that is drawn a second time."""
    if event.kind is not Kind.NON_FINITE and event.learnt and retraces_first_descent(event.series.values, event.onset):
        said = f"it is back where the run began, at {number(event.series.values[0])}, and comes down as it did then"
        yield Clue("resumed-without-state", DECISIVE, said)


def _from_rate(event: Event) -> Iterator[Clue]:
    """What the rate did just before, and how it compares with what others use."""
    jump = event.rate.jump
    if event.rate.logged is None and event.learnt:
        yield Clue("learning-rate-jump", FAIR + WEAK)  # it would not show
    if jump is not None:
        said = f"the rate goes from {number(jump.before)} to {number(jump.after)} at {place(event.series, jump.step)}"
        yield Clue("learning-rate-jump", DECISIVE + FAIR, said)
        yield Clue("learning-rate-too-high", FAIR, said)
        if jump.returns:
            back = f"the rate is back near its highest at {place(event.series, jump.step)}, as a fresh schedule begins"
            yield Clue("resumed-without-state", STRONG + FAIR, back)
        for other in ("bad-batch", "data-changed", "log-of-zero", "data-not-normalised"):
            yield Clue(other, -STRONG, said)
    if event.rate.restarted:
        said = f"the run was resumed just before {place(event.series, event.step)}"
        yield Clue("resumed-without-state", DECISIVE if jump is None else DECISIVE + STRONG, said)
    if jump is None and event.rate.schedule is not None:
        yield from _from_schedule(event)
    height, given = rate_height(event.run, event.settings), given_rate(event.run)
    if height is None and given is not None and given >= ABSURD:
        yield Clue("learning-rate-too-high", DECISIVE, f"no optimizer is used at a rate of {number(given)}")
    if height is None:
        return
    if above := above_usual(event.run, event.settings):
        yield Clue("learning-rate-too-high", STRONG if height >= FAR_ABOVE_USUAL else FAIR, above)
    elif height <= MODEST:
        ordinary = f"a rate of {number(given)} is ordinary for {event.settings.optimizer_name}"
        yield Clue("learning-rate-too-high", -WEAK, ordinary)


def _from_schedule(event: Event) -> Iterator[Clue]:
    schedule = event.rate.schedule
    if schedule is None:
        return
    share, rate = schedule.share_at(event.onset_step), number(schedule.at(event.onset_step))
    where = place(event.series, event.onset_step)
    rates = schedule.rates[schedule.series.steps <= event.onset_step]
    if len(rates) > RUN_UP and rates[-1] > rates[len(rates) // 2] and rates[-1] >= rates.max():
        yield Clue("learning-rate-too-high", FAIR, f"the rate was still rising, to {rate} at {where}")
    elif share < 0.5:
        yield Clue("learning-rate-too-high", -FAIR, f"the rate had decayed to {rate} by {where}")


def _from_clipping(event: Event) -> Iterator[Clue]:
    clipped = event.norm.clipped
    if clipped:
        yield Clue("no-gradient-clipping", -DECISIVE, f"gradients are clipped at {number(clipped)}")
    elif clipped == 0:
        yield Clue("no-gradient-clipping", WEAK, "the settings switch clipping off")


def _from_norm(event: Event) -> Iterator[Clue]:
    """What the gradient norm did before the loss, and in that very step."""
    where, usual = place(event.series, event.onset_step), event.norm.usual
    if usual is None:
        return
    if event.norm.rise and event.learnt:
        ahead = counted(event.norm.rise, "logged value")
        rose = f"the gradient norm leaves its usual {number(usual)}, {ahead} before {where}"
        yield Clue("no-gradient-clipping", FAIR, rose)
        yield Clue("learning-rate-too-high", FAIR, rose)
        for other in ("bad-batch", "log-of-zero"):
            yield Clue(other, -STRONG, rose)
        yield Clue("data-changed", -FAIR, rose)
        if event.settings.is_adaptive:
            yield Clue("stale-second-moment", FAIR, rose)
    elif event.norm.jumps:
        there = f"{number(event.norm.at_onset)} there, {number(usual)} before"
        jumped = f"the gradient norm is quiet until {where}: {there}"
        yield Clue("bad-batch", FAIR, jumped)
        yield Clue("learning-rate-too-high", -WEAK, jumped)
        yield Clue(
            "no-gradient-clipping", WEAK, f"one gradient of norm {number(event.norm.at_onset)} went through unclipped"
        )
    if event.kind is Kind.NON_FINITE and event.at_once:
        yield from _from_norm_out_of_quiet(event)


def _from_norm_out_of_quiet(event: Event) -> Iterator[Clue]:
    if event.norm.broke_first is not None:
        first = f"the gradient norm broke at {place(event.series, event.norm.broke_first)}, before the loss"
        yield Clue("unstable-operation", STRONG, f"{first}: the backward pass fails where the forward pass is sound")
        yield Clue("half-precision-overflow", FAIR, first)
        yield Clue("log-of-zero", -WEAK, first)
        yield Clue("bad-batch", -FAIR, first)
    elif event.norm.logged is not None and not event.norm.rise:
        quiet = f"the gradient norm is quiet, at {number(event.norm.usual)}, until the loss itself breaks"
        yield Clue("bad-batch", WEAK, quiet)
        yield Clue("log-of-zero", WEAK, quiet)
        yield Clue("learning-rate-too-high", -FAIR, quiet)
        yield Clue("no-gradient-clipping", -FAIR, quiet)


def _from_others(event: Event) -> Iterator[Clue]:
    """Which other series broke first, and what the trainer said."""
    for step, name in event.broke_before[:1]:
        first = f"{name} was the first to break, at {place(event.series, step)}"
        yield Clue("log-of-zero", FAIR, first)
        yield Clue("unstable-operation", FAIR, first)
    held_out = event.series.split is Split.VALIDATION and not event.training_is_masked
    if held_out and event.kind is Kind.NON_FINITE:
        only = "only the loss on held-out data breaks"
        yield Clue("log-of-zero", FAIR, only)
        yield Clue("bad-batch", FAIR, only)
        yield Clue("validation-set-differs", DECISIVE, f"{only}: their range or preprocessing may differ")
        yield Clue("learning-rate-too-high", -STRONG, "the training loss is finite there")
    if event.scale_fell is not None:
        before, after = map(number, event.scale_fell)
        yield Clue("half-precision-overflow", STRONG, f"the loss scale fell from {before} to {after} before")
    overflows = [one for one in event.run.events if one.kind == GRADIENT_OVERFLOW]
    if overflows:
        yield Clue(
            "half-precision-overflow", STRONG, f"the log tells of {counted(len(overflows), 'gradient overflow')}"
        )


def _from_settings(event: Event) -> Iterator[Clue]:
    """What the settings make more or less likely."""
    if half := event.settings.half_precision:
        yield Clue("half-precision-overflow", DECISIVE - FAIR, f"the settings name {half}")
    yield from _from_optimizer(event)
    yield from _from_recurrence(event)


def _from_optimizer(event: Event) -> Iterator[Clue]:
    """Whether the optimizer divides by a second moment, with which epsilon, and how long it remembers."""
    settings = event.settings
    if settings.epsilon is not None and settings.epsilon < SAFE_EPSILON:
        small = f"an epsilon of {number(settings.epsilon)} lets a parameter without gradient move without bound"
        yield Clue("epsilon-too-small", STRONG + FAIR, small)
    elif settings.epsilon is not None:
        yield Clue("epsilon-too-small", -FAIR)
    if settings.is_adaptive is False:
        yield Clue("stale-second-moment", -DECISIVE)
        yield Clue("epsilon-too-small", -DECISIVE)
    elif settings.is_adaptive and event.learnt:
        slow = settings.beta2 is None or settings.beta2 >= SLOW_DECAY
        told = f"a beta2 of {settings.beta2:g} remembers small gradients for long" if settings.beta2 else ""
        yield Clue("stale-second-moment", WEAK if slow else -STRONG, told if slow else "")
        if settings.beta2 is not None and settings.beta2 > SLOW_DECAY:
            yield Clue("stale-second-moment", FAIR)


def _from_recurrence(event: Event) -> Iterator[Clue]:
    """Whether a setting or a name tells of a recurrent network."""
    told = event.settings.run.hyperparameters.values()
    names = [*map(str, told), event.run.name, *(one.name for one in event.run.series)]
    recurrent = next((word for name in names for word in words(name) if word in RECURRENT), "")
    if recurrent:
        above_all = f"{recurrent} is recurrent: such networks need clipping more than any others"
        yield Clue("no-gradient-clipping", STRONG if event.learnt else FAIR, above_all)
