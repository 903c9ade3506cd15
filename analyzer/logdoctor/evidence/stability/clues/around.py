"""Clues to the causes of a loss that breaks: each says what was seen, and for or against which cause it speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from logdoctor.evidence.siblings import from_siblings
from logdoctor.evidence.stability.clues.curve import clues_of_curve
from logdoctor.evidence.stability.clues.gradients import clues_of_gradients
from logdoctor.evidence.stability.clues.rate import clues_of_rate
from logdoctor.evidence.stability.clues.start import clues_of_start
from logdoctor.evidence.stability.event import Event, Kind
from logdoctor.evidence.stability.onset import RUN_UP
from logdoctor.evidence.weighing import DECISIVE, FAIR, STRONG, WEAK, Clue
from logdoctor.run import Run, Split
from logdoctor.run.naming import words
from logdoctor.run.text_event import GRADIENT_OVERFLOW
from logdoctor.wording import counted, number, place

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
    yield from clues_of_rate(event)
    for clue in (*clues_of_curve(event), *clues_of_gradients(event)):
        yield clue
        if event.rate.jump is not None and clue.cause == "learning-rate-too-high" and clue.weight > 0:
            yield replace(clue, cause="learning-rate-jump")  # what too high a rate does, one does that became so
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


def _from_others(event: Event) -> Iterator[Clue]:
    """Which other series broke first, and what the trainer said."""
    for step, name in event.broke_before[:1]:
        first = f"{name} was the first to break, at {place(event.series, step)}"
        yield Clue("log-of-zero", FAIR, first)
        yield Clue("unstable-operation", FAIR, first)
    if event.series.split is Split.VALIDATION and not event.training_is_masked and event.kind is Kind.NON_FINITE:
        yield from _from_held_out_alone(event)
    if event.scale_fell is not None:
        before, after = map(number, event.scale_fell)
        yield Clue("half-precision-overflow", STRONG, f"the loss scale fell from {before} to {after} before")
    overflows = [one for one in event.run.events if one.kind == GRADIENT_OVERFLOW]
    if overflows:
        yield Clue(
            "half-precision-overflow", STRONG, f"the log tells of {counted(len(overflows), 'gradient overflow')}"
        )


def _from_held_out_alone(event: Event) -> Iterator[Clue]:
    """Whether the data that break the loss had been sound before: then the model's answers to them have changed."""
    only, sound = "only the loss on held-out data breaks", len(event.before)
    yield Clue("log-of-zero", FAIR, only)
    yield Clue("validation-set-differs", DECISIVE, f"{only}: their range or preprocessing may differ")
    yield Clue("learning-rate-too-high", -STRONG, "the training loss is finite there")
    if sound > RUN_UP:
        before = f"the held-out data gave {counted(sound, 'finite value')} before"
        yield Clue("bad-batch", -STRONG, before)
        yield Clue("validation-set-differs", -STRONG - FAIR, before)
    else:
        yield Clue("bad-batch", FAIR, only)


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
