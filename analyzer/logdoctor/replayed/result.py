"""The result of a replay. Steps are counted in optimizer steps from 0, as the replay counts them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from logdoctor.replayed.birth import Birth
from logdoctor.replayed.trial import Trial, Verdict


class Symptom(StrEnum):
    """What goes wrong at a failing step."""

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

    @property
    def description(self) -> str:
        """What went wrong, in words."""
        return str(self.symptom).replace("-", " ") + (f" ({self.detail})" if self.detail else "")


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

    @property
    def prescribed(self) -> Trial | None:
        """The trial that tested what the verdict prescribes; None where none did."""
        prescription = self.verdict.prescription if self.verdict is not None else None
        index = prescription.trial if prescription is not None else None
        return self.trials[index] if index is not None and 0 <= index < len(self.trials) else None
