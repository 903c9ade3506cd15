"""What the settings say by themselves: what regularises, how few updates there are, how small the model is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from logdoctor.causes import because
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Axis, Run, Series, as_number
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Hyperparameters, Sibling
from logdoctor.signals.settings.hyperparameters import PLANNED_EPOCHS
from logdoctor.wording import number

REGULARISERS = frozenset(
    "dropout drop droppath mixup cutmix cutout smoothing smooth augment augmentation augmentations aug".split()
)
"""Words of such settings."""

KL_PENALTY = (frozenset({"kl", "coef"}), frozenset({"kl", "penalty"}), frozenset({"init", "kl"}), frozenset({"beta"}))
"""Words of the setting that weighs a policy's divergence from its reference, in TRL and elsewhere."""

STRONG_DECAY = 0.05
"""Weight decay of an optimizer without decoupled decay (usual: 1e-5 to 5e-3) that pulls weights to zero."""

STRONG_DECOUPLED_DECAY = 1.0
"""The same for AdamW, whose usual decay is 0.01 to 0.3."""

USUAL_DECAY, USUAL_DECOUPLED_DECAY, USUAL_DROPOUT = 1e-4, 0.01, 0.2
"""What to come back to: small networks held at chance by ten thousand times as much learn at these."""

MORE_DROPOUT, MORE_DECOUPLED_DECAY, MORE_DECAY = (0.3, 0.5), (0.1, 0.3), (5e-4, 5e-3)
"""Dropout and decays, of AdamW and of other optimizers, that regularise well: the upper end of what is usual."""

MODEL = frozenset("model arch architecture network net classifier".split())
"""Words of settings that name the model."""

LINEAR_MODELS = frozenset("logistic linear logreg".split())
"""Words of models without hidden units."""

USUAL = "general, what is usual"
"""Where such a fix comes from."""

STRONG_DROPOUT = 0.7
"""Dropout beyond the classic 0.5 and the 0.6 of graph networks."""

SIZE = frozenset("hidden width depth layer layers dim units channels embd heads filters".split())
"""Words of settings that make a model larger."""

TINY = 4
"""Hidden units that no network has that is to fit anything."""

ENOUGH_UNITS = 32
"""Hidden units to begin at instead: small networks that could not fit their task with one or two did with these."""

UNITS = frozenset("hidden units neurons embd".split())
"""Words of settings that count units of a layer, where none of COUNTS is beside them."""

D_MODEL = frozenset({"d", "model"})
"""Words of `d_model`, as the units of a transformer are called since Vaswani et al. (2017)."""

COUNTS = frozenset("layer layers num number n depth blocks".split())

FEW_UPDATES = 50
"""Updates that every network needs to get anywhere: at a rate of 1e-3, Adam has then moved a weight by 0.05, more than
the weights of a layer of a thousand inputs lie apart from the first on."""

SHORT = 1000
"""Updates up to which a run has few for a large batch."""

LARGE_BATCH = 4096
"""Examples in a batch from which a run of a thousand updates has few of them for its data."""

WHOLE_BATCH = 100
"""Examples in a batch from which it may hold most of the data on purpose."""

AN_EPOCH = 3
"""Updates an epoch up to which it does."""


def regularisers(run: Run) -> tuple[list[str], list[str]]:
    """Return the settings that regularise, and those that say that they are switched off."""
    settings = {name: value for name, value in run.hyperparameters.items() if REGULARISERS & set(words(name))}
    on = [f"{name} {value}" for name, value in settings.items() if value not in (0, None, False, "", "none", "None")]
    off = [f"{name} {value}" for name, value in settings.items() if value in (0, False) and value is not None]
    return on, off


def off_and_on(run: Run, *named: AbstractSet[str]) -> tuple[list[str], list[str]]:
    """Say which settings are zero, and which are not, of those whose names hold all words of one of some sets."""
    found = {name: value for name, value in run.hyperparameters.items() if any(one <= {*words(name)} for one in named)}
    off = [f"the settings say {name} {value}" for name, value in found.items() if value == 0]
    on = [f"the settings say {name} {value}" for name, value in found.items() if value is not None and value != 0]
    return off, on


def half_precision(settings: Hyperparameters) -> list[str]:
    """Say that training computes in float16, where the settings do."""
    return [f"the settings name {settings.half_precision}"] if settings.half_precision else []


def strong_regularisation(settings: Hyperparameters) -> str:
    """Say which setting regularises far more than usual, or nothing."""
    if (decay := _strong_decay(settings)) is not None:
        return f"the weight decay is {number(decay)}"
    dropout = settings.dropout
    return f"the dropout is {number(dropout)}" if dropout is not None and dropout >= STRONG_DROPOUT else ""


def over_regularised(
    settings: Hyperparameters, strength: Strength, *, pro: Sequence[str] = (), contra: Sequence[str] = ()
) -> Cause:
    """Return the cause with the usual value of the setting that regularises far more, where one does."""
    decay, dropout = _strong_decay(settings), settings.dropout
    fixes = []
    if decay is not None:
        usual = USUAL_DECOUPLED_DECAY if _is_decoupled(settings) else USUAL_DECAY
        fixes.append(Fix(f"lower the weight decay from {number(decay)} to {number(usual)}", basis=USUAL))
    elif dropout is not None and dropout >= STRONG_DROPOUT:
        fixes.append(Fix(f"lower the dropout from {number(dropout)} to {number(USUAL_DROPOUT)}", basis=USUAL))
    return because("over-regularised", strength, pro=pro, contra=contra, fixes=fixes)


def under_regularised(
    settings: Hyperparameters, strength: Strength, *, pro: Sequence[str] = (), contra: Sequence[str] = ()
) -> Cause:
    """Return the cause; what the settings name is not to be added again, and a decay is one of this optimizer."""
    cause = because("under-regularised", strength, pro=pro, contra=contra)
    return replace(cause, fixes=(_regularised_more(settings), *cause.fixes[1:])) if settings else cause


def _regularised_more(settings: Hyperparameters) -> Fix:
    """Return what is left to regularise with."""
    dropout, decay, adaptive = settings.dropout or 0.0, settings.weight_decay or 0.0, settings.is_adaptive
    low, high = MORE_DECOUPLED_DECAY if _is_decoupled(settings) or adaptive is None else MORE_DECAY
    with_it = f"with {settings.optimizer_name}" if adaptive is not None else "with AdamW"
    wanted = {
        f"dropout ({MORE_DROPOUT[0]:g} to {MORE_DROPOUT[1]:g}": dropout if dropout < MORE_DROPOUT[0] else None,
        f"weight decay ({number(low)} to {number(high)} {with_it}": decay if decay < low else None,
    }
    if _is_linear(settings.run):  # it has no units to drop
        wanted = dict(list(wanted.items())[1:])
    named = [f"{what}, not {number(was)})" if was else f"{what})" for what, was in wanted.items() if was is not None]
    basis = USUAL if named else "this run's settings"
    return Fix(f"add {', '.join(named) or 'data'} or augmentation", basis=basis)


def _is_linear(run: Run) -> bool:
    """Whether a setting that names the model says that it is a linear one."""
    told = (str(value) for name, value in run.hyperparameters.items() if MODEL & set(words(name)))
    return any(LINEAR_MODELS & set(words(value)) for value in told)


def _strong_decay(settings: Hyperparameters) -> float | None:
    decay, limit = settings.weight_decay, STRONG_DECOUPLED_DECAY if _is_decoupled(settings) else STRONG_DECAY
    return decay if decay is not None and decay >= limit else None


def _is_decoupled(settings: Hyperparameters) -> bool:
    return settings.optimizer.endswith("w")


def few_updates(series: Series, settings: Hyperparameters) -> str:
    """Say so where a run has few updates because its batch is large, or holds all there is: an update an epoch."""
    logged = [series, *settings.run.all(TrainLoss)]  # a loss of steps beside one of epochs
    updates = max((one.last_step for one in logged if one.axis is Axis.STEP and len(one)), default=0)
    batch, epochs = settings.batch_size or 0, settings.number(PLANNED_EPOCHS)
    if not 0 < updates <= SHORT:
        return ""
    if epochs and batch >= WHOLE_BATCH and updates <= AN_EPOCH * epochs:
        return f"the run has {number(updates)} updates in {number(epochs)} epochs, of {number(batch)} examples each"
    return f"the run has {number(updates)} updates in all" if batch >= LARGE_BATCH else ""


def smaller_model(sibling: Sibling) -> str:
    """Say which setting makes a run's model smaller than a sibling's, or nothing."""
    for name, (here, there) in sibling.differs.items():
        smaller = isinstance(here, int | float) and (there is None or (isinstance(there, int | float) and here < there))
        if smaller and SIZE & set(words(name)):
            return f"{name} is {here}, and {there or 'not set'} in sibling run {sibling.run.name}"
    return ""


def tiny_model(run: Run) -> str:
    """Say which setting leaves a network next to no hidden units, or nothing."""
    return next((f"{name} is {count:g}" for name, count in _tiny_layers(run)), "")


def larger_model(run: Run) -> tuple[Fix, ...]:
    """Return how many hidden units to give a network that has next to none."""
    said = (f"raise {name} from {count:g} to {ENOUGH_UNITS} or more" for name, count in _tiny_layers(run))
    return tuple(Fix(text, basis=USUAL) for text in said)[:1]


def _tiny_layers(run: Run) -> Iterator[tuple[str, float]]:
    """Yield the settings that leave a network next to no hidden units, with their number."""
    for name, value in run.hyperparameters.items():
        named, count = set(words(name)), as_number(value) or 0.0
        units = named & UNITS or named >= D_MODEL
        if units and not named & COUNTS and count.is_integer() and 1 <= count <= TINY:
            yield name, count
