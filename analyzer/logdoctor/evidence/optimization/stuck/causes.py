"""Why a loss stays where it began: each cause with what the run and its siblings say for and against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.causes import because, likely_because
from logdoctor.evidence.optimization.clipped_short import clipped_causes
from logdoctor.evidence.optimization.stuck.signs import StuckSigns
from logdoctor.evidence.optimization.summed_loss import summed_cause
from logdoctor.evidence.rates import rate_too_high, rate_too_low
from logdoctor.evidence.siblings import cured_first, smaller_that_learnt
from logdoctor.evidence.told_by_settings import FEW_UPDATES, WHOLE_BATCH, over_regularised
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run
from logdoctor.run.roles import GradNorm, ValLoss
from logdoctor.signals import Hyperparameters
from logdoctor.signals.settings.hyperparameters import PLANNED_EPOCHS
from logdoctor.wording import number

SOONEST = "optimizer-not-stepping"
"""What one look at a weight before and after a step tells."""

CAUSES = (
    "schedule-decays-too-soon", "learning-rate-too-low", "optimizer-not-stepping", "bad-initialization",
    "dead-activations", "learning-rate-too-high", "data-not-normalised", "over-regularised", "labels-do-not-match",
    "batch-too-large", "model-too-small", "epsilon-too-large", "stopped-too-early", "half-precision-underflow",
    "clipping-too-tight",
)  # fmt: skip
"""Everything that `stuck_causes` may name, but for a loss that is added up: it rests at no level of guessing."""


def stuck_causes(seen: StuckSigns) -> tuple[Cause, ...]:
    """Return the causes, the likely first; those that the run speaks against are left out."""
    found = _kept(
        *cured_first(
            seen.siblings,
            summed_cause(seen.summed_loss, seen.siblings.run, seen.settings),
            _schedule_decays_too_soon(seen),
            _rate_too_low(seen),
            _optimizer_not_stepping(seen),
            _bad_initialization(seen),
            _rate_too_high(seen),
            _data_not_normalised(seen),
            _dead_activations(seen),
            _over_regularised(seen),
            _labels_do_not_match(seen),
            *_few_updates(seen),
            likely_because("epsilon-too-large", seen.large_epsilon),
            likely_because("half-precision-underflow", seen.underflow),
            *clipped_causes(seen.settings),
            likely_because("model-too-small", next(filter(None, map(smaller_that_learnt, seen.siblings)), "")),
        ),
    )
    if not seen.has_any_sign:  # nothing speaks for any: the one that is soonest checked comes first
        found = tuple(sorted(found, key=lambda one: (one.strength is not Strength.LIKELY, one.id != SOONEST)))
    return found


def _schedule_decays_too_soon(seen: StuckSigns) -> Cause:
    log_it = Fix("log the learning rate beside the loss, and compare its schedule with the run's length")
    strength = _strength(likely=seen.schedule_ends, possible=False)
    return because(
        "schedule-decays-too-soon", strength, pro=[seen.schedule_ends], fixes=[] if seen.rate_died else [log_it]
    )


def _rate_too_low(seen: StuckSigns) -> Cause:
    against = [seen.ample_rate, seen.thrown, seen.beginning.blew_up, seen.beginning.lost_at_once]
    strength = _strength(
        likely=seen.too_low_rate and not seen.unscaled_targets, possible=not (any(against) or seen.rate_died)
    )
    return rate_too_low(seen.siblings, strength, pro=[seen.too_low_rate], contra=against)


def _optimizer_not_stepping(seen: StuckSigns) -> Cause:
    signs = seen.signs
    frozen = signs.frozen and not (seen.too_low_rate or signs.saturated or seen.fell)
    return because(
        "optimizer-not-stepping",
        _strength(
            likely=signs.unused_gradients or frozen,
            possible=not (signs.moves or signs.died_at_once or signs.saturated or seen.fell or seen.biases_alone),
        ),
        pro=["" if signs.saturated else signs.frozen, signs.unused_gradients],
        contra=[
            signs.moves,
            signs.died_at_once,
            seen.too_low_rate if signs.frozen else "",
            signs.saturated,
            seen.fell,
            seen.biases_alone,
        ],
        fixes=[Fix("compare one weight before and after a step: if it is equal, the optimizer holds others")],
    )


def _bad_initialization(seen: StuckSigns) -> Cause:
    signs = seen.signs
    shown = seen.one_answer or seen.no_gradient or seen.biases_alone
    otherwise = seen.broke or seen.explained or seen.unscaled_targets or signs.frozen
    gradients_arrive = seen.found_mean or signs.unused_gradients
    return because(
        "bad-initialization",
        _strength(likely=shown and not (otherwise or gradients_arrive), possible=not seen.broke),
        pro=[seen.one_answer, seen.no_gradient, seen.biases_alone],
        contra=[signs.many_answers, signs.frozen, seen.found_mean, signs.unused_gradients],
    )


def _rate_too_high(seen: StuckSigns) -> Cause:
    blew_up, began_high, lost = seen.beginning.blew_up, seen.beginning.began_high, seen.beginning.lost_at_once
    likely = blew_up or seen.thrown or seen.high_rate or seen.learns_slower
    strength = _strength(likely=likely, possible=began_high or lost)
    return rate_too_high(seen.siblings, strength, pro=[blew_up or began_high, lost, seen.thrown, seen.high_rate])


def _data_not_normalised(seen: StuckSigns) -> Cause:
    began_high, saturated = seen.beginning.began_high, seen.signs.saturated
    strength = _strength(likely=(began_high or saturated or seen.unscaled_targets) and not seen.beginning.blew_up)
    return because("data-not-normalised", strength, pro=[began_high, saturated, seen.unscaled_targets])


def _dead_activations(seen: StuckSigns) -> Cause:
    fell, died = seen.beginning.fell or seen.beginning.lost_at_once, seen.signs.died_at_once
    otherwise = seen.broke or seen.strong_regularisation or seen.too_low_rate or seen.schedule_ends
    return because(
        "dead-activations",
        _strength(likely=(fell or died) and not otherwise, possible=not seen.low_rate),
        pro=[fell, died, seen.one_answer, seen.no_gradient, seen.biases_alone],
        contra=[seen.signs.many_answers],
    )


def _over_regularised(seen: StuckSigns) -> Cause:
    forgot = seen.beginning.forgot
    strength = _strength(likely=seen.strong_regularisation or (forgot and not seen.settings), possible=forgot)
    return over_regularised(seen.settings, strength, pro=[seen.strong_regularisation, forgot])


def _labels_do_not_match(seen: StuckSigns) -> Cause:
    signs = seen.signs
    against = [signs.one_answer, signs.frozen]
    best_without_inputs = "" if any(against) else seen.beginning.guesses  # where these say nothing of the targets
    hardly_learns = seen.one_answer or signs.descends or seen.creeps
    learns = seen.found_mean or ((signs.many_answers or signs.moves_on) and not hardly_learns)
    otherwise = seen.explained or seen.broke or seen.no_gradient
    in_vain = learns and not otherwise  # answers that change at too low a rate say nothing of labels
    return because(
        "labels-do-not-match",
        _strength(likely=in_vain, possible=not seen.beginning.blew_up),
        pro=[(signs.many_answers or seen.found_mean or signs.moves) if in_vain else "", best_without_inputs],
        contra=against,
    )


def _few_updates(seen: StuckSigns) -> Iterator[Cause]:
    """Name the size of a large batch, or the length of the run."""
    updates, batch = seen.beginning.updates, seen.settings.batch_size
    few = updates is not None and updates <= FEW_UPDATES and batch is not None
    if updates is not None and batch is not None and updates <= (seen.settings.number(PLANNED_EPOCHS) or 0):
        few = batch >= WHOLE_BATCH  # one an epoch: the log counts epochs, or a batch holds all there is
    said = f"the run has {updates} updates, of {number(batch)} examples each"
    cause = "batch-too-large" if (batch or 0) >= WHOLE_BATCH else "stopped-too-early"
    yield because(cause, _strength(likely=few, possible=False), pro=[said])


def to_tell_stuck(run: Run, causes: Sequence[Cause]) -> Iterator[str]:
    """Say what to log next time, and how it tells, where the first two causes are as likely as each other."""
    first = {one.id for one in causes[:2]}
    if len({one.strength for one in causes[:2]}) != 1 or len(causes) < 2:
        return
    if run.find(ValLoss) is None:
        yield "a loss on fixed examples: equal to its last digit where no weight changes, creeping at too low a rate"
    if run.find(GradNorm) is None or "bad-initialization" in first:
        yield "the gradient norm of each layer: dead or saturated layers pass nothing on to those before them"
    if "dead-activations" in first:
        yield "the share of units whose activation is zero for a whole batch: dead ones are so for every batch"
    if not Hyperparameters(run):
        yield "the settings (optimizer, rate, batch size, weight decay, dropout): several causes depend on them"


def _strength(*, likely: object, possible: object = True) -> Strength:
    return Strength.LIKELY if likely else Strength.POSSIBLE if possible else Strength.UNLIKELY


def _kept(*causes: Cause) -> tuple[Cause, ...]:
    """Leave out what nothing speaks for and something against, or what nothing brought up."""
    return tuple(one for one in causes if one.strength is not Strength.UNLIKELY and (one.pro or not one.contra))
