"""Whether the targets of a regression were never scaled, as the size of its loss tells."""

from __future__ import annotations

from logdoctor.causes import because
from logdoctor.evidence.accuracies import accuracies
from logdoctor.evidence.usual_rates import rate_height
from logdoctor.finding import Cause, Strength
from logdoctor.run import Run
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainError, ValError
from logdoctor.signals import Hyperparameters
from logdoctor.wording import number

FAR_FROM_UNIT = 1000.0
"""Loss that no error of normalised targets has."""

ORDINARY = 0.01
"""Share of what seldom trains from which up a rate would learn those: 1e-4 with Adam."""

OF_UNITS = frozenset("mae rmse".split())
"""Words of errors that have the units of the targets."""

LARGE_UNITS = 100.0
"""Such an error that no normalised targets have: theirs are about 1 before anything is learnt."""

NO_SUM = 1e7
"""Loss that is no error of normalised targets added up over pixels, tokens or a batch: those are some thousands."""


def far_from_unit(end: float, settings: Hyperparameters) -> str:
    """Say so where a loss lies far above that of targets of unit size, at a rate at which such targets are learnt.

    A classifier, whose accuracy is logged, has none.
    """
    height = rate_height(settings.run, settings)
    if end < FAR_FROM_UNIT or (height is not None and height < ORDINARY) or accuracies(settings.run):
        return ""
    return f"the loss is {number(end)}: targets of unit variance give about 1, and each step moves outputs little"


def outputs_too_large(run: Run, end: float) -> str:
    """Say so where the loss of a classifier lies as far above that of guessing; nothing elsewhere."""
    if end < FAR_FROM_UNIT or not accuracies(run):
        return ""
    return f"the loss is {number(end)}, where guessing costs a few nats: outputs are far too large"


def measured_in_large_units(run: Run, end: float) -> str:
    """Say so where a loss ends as high as only that of targets in their own units does; nothing elsewhere."""
    if end < FAR_FROM_UNIT:
        return ""
    errors = (one.finite for role in (TrainError, ValError) for one in run.all(role) if OF_UNITS & set(words(one.name)))
    error = next((one for one in errors if len(one) and one.values[-1] >= LARGE_UNITS), None)
    if error is not None:
        return f"{error.name} is {number(float(error.values[-1]))}: that of targets of unit variance is below 1"
    return f"the loss is {number(end)}: targets of unit variance give about 1" if end >= NO_SUM else ""


def scale_of_targets(run: Run, end: float) -> tuple[Cause, ...]:
    """Return the cause of a loss that falls slowly as that of targets in their own units does; nothing elsewhere."""
    said = measured_in_large_units(run, end)
    return (because("data-not-normalised", Strength.LIKELY, pro=[said]),) if said else ()
