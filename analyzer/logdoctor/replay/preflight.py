"""What a replay will be able to show, and what it will probably cost, before it begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from logdoctor.replay.material import Fidelity, Material
from logdoctor.replay.pipeline import LIMITS
from logdoctor.wording import counted

USUAL_STEPS = 300
"""Step-equivalents that a whole diagnosis takes at most in half of the cases (the benchmark's target)."""

DESCRIPTIONS: Mapping[Fidelity, str] = {
    Fidelity.EXACT: "exact (weights, optimizer, batches, random states)",
    Fidelity.NO_RANDOM_STATE: "no random states (weights, optimizer, batches)",
    Fidelity.NO_BATCHES: "no batches (weights, optimizer)",
    Fidelity.WEIGHTS_ONLY: "weights only",
}


def limits(material: Material) -> Iterator[str]:
    """Yield what cannot be concluded from a material, one sentence each."""
    yield from LIMITS[material.fidelity]
    if len(material.states) == 1:
        yield "there is one state alone: whether an older one fails on the same batch cannot be tried"
    if not material.logged:
        yield "the run logged no training loss by step: nothing shows whether the replay follows the run"


def preflight(material: Material, step: int, device: str, seconds: float) -> list[str]:
    """Return the lines that are printed before a replay."""
    states = ", ".join(str(one.step) for one in material.states)
    window = step - material.states[-1].step
    return [
        f"runs your code: {material.recipe.path}",
        f"flagged step {step}; states of step {states}; fidelity: {DESCRIPTIONS[material.fidelity]}",
        *(f"cannot conclude: {one}" for one in limits(material)),
        f"on {device}; {counted(window, 'step')} to replay, about {max(USUAL_STEPS, 4 * window)} in all; stops after "
        f"{seconds:.0f} s at the latest",
    ]
