"""A run that ended before it was meant to."""

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
    TrainLoss,
    ValLoss,
    because,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay
from logdoctor.finding import Place
from logdoctor.run import Series, State, TextEvent
from logdoctor.run.text_event import CRASHES, EARLY_STOP, ENDS, HOST_KILLED, PREEMPTED, TRACEBACK
from logdoctor.signals import Console, Hyperparameters, Plan, plan_of
from logdoctor.wording import axis_word, counted, place, quoted


@dataclass(frozen=True)
class InterruptedRun(Rule):
    """The run ended before its planned steps or epochs, or a line of its text log says that it was stopped.

    It is a warning where the text says that the program failed, otherwise a note. A run that stopped early because
    nothing improved ended as intended, and one that is still being written has not ended yet.
    """

    id = "interrupted-run"
    title = "The run ended before it was meant to"
    severity = Severity.NOTE
    causes = ("preempted", "program-error", "host-memory-exhausted", "unknown")
    limits = (
        "Needs planned steps or epochs, a state kept by the tracker, or a line that says how the run stopped. Curves "
        "do not distinguish a run that was killed from one that was stopped on purpose."
    )
    explains = ("still-improving",)
    varies = {  # noqa: RUF012 - as every rule declares it
        "ten times the steps": "the settings say how many steps were planned, and do not change with the log",
        "steps instead of epochs": "planned epochs say nothing of steps",
    }

    min_missing: float = threshold(
        0.05, "share of the planned steps that must be missing; less is the way from the last record to the end"
    )

    examples = (
        fires("stops at 120 of 200 epochs", settings={"epochs": 200}, train_loss=decay(2.3, 0.2)),
        fires("stops at 120 of 1000 steps", settings={"max_steps": 1000}, axis=Axis.STEP, train_loss=decay(2.3, 0.2)),
        fires("its log says that it did not finish", state=State.INTERRUPTED, train_loss=decay(2.3, 0.2)),
        fires(
            "preempted",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(PREEMPTED, "slurmstepd: CANCELLED AT 2024-01-01 DUE TO PREEMPTION", "out.log", 812, 119),
            ),
        ),
        fires(
            "crashed",
            settings={"epochs": 200},
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(TRACEBACK, "KeyError: 'labels'", "out.log", 812, 119),),
        ),
        fires(
            "killed",
            settings={"epochs": 200},
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(HOST_KILLED, "Killed", "out.log", 812, 119),),
        ),
        fires(
            "too early for the patience",
            settings={"epochs": 200, "patience": 150},
            train_loss=decay(2.3, 0.2),
            val_loss=decay(2.3, 0.4),
        ),
        silent("all epochs", settings={"epochs": 120}, train_loss=decay(2.3, 0.2)),
        silent("ends within the last records", settings={"epochs": 122}, train_loss=decay(2.3, 0.2)),
        silent(
            "stops when nothing improves",
            settings={"epochs": 200, "early_stopping_patience": 5},
            train_loss=decay(2.3, 0.2),
        ),
        silent(
            "says that it stops early",
            settings={"epochs": 200},
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(EARLY_STOP, "Epoch 119: early stopping", "out.log", 812, 119),),
        ),
        silent("still being written", settings={"epochs": 200}, state=State.WRITING, train_loss=decay(2.3, 0.2)),
        silent(
            "its trainer says that it is done",
            settings={"epochs": 200},
            state=State.FINISHED,
            train_loss=decay(2.3, 0.2),
        ),
        silent("counts something else", settings={"epochs": 3}, train_loss=decay(2.3, 0.2)),
    )

    def check(self, run: Run, settings: Hyperparameters, console: Console | None) -> Iterator[Finding]:
        """Compare how far the run came with what was planned, and read what the text log says of its end."""
        if run.state in (State.WRITING, State.FINISHED) or (console and console.of(*ENDS)):
            return
        stop = console.stop() if console else None
        plan = plan_of(run, settings)
        done = plan is not None and plan.missing <= max(self.min_missing * plan.planned, plan.pace)
        planned_more = plan is not None and not _may_stop_early(settings, plan.reached)
        if done or (stop is None and not planned_more and (plan is not None or run.state is not State.INTERRUPTED)):
            return
        yield self.finding(
            _message(run, plan, stop),
            *_spans(run),
            places=[Place(stop.path, stop.line, stop.line)] if stop else [],
            confidence=Confidence.HIGH if stop else Confidence.MEDIUM,
            severity=Severity.WARNING if stop and stop.kind in CRASHES else Severity.NOTE,
            causes=_causes(run, plan, stop),
            evidence={
                **({"missing": Quantity(plan.missing / plan.planned, "share")} if plan else {}),
                "state": Quantity(str(run.state)),
            },
        )


def _may_stop_early(settings: Hyperparameters, reached: float) -> bool:
    """Whether the settings let the run stop when nothing improves, and it ran for long enough to do so."""
    patience = settings.patience
    return patience is not None and reached >= patience


def _message(run: Run, plan: Plan | None, stop: TextEvent | None) -> str:
    last = _last(run)
    if plan is not None:
        said = f"the run stops after {plan.reached:,.0f} of {counted(round(plan.planned), plan.unit)}"
    elif last is not None:
        said = f"the run stops at {place(last, int(last.steps.max()))}, before its end"
    else:
        said = "the run stops before anything is logged"
    return f"{said}: line {stop.line:,} says {quoted(stop.text)}" if stop else said


def _last(run: Run) -> Series | None:
    return next((one for one in (run.find(TrainLoss), *run.series) if one is not None and len(one)), None)


def _spans(run: Run) -> Iterator[Span]:
    last = _last(run)
    if last is not None:
        yield Span(last.name, int(last.steps.max()), int(last.steps.max()), "ends")


def _causes(run: Run, plan: Plan | None, stop: TextEvent | None) -> tuple[Cause, ...]:
    left = f"resume from the last checkpoint: {counted(round(plan.missing), plan.unit)} are left" if plan else ""
    fixes = [Fix(left, basis="the plan of this run")] if left else []
    if stop is not None and stop.kind == HOST_KILLED:
        said = f"{stop.path}:{stop.line} says {quoted(stop.text)}"
        return tuple(because(one, pro=[said], fixes=fixes) for one in ("host-memory-exhausted", "preempted"))
    if stop is not None:
        outside = stop.kind == PREEMPTED
        return (
            because(
                "preempted" if outside else "program-error",
                Strength.LIKELY,
                pro=[f"{stop.path}:{stop.line} says {quoted(stop.text)}"],
                fixes=fixes,
            ),
        )
    silent_log = "no line of a text log says why; keep the console's output beside the curves to know"
    return ranked(
        because("preempted", Strength.POSSIBLE, contra=_looks_stopped(run), fixes=fixes),
        because("unknown", Strength.POSSIBLE, pro=[silent_log]),
    )


def _looks_stopped(run: Run) -> list[str]:
    """Say that the validation loss had not improved for a while, where it had not: somebody may have stopped it."""
    val = run.find(ValLoss)
    if val is None or not len(val.finite):
        return []
    best = int(np.argmin(val.finite.values))
    waited = len(val.finite) - 1 - best
    if waited < len(val.finite) / 5:
        return []
    return [
        f"{val.name} was lowest at {axis_word(val.axis)} {int(val.finite.steps[best]):,}: early stopping looks the same"
    ]
