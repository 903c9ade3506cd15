"""The first loss of a run: whether it is in nats, for how many classes, and why it is too high."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import accuracies, best_accuracy, first_accuracy
from logdoctor.evidence.optimization.summed_loss import guesses_in_sum, summed_cause, summed_loss
from logdoctor.evidence.rate_fixes import with_lower_rate
from logdoctor.evidence.usual_rates import HIGH_PLAIN, is_far_too_high, rate_height
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import GradNorm, TrainComponentLoss, TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.signals import Chance, Hyperparameters, Trend, given_rate
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_of_classes
from logdoctor.signals.optimization.chance import ACCURACY_IS_CHANCE, COMMON_CLASSES, entropy
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

CAUSES = (
    "bad-initialization", "data-not-normalised", "learning-rate-too-high", "over-regularised", "wrong-loss-or-output",
)  # fmt: skip
"""Everything that `penalty_causes` and `too_large_causes` may name."""

AT_ONCE = 5
"""Logged values after the first within which a fall comes from the output's scale, not from learning."""

SHARE = 0.1
"""The share of the run that they are at most."""

LARGEST = 12.5
"""Loss of guessing among more classes than any vocabulary has: ln 256,000."""

WIDE = 1.5
"""Loss of guessing in units of what the first accuracy makes of it: some may have been learnt before that was
measured."""

MOSTLY_LEARNT = 0.5
"""First accuracy from which most had been learnt when it was measured, so that it says nothing of the first loss."""

COMES_DOWN = 0.2
"""End as a share of the first loss, up to which a loss has come down far."""

ABSURD = 1e6
"""First loss in units of its end that targets of no usual unit give."""

HARDLY = 1.5
"""Accuracy in units of 1 / C from which it is no guessing."""

POOR = 0.6
"""Accuracy below which it is poor (AUTOTRAINER's theta)."""

ABOVE = 1.5
"""End of a loss in units of ln C up to which it may be a cross-entropy plus a penalty on the weights."""

VOCABULARY = frozenset("vocab_size n_vocab padded_vocab_size block_size n_ctx max_position_embeddings".split())
"""Settings that only a model of tokens has; a length of sequences has that of measured series, too."""

PRETRAINED = ("_name_or_path", "model_name_or_path", "pretrained_model_name_or_path", "pretrained", "init_from")
FROM_NOTHING = frozenset({"", "none", "false", "0", "scratch"})
"""Settings that name the weights that a model begins with, and what they say where there are none."""

OF_NO_TOKENS = frozenset("ctc wer cer mse rmse mae r2 pearson pearsonr spearman spearmanr regression".split())
"""Words of models with a vocabulary whose loss is no mean over tokens: of speech, whose frames are more than its
letters, and of measured targets."""

CROSS_ENTROPY = frozenset("ce bce xent nll cls".split())
"""Words of the term of a sum that is a cross-entropy."""

TOO_HIGH = 50.0
"""First value of a term from which its targets are not of unit size: errors of seven standard deviations."""

BESIDE = 2.0
"""First value of that term in units of ln C up to which outputs are of the right size; an average may be above 1."""

RESTED = 3
"""First evaluations whose accuracies must all be those of guessing."""

FEW_CLASSES = 3
"""Classes up to which a first accuracy must lie closer to 1 / C to say that nothing was learnt: a model that learns to
tell four apart is right in two fifths of its first epoch."""

OF_FEW_CLASSES = 0.1
"""Relative distance from 1 / C that is close enough for so few classes."""

STEEP, SHALLOW = 2.0, 1.0
"""First gradient norm in units of the first cross-entropy, from which inputs are too large, up to which weights.

Of ReLU layers each layer's gradient times its weights gives the logits (Euler, homogeneous functions), so that the norm
is at least the loss over the size of the weights: raw inputs give 2 to 60, weights that are too large 0.1 to 0.8.
"""

CAPPED, CEILING = 0.02, 3
"""Share of the highest norm within which so many norms lie, and such a share of all, when they were clipped."""

FEW_SHARES = 0.1
"""Share of the pairs of such values that are alike, from which ten shares come again and again: those of a batch of 32
that guesses among two, or of one of 64 that guesses among ten."""


def last_at_once(trend: Trend[TrainLoss] | Trend[ValLoss]) -> int:
    """Return the index of the last value that comes right after the first."""
    return min(AT_ONCE, max(1, int(SHARE * len(trend))))


def right_after(trend: Trend[TrainLoss] | Trend[ValLoss]) -> float:
    """Return the level right after the first value."""
    return median(trend.series.values[1 : 1 + last_at_once(trend)])


def is_evaluated_before(val: Trend[ValLoss], train: Trend[TrainLoss]) -> bool:
    """Whether validation was measured before the first logged training loss, on the same axis."""
    return val.series.axis is train.series.axis and bool(val.series.steps[0] < train.series.steps[0])


def is_before_training(series: Series) -> bool:
    """Whether the first value of steps is that of a batch before any update.

    It is at step 0, and at step 1 unless that is the last step of the first of those that a logger writes, counted from
    0, as Lightning does: where it writes every other, updates came before.
    """
    first, second = series.steps[:2]
    return bool(first == 0 or (first == 1 and second != 3))


def begins_above_guessing(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether the loss is that of a classifier by its end and its accuracy, and begins above any guessing.

    A calibrated model that is right in a share of the cases loses at most the entropy of that share, and ln C in the
    other cases. A loss that is summed over a batch and begins at ln C does not fall so far, either. A language model is
    told by its settings, where its loss ends below any guessing.
    """
    if train.first < LARGEST or run.all(TrainComponentLoss):
        return False
    if 0 < train.end < LARGEST and _predicts_tokens(run, train):
        return True
    best = best_accuracy(run)
    if not 0 < best < 1:
        return False
    most = entropy(best) + (1 - best) * LARGEST
    first = min((first_accuracy(one) for one in accuracies(run) if is_of_classes(one.name)), default=0.0)
    if 0 < first < MOSTLY_LEARNT:
        most = max(most, log(best) / (WIDE * log(first)) * train.first)
    return 0 < train.end <= most


def _predicts_tokens(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether the settings are those of a model that learns from nothing to tell the next token, each loss a mean.

    Models with a vocabulary are fitted to measured targets and to speech as well, and some that were trained on gaps
    begin a fine-tuning above guessing.
    """
    said = {name.lower().rpartition(".")[2]: value for name, value in run.hyperparameters.items()}
    trained = any(str(said.get(name, "")).lower() not in FROM_NOTHING for name in PRETRAINED)
    if trained or not VOCABULARY & said.keys():
        return False
    spoken = {word for name in (*said, *map(str, said.values())) for word in words(name)}
    measured = {word for one in run.series for word in words(one.name)} & OF_NO_TOKENS
    added_up = train.first < LARGEST * max(Hyperparameters(run).accumulation, 1.0)
    return not (measured or added_up or spoken & OF_NO_TOKENS)


def thrown_by_rate(trend: Trend[TrainLoss] | Trend[ValLoss], settings: Hyperparameters) -> str:
    """Say at which rate a loss begins above any guessing and comes down far, where hardly any network trains.

    The first updates threw it before the first value was logged, at a rate that is too high for any optimizer, or for
    this one where it begins six decades above its end. Nothing elsewhere.
    """
    rate = given_rate(settings.run)
    for_any = rate is not None and (rate >= HIGH_PLAIN or trend.first >= ABSURD * trend.end)
    far = for_any and is_far_too_high(settings)
    came_down = trend.first >= LARGEST and 0 < trend.end <= COMES_DOWN * trend.first
    return f"a learning rate of {number(rate)}" if rate is not None and far and came_down else ""


def one_term_alone(run: Run) -> str:
    """Say which term of a sum begins far above all that guessing costs, beside a cross-entropy that does not."""
    terms = [one.finite for one in run.all(TrainComponentLoss) if len(one.finite)]
    sound = [one for one in terms if CROSS_ENTROPY & set(words(one.name)) and 0 < one.values[0] < LARGEST / 2]
    high = [one for one in terms if not CROSS_ENTROPY & set(words(one.name)) and one.values[0] > TOO_HIGH]
    if not (sound and high):
        return ""
    usual, above = sound[0], max(high, key=lambda one: float(one.values[0]))
    begins = f"{above.name} begins at {number(float(above.values[0]))}"
    return (
        f"{begins}, where targets of unit variance give about 1, and {usual.name} at {number(float(usual.values[0]))}"
    )


def falls_below_a_sum(run: Run, train: Trend[TrainLoss], named: Chance) -> bool:
    """Whether the loss falls further than a sum of cross-entropies that begins at ln C can at the accuracy it reaches.

    A calibrated model that is right in a share a of the cases loses at least -ln a nats a case (Jensen). Where only an
    accuracy says that the loss begins at ln C, it must begin above any guessing: an accuracy of a third may be guessing
    among three, or a language model that has learnt.
    """
    if not named.by_settings and train.first < LARGEST:
        return False
    best = best_accuracy(run)
    return best > 0 and train.end < -log(best) / named.level * train.first


def term_guesses(run: Run, train: Trend[TrainLoss], level: float) -> bool:
    """Whether the loss is a sum, and the cross-entropy in it, logged beside it, begins near guessing.

    What a student's divergence from its teacher adds is scaled by the square of the temperature (Hinton et al., 2015).
    """
    terms = (one.finite for one in run.all(TrainLoss) if CROSS_ENTROPY & set(words(one.name)))
    beside = [one for one in terms if one.name != train.series.name and np.array_equal(one.steps, train.series.steps)]
    return any(0 < one.values[0] <= BESIDE * level and one.values[0] < train.first for one in beside)


def holds_a_penalty(run: Run, train: Trend[TrainLoss]) -> str:
    """Say so where a loss ends above guessing though answers are better than guessed: it holds more than mistakes.

    Weights that begin far too heavy make the first loss; a mean cross-entropy of such answers would lie below guessing.
    """
    right = best_accuracy(run)
    for named in starts_at_chance(run, train.series):
        better = HARDLY / named.classes <= right < POOR
        if better and train.first >= LARGEST and named.level < train.end <= ABOVE * named.level:
            said = f"{train.series.name} ends above the {number(named.level)} of guessing among {named.classes} classes"
            return f"{said} though {right:.3g} of the answers are right: a penalty on the weights is in it"
    return ""


def starts_at_chance(run: Run, loss: Series) -> list[Chance]:
    """Return the chance level that an accuracy names by starting at 1 / C: then nothing was learnt before it.

    One whose first value comes after the second of the loss says nothing of its beginning. Above a loss that guessing
    has in any vocabulary, so does an accuracy of validation that rests there at first.
    """
    found = []
    for series in run.all(TrainMetric):
        values = series.finite.values
        if not is_of_classes(series.name) or len(values) < 2:
            continue
        if series.axis is loss.axis and series.steps[0] > loss.steps[1]:
            continue
        found += [one for one in _named_by(series.name, values, values[:1]) if not _tells_more(one, loss, values)]
    if found or loss.values[0] < LARGEST:
        return found
    for series in run.all(ValMetric):
        values = series.finite.values
        if is_of_classes(series.name) and len(values) > 2 * RESTED:
            found += _named_by(series.name, values, values[:RESTED])
    return found


def _tells_more(named: Chance, loss: Series, accuracies: np.ndarray) -> bool:
    """Whether a loss stays above guessing among few classes while far more than by guessing is right: they are more.

    An epoch that has learnt a part of many classes may begin at a half, as well.
    """
    right = float(accuracies.max()) / accuracy_unit(accuracies)
    learnt = right * named.classes >= 1 + ACCURACY_IS_CHANCE
    return named.classes <= FEW_CLASSES and learnt and float(loss.finite.values.min()) > named.level


def _named_by(name: str, values: np.ndarray, first: np.ndarray) -> list[Chance]:
    """Return the level of the number of classes that the first of some accuracies all name.

    One accuracy is one over some whole number, whatever it measures: it may name a common number alone.
    """
    shares = first / accuracy_unit(values)
    if shares.min() <= 0:
        return []
    counts = COMMON_CLASSES if len(shares) == 1 else (*COMMON_CLASSES, round(1 / median(shares)))
    classes = next((one for one in counts if np.abs(shares * one - 1).max() <= _near_guessing(one)), 0)
    if classes < 2 or not _is_exact(values):
        return []
    return [Chance(classes, log(classes), f"{name} starts at {shares[0]:.3g}")]


def _near_guessing(classes: int) -> float:
    """Return how far from 1 / C an accuracy may lie, as a share of it, to be one of guessing among C classes."""
    return ACCURACY_IS_CHANCE if classes > FEW_CLASSES else OF_FEW_CLASSES


def _is_exact(values: np.ndarray) -> bool:
    """Whether an accuracy is measured on many examples: single batches show a few shares again and again.

    That is, how often two of its moves lead to one value, more than once, which does not depend on how many values are
    logged.
    """
    moved_to = values[1:][np.diff(values) != 0]
    n, often = len(moved_to), np.unique(moved_to, return_counts=True)[1]
    alike, pairs = (often * (often - 1)).sum() / 2, n * (n - 1) / 2
    return n > 0 and bool(alike <= max(1, FEW_SHARES * pairs))


TOO_SMALL = (because("leakage", contra=["a pretrained network starts low, too"]),)
"""Why a first loss is too small."""


def penalty_causes(pro: list[str]) -> tuple[Cause, ...]:
    """Return why a loss begins high and melts away with that of validation."""
    alike = "both losses come down alike, a little with each value, as a penalty on the weights does"
    return ranked(because("over-regularised", pro=[alike]), because("bad-initialization", pro=pro))


def too_large_causes(
    trend: Trend[TrainLoss] | Trend[ValLoss],
    pro: list[str],
    settings: Hyperparameters,
    guessing: float = 0.0,
    *,
    single: bool = False,
) -> tuple[Cause, ...]:
    """Rank why the first outputs are too large, or the first loss alone is; `single`: before any update.

    A loss that begins as many times above `guessing`, what that costs, as a batch has examples is added up.
    Where one term is far above another that begins as it should, the targets of that one were never scaled.
    """
    if summed := summed_loss(settings.run, settings) or guesses_in_sum(trend.series, settings, guessing):
        return ranked(
            summed_cause(summed, settings.run, settings),
            because("bad-initialization", contra=["too large outputs hit the size of a batch by chance alone"]),
        )
    if one_term := one_term_alone(settings.run):
        return ranked(
            because("data-not-normalised", Strength.LIKELY, pro=[one_term]),
            because("bad-initialization", pro=pro, contra=["outputs for another term are of the usual size"]),
        )
    return _too_large_outputs(trend, pro, settings, single=single)


def _steepness(trend: Trend[TrainLoss] | Trend[ValLoss], settings: Hyperparameters) -> float | None:
    """Return the first gradient norm in units of the first loss of a classifier, where it tells inputs from weights."""
    logged = settings.run.find(GradNorm)
    if logged is None or not len(logged.finite) or logged.finite.steps[0] != trend.series.steps[0]:
        return None
    norm, clip = float(logged.finite.values[0]), settings.clip_norm
    steep, clipped = norm / trend.first, (clip and norm <= clip) or _is_cut_off(logged.finite.values)
    return steep if accuracies(settings.run) and not clipped and not SHALLOW < steep < STEEP else None


def _is_cut_off(norms: NDArray[np.float64]) -> bool:
    """Whether the first gradient norm is the highest, and others are as high: those were logged after clipping."""
    alike = norms >= (1 - CAPPED) * norms.max()
    return bool(alike[0]) and int(alike.sum()) >= max(CEILING, CAPPED * len(norms))


def _too_large_outputs(
    trend: Trend[TrainLoss] | Trend[ValLoss], pro: list[str], settings: Hyperparameters, *, single: bool
) -> tuple[Cause, ...]:
    """Rank why the first outputs are too large: weights fall slowly to their size, inputs throw the first update."""
    at_once = not 0.2 * trend.first <= right_after(trend) <= trend.first
    steep = _steepness(trend, settings)
    of_inputs = at_once or (steep is not None and steep >= STEEP)
    is_told = steep is not None and of_inputs == (steep >= STEEP)  # what a first update has thrown has large weights
    makes = "as large inputs make it" if of_inputs else "less than large inputs make it"
    shown = f"the first gradient norm is {number(steep)} times the first loss, {makes}" if is_told else ""
    rate, height = given_rate(settings.run), rate_height(settings.run, settings) or 0.0
    fast = (is_far_too_high(settings) or height >= 1) and not single
    return ranked(
        because("bad-initialization", likely_if(not (of_inputs or fast)), pro=pro if of_inputs else [*pro, shown]),
        because("data-not-normalised", likely_if(of_inputs and not fast), pro=[*pro, shown] if of_inputs else pro),
        with_lower_rate(
            because(
                "learning-rate-too-high",
                Strength.UNLIKELY if single else Strength.LIKELY if fast else Strength.POSSIBLE,
                pro=[f"the rate is {number(rate)}, and the first value may come after some updates"] if fast else [],
                contra=["the first value comes before any update"] if single else [],
            ),
            settings.run,
        ),
    )
