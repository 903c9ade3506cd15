"""A warning that something which should be trained has no gradient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import (
    Confidence,
    Finding,
    Rule,
    Severity,
    Strength,
    TrainLoss,
    because,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat
from logdoctor.lines import line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import NO_GRADIENT, SHAPE_BROADCAST
from logdoctor.signals import Console, Trend
from logdoctor.wording import number

CHECKPOINT = "UserWarning: None of the inputs have requires_grad=True. Gradients will be None"
KERAS = "Gradients do not exist for variables ['pooler/kernel:0'] when minimizing the loss."


@dataclass(frozen=True)
class NoGradientWarning(Rule):
    """The framework warns that parameters or inputs have no gradient: whatever depends on them is not trained.

    Often that is intended, as with a frozen first layer or a head that the loss does not use; so it is a note unless
    the training loss shows that nothing is learnt.
    """

    id = "no-gradient-warning"
    title = "Something that may be meant to train has no gradient"
    severity = Severity.WARNING
    causes = ("optimizer-not-stepping",)
    references = ("https://docs.pytorch.org/docs/stable/checkpoint.html",)
    limits = (
        "Needs the warning in the text log, and 10 training losses to be more than a note. A part that is not trained "
        "in a model that learns without it does not show in the loss."
    )
    explains = ("no-learning", "plateau", "stalled-at-chance")

    min_z: float = threshold(
        5.0,
        "fall of the training loss from its first to its last third, in standard errors, from which something is "
        "learnt for sure; a model that does not train at all moves by its noise alone",
    )
    min_points: float = threshold(10.0, "values of the training loss below which it shows nothing: three in a third")

    examples = (
        fires(
            "nothing is learnt", train_loss=flat(2.3), events=(TextEvent(NO_GRADIENT, CHECKPOINT, "out.log", 12, 0),)
        ),
        fires(
            "the loss falls all the same",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(NO_GRADIENT, KERAS, "out.log", 12, 0),),
        ),
        fires(
            "the loss falls by a few percent",
            train_loss=decay(2.3, 2.2),
            events=(TextEvent(NO_GRADIENT, KERAS, "out.log", 12, 0),),
        ),
        fires("before anything was logged", events=(TextEvent(NO_GRADIENT, CHECKPOINT, "out.log", 12),)),
        fires(
            "too early to tell", train_loss=flat(2.3, 5), events=(TextEvent(NO_GRADIENT, CHECKPOINT, "out.log", 12, 0),)
        ),
        silent(
            "another warning",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(SHAPE_BROADCAST, "Using a target size", "out.log", 12, 0),),
        ),
    )

    def check(self, console: Console, train: Trend[TrainLoss] | None) -> Iterator[Finding]:
        """Report the warning with what the training loss makes of it."""
        line = line_of(console, NO_GRADIENT)
        if line is None:
            return
        judged = train if train is not None and len(train) >= self.min_points else None
        learns = judged is not None and judged.sure_fall >= self.min_z
        pro: list[str] = []
        contra: list[str] = []
        if judged is not None:
            moved = f"{judged.series.name} begins at {number(judged.start)} and ends at {number(judged.end)}"
            (contra if learns else pro).append(moved)
        strength = Strength.UNLIKELY if learns else Strength.LIKELY if judged is not None else Strength.POSSIBLE
        yield self.finding(
            line.says("something has no gradient"),
            *line.spans,
            places=line.places,
            confidence=Confidence.MEDIUM,
            severity=Severity.WARNING if strength is Strength.LIKELY else Severity.NOTE,
            causes=(because("optimizer-not-stepping", strength, pro=pro, contra=contra),),
            evidence=line.evidence,
        )
