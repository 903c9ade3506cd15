"""Clues in the gradients: what their norm did before the loss broke, and whether they are clipped."""

from __future__ import annotations

from collections.abc import Iterator

from logdoctor.evidence.stability.event import Event, Kind
from logdoctor.evidence.weighing import DECISIVE, FAIR, STRONG, WEAK, Clue
from logdoctor.wording import counted, number, place


def clues_of_gradients(event: Event) -> Iterator[Clue]:
    """Yield what is known of the gradients."""
    yield from _from_clipping(event)
    yield from _from_norm(event)
    if summed := event.norm.adds_up:
        yield Clue("gradients-not-zeroed", DECISIVE + STRONG, summed)
        yield Clue("learning-rate-too-high", -FAIR, "a sum of gradients is too long a step at any rate")


def _from_clipping(event: Event) -> Iterator[Clue]:
    """Whether the settings say that gradients are clipped."""
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
    """Whether the norm broke before the loss, where nothing rose beforehand."""
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
