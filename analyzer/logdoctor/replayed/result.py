"""The parts of a replay's result. Steps are counted in optimizer steps from 0, as the replay counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from logdoctor.finding import Confidence


class Symptom(StrEnum):
    """What is to be seen at a failing step."""

    LOSS_NOT_FINITE = "loss-not-finite"
    GRADIENT_NOT_FINITE = "gradient-not-finite"
    STATE_NOT_FINITE = "state-not-finite"
    """Weights, buffers or the optimizer's state, after the step."""
    LOSS_TOO_HIGH = "loss-too-high"
    """Far above the losses before, by the measured noise."""
    STEPS_SKIPPED = "steps-skipped"
    """The gradient scaler skips one step after another."""


@dataclass(frozen=True, slots=True)
class Target:
    """The step that a finding flags."""

    step: int
    rule: str = ""
    """The rule whose finding it is; empty for a step that the user named."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the replay ran."""

    torch: str
    device: str
    deterministic: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed."""

    step: int
    symptom: Symptom
    loss: float
    detail: str = ""
    """Which tensor is not finite, or what the loss was compared with."""


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much the recipe's counting is off from the run's."""

    batch: int = 0
    """The run's step k took the recipe's batch k + this."""
    log: int = 0
    """The loss of step k was logged at k + this."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The window run again unchanged."""

    state_step: int
    """The step of the state that it started from."""
    reproduced: bool
    failure: Failure | None
    """The first failing step, if there was one."""
    shift: Shift = Shift()
    compared: int = 0
    """Steps whose loss the log tells."""
    largest_difference: float | None = None
    """The largest difference between a replayed and a logged loss, over the healthy steps."""
    noise_floor: float | None = None
    """The largest difference between the losses of two replays; 0 is bit-exact."""
    follows_log: bool | None = None
    """Whether the replayed losses are the logged ones up to noise and rounding; None where nothing was logged."""
    differs_at: int | None = None
    """The first step whose replayed loss is not the logged one."""
    drew_others: bool = False
    """The steps draw random numbers whose state was not saved: the logged losses cannot come again exactly."""

    @property
    def is_another(self) -> bool:
        """Whether it is another training that was replayed: its very first loss is not the logged one."""
        return self.follows_log is False and self.differs_at == self.state_step and not self.drew_others


class Phase(StrEnum):
    """The part of a training step that an operation ran in."""

    FORWARD = "forward"
    BACKWARD = "backward"
    OPTIMIZER = "optimizer"
    BEFORE = "before"
    """It was there when the step began."""


class Finiteness(StrEnum):
    """The worst that a tensor holds."""

    FINITE = "finite"
    INFINITE = "infinite"
    NAN = "nan"


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of source."""

    file: str
    line: int
    function: str = ""
    text: str = ""
    """What stands there."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A tensor that went into an operation, before it ran."""

    shape: tuple[int, ...]
    dtype: str
    least: float | None = None
    """The smallest finite element; None where there is none."""
    greatest: float | None = None
    state: Finiteness = Finiteness.FINITE


@dataclass(frozen=True, slots=True)
class Birth:
    """Where the first number that is not finite came from."""

    phase: Phase
    operation: str = ""
    """As ATen names it (`exp`, `_softmax`); empty for a tensor that was not finite from the start."""
    leaf: str = ""
    """That tensor: `parameter l2.weight`, `buffer ema`, `optimizer state exp_avg_sq of l2.weight`, `batch[0]`."""
    result: Finiteness = Finiteness.NAN
    dtype: str = ""
    module: str = ""
    """The module that it ran in, by its qualified name; for the optimizer, the parameter."""
    node: str = ""
    """The autograd node, in the backward pass."""
    line: CodeLine | None = None
    """The user's line that made it; for the backward pass, the forward line of the same operation."""
    operands: tuple[Operand, ...] = ()
    promoted: str = ""
    """The operation in which an infinity became NaN."""
    promoted_line: CodeLine | None = None
    deliberate: bool = False
    """The infinity was written on purpose, as masks are; what went wrong is where it became NaN."""
    terminal: str = ""
    """What it reached first: the loss, a gradient, a weight, a buffer."""

    @property
    def spoils_a_mask(self) -> bool:
        """Whether what went wrong is not the infinity, which was wanted, but what made NaN of it."""
        return self.deliberate and bool(self.promoted)

    @property
    def is_gradient(self) -> bool:
        """Whether it came up in the gradient that torch has for an operation, which no line of the user's writes."""
        return self.phase is Phase.BACKWARD and re.fullmatch(r"\w+?Backward\d+", self.node) is not None

    @property
    def culprit(self) -> str:
        """The operation to guard, by the name that the user's line has for it.

        In the backward pass of torch's own operations that is the operation of the forward pass: `sqrt`, not the
        division by zero that its gradient is.
        """
        if self.spoils_a_mask:
            return self.promoted.lstrip("_")
        if not self.is_gradient:
            return self.operation.lstrip("_")
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.node.partition("Backward")[0]).lower()

    @property
    def place(self) -> CodeLine | None:
        """The line to guard it in."""
        return self.promoted_line if self.spoils_a_mask and self.promoted_line is not None else self.line


@dataclass(frozen=True, slots=True)
class RunUp:
    """One replayed step before the failure, or the failing one."""

    step: int
    loss: float
    gradient_norm: float | None = None
    """Before clipping, over all parameters."""
    learning_rate: float | None = None
    """The largest of the parameter groups."""
    update_ratio: float | None = None
    """Norm of the update over norm of the weights."""
    update_rms: float | None = None
    """sqrt(mean(g² / v)) of Adam, largest over the tensors (arXiv 2304.13013, section 3)."""
    loss_scale: float | None = None
    skipped: bool = False
    """The gradient scaler skipped the update."""


@dataclass(frozen=True, slots=True)
class Swell:
    """A module whose output grew before the failure."""

    module: str
    healthy: float
    """Largest magnitude of its output at a healthy step."""
    failing: float
    limit: float
    """Largest number of the output's type."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Does it fail with the state now or an older one, on the flagged batch or another? None: not tried."""

    now_flagged: bool | None = None
    now_other: bool | None = None
    old_flagged: bool | None = None
    old_other: bool | None = None
    old_step: int | None = None
    other_steps: tuple[int, ...] = ()
    """Steps of the other batches, those that went well first."""


@dataclass(frozen=True, slots=True)
class Culprits:
    """Examples of the failing batch that make the step fail alone."""

    of: int
    """Examples in the batch, or in one of its parts where gradients are accumulated."""
    examples: tuple[int, ...] = ()
    """Their places in the batch, from 0; empty where no few examples fail without the rest."""
    part: int | None = None
    """The accumulated batch that they lie in; None for a step of one batch."""
    rest_goes_well: bool | None = None
    """Whether the step goes well on all other examples; None where there are no others."""
    told: str = ""
    """What stands out in their numbers."""


class Outcome(StrEnum):
    """What a change did to the failure."""

    REMOVED = "removed"
    POSTPONED = "postponed"
    UNCHANGED = "unchanged"
    WORSE = "worse"
    UNTESTED = "untested"


CHANGES = (
    "earlier-state", "skip", "swap", "precision", "bfloat16", "loss-scale", "rate-before", "epsilon", "update-clip",
    "beta2", "warm-up", "moments", "learning-rate", "clip", "zero-gradients",
)  # fmt: skip
"""Names of the changes that can be tried, in the order in which they are."""


PATCHED = "patched"
"""Name of the trial of code that was changed since."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One change, and what it did."""

    name: str
    """One of CHANGES, two of them joined by `+`, or PATCHED."""
    text: str
    """The change in words: "lower the learning rate from 0.1 to 0.01"."""
    dose: float | None = None
    """How strong the change is, in its own unit."""
    lead: int = 0
    """Steps before the failure at which it begins."""
    outcome: Outcome = Outcome.UNTESTED
    failed_step: int | None = None
    end_loss: float | None = None
    passed: int = 0
    tried: int = 0
    """Runs: the first, those with other seeds, the one over a longer horizon."""
    reason: str = ""
    """Why it could not be tested."""


class Wording(StrEnum):
    """What may be said of a fix."""

    TESTED = "tested"
    DELAYS = "tested, only delays"
    NO_EFFECT = "no effect"
    NOT_TESTED = "not tested"


@dataclass(frozen=True, slots=True)
class Prescription:
    """What to do."""

    text: str
    wording: Wording
    trial: int | None = None
    """Index of the trial that tested it."""
    alongside: str = ""
    """What a tested fix leaves open: the code change that no replay can test."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What caused it, by experiment."""

    cause: str
    """An id of `logdoctor.causes`."""
    confidence: Confidence
    second: str = ""
    """The cause that fits next best; empty for none."""
    evidence: tuple[str, ...] = ()
    """Sentences with numbers."""
    ruled_out: tuple[str, ...] = ()
    """Sentences: what was tried and did not matter."""
    prescription: Prescription | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What the replay took."""

    steps: float = 0.0
    """Step-equivalents: a training step is 1, its forward pass alone 1/3, a traced step 6."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Replayed:
    """All that one replay learnt; what an interruption left out is None or empty."""

    target: Target
    environment: Environment
    fidelity: str
    """How much of the training could be put back: `exact`, `no-random-state`, `no-batches`, `weights-only`."""
    limits: tuple[str, ...] = ()
    """What cannot be concluded, one sentence each."""
    baseline: Baseline | None = None
    birth: Birth | None = None
    harmless: tuple[Birth, ...] = ()
    """Numbers that were not finite and reached nothing that matters."""
    run_up: tuple[RunUp, ...] = ()
    swells: tuple[Swell, ...] = ()
    probe: Probe | None = None
    culprits: Culprits | None = None
    """None where the batch does not matter, or cannot be divided."""
    trials: tuple[Trial, ...] = ()
    verdict: Verdict | None = None
    cost: Cost = field(default_factory=Cost)
    interrupted: str = ""
    """What ended it early: `interrupt`, `budget`; empty when it came to its end."""
    remarks: tuple[str, ...] = ()
    """What else the user should know, one sentence each."""
