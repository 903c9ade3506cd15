"""What a name means: the split and the role of a quantity, from the words in its name alone.

Names are cut into whole words first, so that `acc` is not found in `accumulate`, nor `map` in `mape`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from logdoctor.run import roles, vocabulary
from logdoctor.run.roles import Role
from logdoctor.run.series import Split
from logdoctor.run.translations import in_english
from logdoctor.run.vocabulary import SPLIT_WORDS

_SEPARATORS = re.compile(r"[\s/_\-.:|()\[\]=,@#]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")

_GLUED = re.compile(
    r"(?<![a-z])(train(?:ing)?|val(?:id(?:ation)?)?|test|eval|dev)"
    r"(loss(?:es)?|acc(?:uracy)?|err(?:or)?|mse|rmse|mae|auc|f1|ppl|iou|miou|dice)(?![a-z])",
    re.I,
)
"""A split and what is measured on it, written as one word: `valloss`, `testacc`."""

_NUMBERED_LOSS = re.compile(r"((?<![A-Za-z])(?i:loss)|(?<=[a-z])Loss)(?=\d{1,2}(?![A-Za-z0-9]))")
"""`loss1` is `loss_1`, and `SoftmaxWithLoss1` is `SoftmaxWithLoss_1`."""

_HELD_OUT = re.compile(r"(?<![a-z])(held|hold)[ _-]out(?![a-z])", re.I)

_MS_SSIM = re.compile(r"(?<![a-z])ms[-_ ]ssim", re.I)
"""Similarity at several scales, and no milliseconds: `MS-SSIM`."""

_HIT_RATE = re.compile(r"(?<![a-z])(?:hr|hit(?:_?ratio|_?rate)?)(?=@\d)", re.I)

_TOP = re.compile(r"(?<![a-z])top[ _-](?=[15](?!\d))", re.I)
"""`Top-1` is `top1`."""

_TRAIN_EVAL = re.compile(r"(?<![a-z])(?:train_eval|eval_train)(?![a-z])", re.I)

_BARE_HEAD = re.compile(r"(?<=^metrics/)(mAP50(?:-95)?|precision|recall)(?=[BMP]$)")
"""Ultralytics writes `metrics/mAP50(B)`, and without the brackets to MLflow, which takes none: B, M and P are heads."""


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """Cut a name into lower-case words, at separators and at humps: `Train/boxLoss_1` is train, box, loss, 1."""
    plain = in_english(name).replace("IoU", "iou").replace("'s ", " ")
    plain = _NUMBERED_LOSS.sub(r"\1 ", _GLUED.sub(r"\1 \2", _BARE_HEAD.sub(r"\1 ", plain)))
    plain = _TOP.sub("top", _HELD_OUT.sub(r"\1out", plain))
    parts = _SEPARATORS.split(_MS_SSIM.sub("msssim", _HIT_RATE.sub("hits", plain)))
    return tuple(word.lower() for part in parts for word in _CAMEL.split(part) if word)


def split_of(name: str) -> Split:
    """Return the split that a name mentions; the last mention counts (`Train/Samples/eval_loss` is validation).

    `train_eval` in one word is the training set, evaluated as the other is.
    """
    if _TRAIN_EVAL.search(name):
        return Split.TRAIN
    return next((SPLIT_WORDS[word] for word in reversed(words(name)) if word in SPLIT_WORDS), Split.NONE)


def stem_of(name: str) -> tuple[str, ...]:
    """Return the words that tell one quantity from another: those that name neither split nor kind of average."""
    plain = vocabulary.CLIP_VAL_LOSS.sub("val_loss", vocabulary.VALUE_OF_LOSS.sub("loss", name))
    rest = tuple(word for word in words(plain) if word not in SPLIT_WORDS and word not in vocabulary.QUALIFIERS)
    return tuple(word for word in rest if not word.isdigit())


def is_bare_split(name: str) -> bool:
    """Whether a name is that of a split and nothing else: `train=0.18 val=0.19`."""
    found = words(name)
    return bool(found) and all(word in SPLIT_WORDS for word in found)


def is_sum_of_split(name: str) -> bool:
    """Whether a name says a split and that it is a sum, whose terms are named after what they are of: `val_total`."""
    found = set(words(name))
    return len(found) == 2 and found - SPLIT_WORDS.keys() == {"total"}


def words_of_preference(name: str) -> frozenset[str]:
    """Return the words of a name that preference tuning uses: `rewards/margins`, but not `margin_loss`."""
    found = vocabulary.PREFERENCE.intersection(words(name))
    return found - vocabulary.MARGINS if _says_loss(words(name)) else found


def is_loss_word(word: str) -> bool:
    """Tell whether a word means a loss: `loss`, `nll`, or one that ends in loss, such as `softmaxloss`."""
    return word in vocabulary.LOSSES or (word.endswith("loss") and word not in {"gloss", "floss"})


@lru_cache(maxsize=65536)
def role_of(name: str, split: Split) -> type[Role]:
    """Return what a quantity of this name is, before anything is known of the run around it.

    A loss or metric without a split counts as training's; `understand` knows better when it sees the other series.
    """
    called = _Name.of(name, split)
    return next(role for reading in _READINGS if (role := reading(called)) is not None)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name, as its role is read from it."""

    text: str
    """In English."""
    words: frozenset[str]
    last: frozenset[str]
    """The words after its last slash."""
    split: Split

    @classmethod
    def of(cls, name: str, split: Split) -> _Name:
        text = vocabulary.ON_DATA.sub(r" \1", vocabulary.SCHEDULE.sub("", in_english(name)))
        found = frozenset(words(vocabulary.VALUE_OF_LOSS.sub("loss", text)))
        if found & (vocabulary.REWARDS | {"scores"}):
            found -= {"objective"}  # TRL's objective/rlhf_reward is maximised
        if found & vocabulary.PERPLEXITIES:
            found -= {"loss"}
        return cls(text, found, frozenset(words(text.rpartition("/")[2])), split)

    @property
    def is_held_out(self) -> bool:
        return self.split.is_held_out


def _as_optimizer_state(name: _Name) -> type[Role] | None:
    if vocabulary.LOSS_SCALE.search(name.text):
        return roles.LossScale
    if vocabulary.GRAD_NORM.search(name.text) and not vocabulary.NO_GRAD_NORM.search(name.text):
        return roles.GradNorm
    if vocabulary.LEARNING_RATE.search(name.text) and not vocabulary.NO_LEARNING_RATE.search(name.text):
        return roles.LearningRate
    return None


def _as_performance(name: _Name) -> type[Role] | None:
    of_speed = name.words & vocabulary.PERFORMANCE
    if (
        of_speed == {"second"}
        and "per" not in name.words
        and (name.words & vocabulary.METRICS or _says_loss(name.last))
    ):
        of_speed = frozenset()  # `acc_second` is that of the second task
    if _is_of_predicted_time(name):
        return None
    if of_speed or vocabulary.PER_SECOND.search(name.text):
        return roles.Throughput
    if vocabulary.DURATION.search(name.text) or vocabulary.SPEED.search(name.text):
        return roles.Throughput
    return roles.Throughput if name.words & vocabulary.TIMES and not _says_loss(name.words) else None


def _is_of_predicted_time(name: _Name) -> bool:
    """Tell how far predicted times are off from how long something took: `duration_loss`, `remaining_time_mae`.

    The words stand in this order and together: `loss_time` and `time/loss` are durations, and so is a `time_cost`.
    """
    *before, last = words(name.text.rpartition("/")[2]) or ("",)
    measures = (is_loss_word(last) and last != "cost") or last in vocabulary.ERRORS_OF_MODELS
    return measures and not vocabulary.PREDICTED_TIMES.isdisjoint(before)


def _is_of_coefficient(name: _Name) -> bool:
    """Tell the loss that a coefficient of likeness makes from the weight of a loss: `dice_coef_loss`."""
    said = words(name.text.rpartition("/")[2]) or ("",)
    together = name.words & vocabulary.WEIGHTS_OF_LOSSES <= name.last
    return together and is_loss_word(said[-1]) and not vocabulary.METRICS.isdisjoint(said)


def _as_setting(name: _Name) -> type[Role] | None:
    set_by = name.words & vocabulary.SETTINGS
    if name.words & vocabulary.REWARDS:
        set_by -= {vocabulary.CLIPPED}
    if set_by and not name.words & vocabulary.METRICS and not _says_loss(name.last):
        return roles.Setup  # but open_clip's `clip_val_loss` is a loss
    return roles.Setup if _is_extreme(name) else None


def _is_extreme(name: _Name) -> bool:
    """Tell the best value of a curve, or the one before, from the curve: `best_acc`, `min_loss`; not `min_snr_loss`."""
    stem = stem_of(name.text)
    return bool(vocabulary.EXTREME.search(name.text)) or (len(stem) == 1 and stem[0] in vocabulary.EXTREMES)


def _as_entropy_among_losses(name: _Name) -> type[Role] | None:
    """Tell an entropy or a divergence that is logged among losses: CleanRL's `losses/entropy`, TRL's `objective/kl`."""
    is_entropy = name.last & vocabulary.ENTROPIES and name.last <= vocabulary.ENTROPIES | vocabulary.AVERAGES
    return _entropy_or_divergence(name.last) if is_entropy else None


def _as_loss(name: _Name) -> type[Role] | None:
    found = name.words
    if vocabulary.SUMMARY_OF_LOSS.search(name.text):
        return roles.Unknown
    if name.last & vocabulary.NO_LOSSES and not _says_loss(name.last):
        found = frozenset(word for word in found if not is_loss_word(word))
    negated = bool(found & {"neg", "negative"})
    in_words = any(several <= found for several in vocabulary.LOSSES_OF_WORDS)
    if in_words or (vocabulary.ELBO in found and negated):
        return _loss(name, found)
    in_nats = len(found) == 2 and "nats" in found and split_of(name.text)  # `val (nats)`
    if in_nats or vocabulary.TWO_HEADS.search(name.text) or vocabulary.MULTI_CLASS.search(name.text):
        return _loss(name, found)
    if not _says_loss(found):
        return None
    # `neg_loss` is what some programs maximise; `negative_log_likelihood_loss` is a loss all the same.
    maximised = negated and not found & {"log", "nll", "likelihood", "ll"}
    return roles.Unknown if maximised else _loss(name, found)


def _as_reward(name: _Name) -> type[Role] | None:
    of_episode = name.words & vocabulary.EPISODES and names_a_return(name.words)
    scored = of_episode or vocabulary.AVERAGE_OF_EPISODES.fullmatch(name.text)
    rewarded = name.words & vocabulary.REWARDS and not name.words & (vocabulary.PREFERENCE | vocabulary.ACCURACIES)
    if not scored and not rewarded:
        return None
    return roles.Unknown if name.words & vocabulary.NO_RETURNS else roles.Reward


def names_a_return(found: AbstractSet[str]) -> bool:
    """Whether the words of a name tell what an episode scores: `score`; but `f1 score` is a metric anywhere."""
    return not vocabulary.SCORES.isdisjoint(found) and not found & (vocabulary.METRICS - vocabulary.SCORES)


def _as_adversarial_loss(name: _Name) -> type[Role] | None:
    of_either = name.words & vocabulary.ERRORS and name.words & {"d", "g"}  # DCGAN's errD and errG
    return roles.AdversarialLoss if of_either or vocabulary.IMAGE_TRANSLATION.fullmatch(name.text) else None


def _as_error(name: _Name) -> type[Role] | None:
    named = name.words & vocabulary.ERRORS or {"edit", "distance"} <= name.words
    if named or vocabulary.BOOSTING_ERROR.search(name.text) or vocabulary.TESSERACT_ERROR.match(name.text):
        return roles.ValError if name.is_held_out else roles.TrainError
    return None


def _as_metric(name: _Name) -> type[Role] | None:
    named = name.words & vocabulary.METRICS and not name.words & vocabulary.DISTANCES
    if named or vocabulary.XGBOOST_PRECISION.search(name.text) or {"exact", "match"} <= name.words:
        return roles.ValMetric if name.is_held_out else roles.TrainMetric
    return None


def _as_anything_else(name: _Name) -> type[Role]:
    if name.words & vocabulary.NEUTRAL:
        return roles.Unknown
    if name.words & vocabulary.ENTROPIES:
        return _entropy_or_divergence(name.words)
    return roles.Counter if name.words & vocabulary.COUNTERS else roles.Unknown


_READINGS = (
    _as_optimizer_state, _as_performance, _as_setting, _as_entropy_among_losses, _as_loss, _as_reward,
    _as_adversarial_loss, _as_error, _as_metric, _as_anything_else,
)  # fmt: skip
"""What a name may be taken for, tried in this order: `loss_scale` is no loss, `top1_err` no metric."""


def _says_loss(found: Iterable[str]) -> bool:
    return any(map(is_loss_word, found))


def _entropy_or_divergence(found: frozenset[str]) -> type[Role]:
    return roles.Entropy if "entropy" in found else roles.KlDivergence


def _loss(name: _Name, found: frozenset[str]) -> type[Role]:
    """Return which loss it is whose name has these words."""
    if found & vocabulary.WEIGHTS_OF_LOSSES and not (_is_of_predicted_time(name) or _is_of_coefficient(name)):
        return roles.Setup
    if found & vocabulary.POLICY or found - SPLIT_WORDS.keys() == {"entropy", "loss"}:
        return roles.PolicyLoss
    if found & vocabulary.ADVERSARIES:
        return roles.AdversarialLoss
    component = bool(stem_of(name.text))
    if name.split is Split.VALIDATION:
        return roles.ValComponentLoss if component else roles.ValLoss
    if name.split is Split.TEST:
        return roles.ValComponentLoss if component else roles.TestLoss
    return roles.TrainComponentLoss if component else roles.TrainLoss
