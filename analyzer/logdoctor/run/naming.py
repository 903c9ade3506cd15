"""What a name says: the split and the role of a quantity, from the words in its name alone.

The vocabulary was collected from the frameworks' own logs. Names are cut into whole words first, so that `acc` is not
found in `accumulate`, nor `map` in `mape`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from logdoctor.run import roles
from logdoctor.run.roles import Role
from logdoctor.run.series import Split
from logdoctor.run.translations import in_english

_SEPARATORS = re.compile(r"[\s/_\-.:|()\[\]=,@#]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")

_GLUED = re.compile(
    r"(?<![a-z])(train(?:ing)?|val(?:id(?:ation)?)?|test|eval|dev)"
    r"(loss(?:es)?|acc(?:uracy)?|err(?:or)?|mse|rmse|mae|auc|f1|ppl|iou|miou|dice)(?![a-z])",
    re.I,
)
"""A split and what is measured on it, written as one word: `valloss`, `testacc`."""

_NUMBERED_LOSS = re.compile(r"(?<![a-z])(loss)(?=\d{1,2}(?![a-z0-9]))", re.I)
"""`loss1` is `loss_1`."""

_HELD_OUT = re.compile(r"(?<![a-z])(held|hold)[ _-]out(?![a-z])", re.I)
_HIT_RATE = re.compile(r"(?<![a-z])(?:hr|hit)(?=@\d)", re.I)

_TRAIN_EVAL = re.compile(r"(?<![a-z])(?:train_eval|eval_train)(?![a-z])", re.I)

_BARE_HEAD = re.compile(r"(?<=^metrics/)(mAP50(?:-95)?|precision|recall)(?=[BMP]$)")
"""Ultralytics writes `metrics/mAP50(B)`, and without the brackets to MLflow, which takes none: B, M and P are heads."""

SPLIT_WORDS = {
    **dict.fromkeys(("train", "training", "trn", "tr", "trl", "learn"), Split.TRAIN),
    **dict.fromkeys(
        "val va vali vld valid validation validate eval evaluation evaluate dev cv crossval heldout holdout oof "
        "tel".split(),
        Split.VALIDATION,
    ),
    **dict.fromkeys(("test", "testing", "tst", "te"), Split.TEST),
}  # fmt: skip

_LOSS_SCALE = re.compile(r"(?:^|[/_\-\s.])(?:loss|grad|amp)[_\- ]?scaler?(?:$|[/_\-\s.])|^scale$", re.I)
_LEARNING_RATE = re.compile(r"(?:^|[/_\-\s.])(?:lrs?|learning[_\- ]?rates?)(?=$|[/_\-\s.]|\d)", re.I)
_SCHEDULE = re.compile(r"(?<=^lr)\(\w+\)$")
"""PaddleClas names the schedule with the rate: `lr(CosineAnnealingDecay)`."""

_NOT_LEARNING_RATE = re.compile(r"momentum|weight_?decay|betas?$|lr_?(?:mult|scale|decay|ratio)|lrm|loss", re.I)
_GRAD_NORM = re.compile(
    r"grad(?:ient)?s?[_\-/ .]*(?:global[_\-/ .]*)?(?:l2[_\-/ .]*)?(?:\d+\.\d+_)?norm"
    r"|(?<![a-z])gnorm(?![a-z])|l2_norm/grad|^norm$|^grad$|^grdn$",
    re.I,
)
_VALUE_OF_LOSS = re.compile(r"\bloss[_ ]value$", re.I)
"""Megatron's `lm loss value` is the loss itself, not that of a value function."""

_OPEN_CLIP = re.compile(r"\bclip_val_loss$")
"""open_clip's name of the loss on validation; its training calls the same `loss`."""

ELBO = "elbo"
"""The evidence lower bound of a variational model, which some print with its sign turned, as a loss."""

_PERPLEXITIES = frozenset({"ppl", "perplexity"})
"""Megatron's `lm loss PPL` is no loss."""

_DURATION = re.compile(r"(?:^|[/_])(?:batch|data|reader)_cost$|\btime[ _]cost$|\bcost[ _]time$", re.I)
"""PaddlePaddle's, MXNet's and Informer's words for the time that a batch or an epoch took."""

_SPEED = re.compile(r"(?:^|[/_ ])speed(?:\((?:s/it|iter/s)\))?$", re.I)
"""MXNet's word for samples per second, and ms-swift's for steps."""

_PER_SECOND = re.compile(r"/s(?:ec)?$", re.I)
_NOT_GRAD_NORM = re.compile(r"max_?grad|clip", re.I)
_BOOSTING_ERROR = re.compile(
    r"'s (?:l[12]|huber|fair|poisson|quantile|gamma(?:_deviance)?|tweedie|kullback_leibler)$"
    r"|[-/_](?:merror|mphe|gamma-deviance|(?:poisson|gamma|cox|tweedie)-nloglik(?:@[\d.]+)?)$"
)
"""LightGBM's `valid_0's l2`, the mean squared error of a set, and the other objectives that it measures by their names;
XGBoost's `eval-merror`, the share of wrong classes, and its likelihoods."""

_XGBOOST_PRECISION = re.compile(r"-pre(?:@\d+)?$")
"""XGBoost's `eval-pre@5`: how many of the first five are right."""

SPACY_LOSS = re.compile(r"LOSS [A-Z0-9_]+(?:\.\.\.)?$|losses/\w+$")
"""Columns of losses in spaCy's table, or fields of its records: one for each component."""

_TESSERACT_ERROR = re.compile(r"(?:char|word) train$")
"""Tesseract's `char train`: the share of characters that are wrong."""

_EXTREME = re.compile(r"^(?:.*[/_\-. ])?(?:best|lowest|highest|peak)[/_\- ]|__(?:min|max)$", re.I)

_EXTREMES = frozenset({"min", "max", "final"})
"""What makes a loss a figure about its curve: `min_loss`; not: `min_snr_loss`."""

_PERFORMANCE = frozenset(
    "second seconds sec fps sps tps wps ups mfu tflops tflop flops flos throughput memory mem cuda gpu cpu ram runtime "
    "eta elapsed latency duration dur ips samples_per_second tokens_per_second timing utilization".split()
)
_TIME = frozenset("time times dt ms walltime timestamp remaining percentage".split())
_COUNTERS = frozenset(
    "step steps epoch epochs iteration iterations iter batch tokens samples frames episodes examples update updates "
    "timesteps total_timesteps".split()
)
_SETUP = frozenset(
    "momentum decay wd beta betas beta1 beta2 clip threshold size seed lrm dropout hp batch_size world clipped".split()
)

_TWO_HEADS = re.compile(r"(?:^|/)(?:box|cls|dfl)_o[mo]$")
"""The losses of YOLOv10 on each of its heads, one-to-many and one-to-one, which do not say that they are any."""

_IMAGE_TRANSLATION = re.compile(r"[DG]_(?:GAN(?:_Feat)?|real|fake|A|B|L1|VGG)|(?:cycle|idt)_[AB]")
"""The losses of pix2pix, pix2pixHD and CycleGAN, which say so nowhere in their names."""

_ADVERSARIAL = frozenset("d g disc discriminator gen generator adversarial gan dloss gloss dis".split())
_POLICY = frozenset(
    "policy value vf pg pi actor critic td q qf qf1 qf2 q1 q2 ppo surrogate baseline lossv losspi".split()
)
_NEUTRAL = frozenset(
    "temperature logits logps logprobs num zeros params weight norm coef coeff coefficient beta target "
    "attention".split()
)
_SPREADS = frozenset("entropy kl kld approxkl".split())
_AVERAGES = frozenset("approx mean avg average old".split())

PREFERENCE = frozenset("dpo ipo kto orpo simpo cpo preference chosen rejected margin margins".split())
"""Words of preference tuning, where the loss does have a direction although rewards are logged."""

_ACCURACIES = frozenset({"accuracy", "accuracies"})
"""TRL's `rewards/accuracies` is the share of pairs that are told apart, and no reward."""

_NO_LOSSES = frozenset("acc accuracy auc auroc f1 return returns episodic_return eprewmean".split())
"""What is none, also where it is logged beside losses: `losses/episode_return`, `loss/acc`; `loss/iou` is one."""

_LOSSES = frozenset(
    "loss losses cost nll ce bce xent crossentropy logloss bpb bpc trl tel silog objective".split()
)  # fmt: skip
_METRICS = frozenset(
    "acc accs accuracy accuracies accuracy01 accuracy03 accuracy05 top1 top5 acc1 acc5 precision recall f1 auc roc "
    "auroc auprc aucpr ap ap50 map map50 map95 miou iou dice kappa mcc r2 bleu rouge rouge1 rouge2 rougel "
    "meteor cider chrf psnr ssim ndcg mrr em hits pass fitness spearman spearmanr pearson pearsonr score margins "
    "margin win".split()
)
_DISTANCES = frozenset("dist distance distances".split())
"""What makes `ap` a pair in metric learning, of an anchor and a positive example: `dist_ap`."""

_ERRORS = frozenset(
    "err error errors mse rmse mae mape ppl perplexity wer cer bwer bcer ter eer fid kid lpips brier ece rel "
    "rmsle".split()
)
_REWARDS = frozenset("reward rewards return returns rew ret episodic_return eprewmean success".split())

_NO_RETURNS = frozenset("std var variance min max zero non error intrinsic curiosity bonus penalty".split())
"""Words beside a reward that tell of its spread, or of a part that need not rise: what is new wears off."""

_QUALIFIERS = frozenset(
    "loss losses step epoch total avg average mean global lm reduced running batch minibatch mini per sum smoothed "
    "smooth overall all metrics metric learning vs iterations sample samples log last cur current the nll ce "
    "inner batchloss cross entropy crossentropy xent rank0 rank ema dataloader idx cost objective model main set "
    "charts nats".split()
)
"""Words beside `loss` that do not make it one term of a sum."""


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """Cut a name into lower-case words, at separators and at humps: `Train/boxLoss_1` is train, box, loss, 1."""
    plain = in_english(name).replace("IoU", "iou").replace("'s ", " ")
    plain = _NUMBERED_LOSS.sub(r"\1 ", _GLUED.sub(r"\1 \2", _BARE_HEAD.sub(r"\1 ", plain)))
    parts = _SEPARATORS.split(_HIT_RATE.sub("hits", _HELD_OUT.sub(r"\1out", plain)))
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
    plain = _OPEN_CLIP.sub("val_loss", _VALUE_OF_LOSS.sub("loss", name))
    rest = tuple(word for word in words(plain) if word not in SPLIT_WORDS and word not in _QUALIFIERS)
    return tuple(word for word in rest if not word.isdigit())


def is_bare_split(name: str) -> bool:
    """Tell a name that says a split and nothing else: `train=0.18 val=0.19`."""
    found = words(name)
    return bool(found) and all(word in SPLIT_WORDS for word in found)


def is_loss_word(word: str) -> bool:
    """Tell whether a word means a loss: `loss`, `nll`, or one that ends in loss, such as `softmaxloss`."""
    return word in _LOSSES or (word.endswith("loss") and word not in {"gloss", "floss"})


@lru_cache(maxsize=65536)
def role_of(name: str, split: Split) -> type[Role]:
    """Return what a quantity of this name is, before anything is known of the run around it.

    A loss or metric without a split counts as training's; `understand` knows better when it sees the other series.
    """
    name = _SCHEDULE.sub("", in_english(name))
    found = frozenset(words(_VALUE_OF_LOSS.sub("loss", name)))
    if found & (_REWARDS | {"scores"}):
        found -= {"objective"}  # TRL's objective/rlhf_reward is maximised
    if found & _PERPLEXITIES:
        found -= {"loss"}
    held_out = split in (Split.VALIDATION, Split.TEST)
    if _LOSS_SCALE.search(name):
        return roles.LossScale
    if _GRAD_NORM.search(name) and not _NOT_GRAD_NORM.search(name):
        return roles.GradNorm
    if _LEARNING_RATE.search(name) and not _NOT_LEARNING_RATE.search(name):
        return roles.LearningRate
    if found & _PERFORMANCE or _PER_SECOND.search(name) or _DURATION.search(name) or _SPEED.search(name):
        return roles.Throughput
    if found & _TIME and not any(map(is_loss_word, found)):
        return roles.Throughput
    last = frozenset(words(name.rpartition("/")[2]))
    if (
        found & _SETUP and not found & _METRICS and not any(map(is_loss_word, last))
    ):  # open_clip's `clip_val_loss` is one
        return roles.Setup
    if _EXTREME.search(name) or (len(stem := stem_of(name)) == 1 and stem[0] in _EXTREMES):
        return roles.Setup
    if last <= _SPREADS | _AVERAGES and last & _SPREADS:  # CleanRL's losses/entropy, TRL's objective/kl
        return _spread_role(last)
    if last & _NO_LOSSES and not any(map(is_loss_word, last)):
        found = frozenset(word for word in found if not is_loss_word(word))
    negated = bool(found & {"neg", "negative"})
    if {"cross", "entropy"} <= found or {"smooth", "l1"} <= found or (ELBO in found and negated):
        return _loss_role(name, found, split)
    if _TWO_HEADS.search(name) or (len(found) == 2 and "nats" in found and split_of(name)):  # `val (nats)`
        return _loss_role(name, found, split)
    if any(map(is_loss_word, found)):
        # `neg_loss` is what some optimizers maximise; `negative_log_likelihood_loss` is a loss all the same.
        maximised = negated and not found & {"log", "nll", "likelihood", "ll"}
        return roles.Unknown if maximised else _loss_role(name, found, split)
    if found & _REWARDS and not found & (PREFERENCE | _ACCURACIES):
        return roles.Unknown if found & _NO_RETURNS else roles.Reward
    if _IMAGE_TRANSLATION.fullmatch(name) or (found & _ERRORS and found & {"d", "g"}):  # DCGAN's errD and errG
        return roles.AdversarialLoss
    # An `err` beats an `acc` (train_top1_err), a metric beats a counter (batch_accuracy).
    if found & _ERRORS or {"edit", "distance"} <= found or _BOOSTING_ERROR.search(name) or _TESSERACT_ERROR.match(name):
        return roles.ValError if held_out else roles.TrainError
    named = (found & _METRICS and not found & _DISTANCES) or _XGBOOST_PRECISION.search(name)
    if named or {"exact", "match"} <= found:
        return roles.ValMetric if held_out else roles.TrainMetric
    if found & _NEUTRAL:
        return roles.Unknown
    if found & _SPREADS:
        return _spread_role(found)
    if found & _COUNTERS:
        return roles.Counter
    return roles.Unknown


def _spread_role(found: frozenset[str]) -> type[Role]:
    return roles.Entropy if "entropy" in found else roles.KlDivergence


def _loss_role(name: str, found: frozenset[str], split: Split) -> type[Role]:
    if found & {"weight", "coef", "coefficient", "time", "ratio"}:
        return roles.Setup
    if found & _POLICY or found - SPLIT_WORDS.keys() == {"entropy", "loss"}:
        return roles.PolicyLoss
    if found & _ADVERSARIAL:
        return roles.AdversarialLoss
    component = bool(stem_of(name))
    if split is Split.VALIDATION:
        return roles.ValComponentLoss if component else roles.ValLoss
    if split is Split.TEST:
        return roles.ValComponentLoss if component else roles.TestLoss
    return roles.TrainComponentLoss if component else roles.TrainLoss
