"""A loss whose targets and outputs differ in shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from logdoctor import Confidence, Finding, Fix, Quantity, Rule, Severity, Strength, because, fires, silent
from logdoctor.curves import decay
from logdoctor.lines import line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import NO_GRADIENT, SHAPE_BROADCAST
from logdoctor.signals import Console

_SIZE = re.compile(r"[Ss]ize\(\[([\d, ]+)\]\)")

SIZES = (
    "UserWarning: Using a target size (torch.Size([64])) that is different to the input size (torch.Size([64, 1])). "
    "This will likely lead to incorrect results due to broadcasting."
)

Shape = tuple[int, ...]


@dataclass(frozen=True)
class ShapeBroadcastWarning(Rule):
    """Targets and outputs of a loss differ in shape, so that each output is compared with every target.

    The loss then falls only to the level that predicting the mean of all targets gives; the model seems not to learn.
    """

    id = "shape-broadcast-warning"
    title = "The loss compares every output with every target"
    severity = Severity.WARNING
    causes = ("wrong-loss-or-output",)
    references = ("https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html",)
    limits = (
        "Needs the text log, where only torch's own losses warn: one of your own broadcasts in silence. Shapes that "
        "are meant to differ look the same."
    )
    explains = ("no-learning", "plateau", "stalled-at-chance", "slow-convergence")

    examples = (
        fires(
            "a column against a row",
            train_loss=decay(1.3, 1.0),
            events=(TextEvent(SHAPE_BROADCAST, SIZES, "out.log", 12, 0),),
        ),
        fires(
            "sizes that the line does not give",
            train_loss=decay(1.3, 1.0),
            events=(
                TextEvent(SHAPE_BROADCAST, "Using a target size that is different to the input", "out.log", 12, 0),
            ),
        ),
        silent(
            "another warning",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(NO_GRADIENT, "None of the inputs have requires_grad=True", "out.log", 12, 0),),
        ),
    )

    def check(self, console: Console) -> Iterator[Finding]:
        """Report the warning, with what the two shapes make of the loss."""
        line = line_of(console, SHAPE_BROADCAST)
        if line is None:
            return
        shapes = [tuple(map(int, one.replace(" ", "").strip(",").split(","))) for one in _SIZE.findall(line.event.text)]
        target, output = shapes[:2] if len(shapes) > 1 else ((), ())
        together = _broadcast(target, output)
        compared = {"pairs compared": Quantity(prod(together)), "outputs": Quantity(prod(output))} if together else {}
        crosses = prod(target) == prod(output) < prod(together)  # a target each, and yet all are compared with all
        yield self.finding(
            line.says("targets and outputs of the loss differ in shape"),
            *line.spans,
            places=line.places,
            severity=Severity.ERROR if crosses else self.severity,
            confidence=Confidence.HIGH,
            causes=(
                because(
                    "wrong-loss-or-output",
                    Strength.LIKELY,
                    pro=[f"{list(target)} and {list(output)} are compared as {list(together)}"] if together else (),
                    fixes=_reshape(target, output),
                ),
            ),
            evidence={**line.evidence, **compared},
        )


def _broadcast(one: Shape, other: Shape) -> Shape:
    """Return the shape that two shapes broadcast to, or nothing when they do not."""
    if not one or not other:
        return ()
    width = max(len(one), len(other))
    pairs = list(zip((1,) * (width - len(one)) + one, (1,) * (width - len(other)) + other, strict=True))
    fits = all(a == b or 1 in (a, b) for a, b in pairs)
    return tuple(max(pair) for pair in pairs) if fits else ()


def _reshape(target: Shape, output: Shape) -> Sequence[Fix]:
    if not target or prod(target) != prod(output):
        return ()
    text = f"give both the same shape: reshape the target from {list(target)} to {list(output)}, or squeeze the output"
    return (Fix(text, basis="the shapes in the warning"),)
