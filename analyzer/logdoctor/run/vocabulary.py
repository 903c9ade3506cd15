"""What words mean in the names of logged quantities; collected from what the frameworks write."""

from __future__ import annotations

import re

from logdoctor.run.series import Split

SPLIT_WORDS = {
    **dict.fromkeys(("train", "training", "trn", "tr", "trl", "learn"), Split.TRAIN),
    **dict.fromkeys(
        "val va vali vld valid validation validate validating eval evaluation evaluate evaluating dev cv crossval "
        "heldout holdout oof tel".split(),
        Split.VALIDATION,
    ),
    **dict.fromkeys(("test", "testing", "tst", "te"), Split.TEST),
}  # fmt: skip

# What is measured: losses, errors, scores and rewards.

LOSSES = frozenset(
    "loss losses cost nll ce bce xent crossentropy logloss bpb bpc bpd trl tel silog objective lossvalue".split()
)

LOSSES_OF_WORDS = tuple(
    frozenset(one.split())
    for one in ("cross entropy", "smooth l1", "bits byte", "bits char", "bits character", "bits dim")
)
"""Losses that take several words: `cross_entropy`, `bits_per_byte`."""

NO_LOSSES = frozenset("acc accuracy auc auroc f1 return returns episodic_return eprewmean".split())
"""What is no loss, though it is logged among losses: `losses/episode_return`, `loss/acc`; but `loss/iou` is one."""

QUALIFIERS = frozenset(
    "loss losses step epoch total tot avg average mean global lm reduced running batch minibatch mini per sum smoothed "
    "smooth overall all metrics metric learning vs iterations sample samples log last cur current the nll ce "
    "inner batchloss cross entropy crossentropy xent rank0 rank ema dataloader idx cost objective model main set "
    "charts nats lossvalue".split()
)
"""Words that may stand beside `loss` without making it one term of a sum."""

ELBO = "elbo"
"""The evidence lower bound of a variational model, which some print with its sign turned, as a loss."""

SPACY_LOSS = re.compile(r"LOSS [A-Z0-9_]+(?:\.\.\.)?$|losses/\w+$")
"""Columns of losses in spaCy's table, or fields of its records: one for each component."""

VALUE_OF_LOSS = re.compile(r"\bloss[_ ]value$", re.I)
"""Megatron's `lm loss value` is the loss itself, not that of a value function."""

ON_DATA = re.compile(
    r" (?:on|in|for|over) (?:the )?((?:train|val|test|dev|eval)[a-z]*)(?: (?:data|set|dataset|split))?\b", re.I
)
"""On which data a quantity was measured, said behind it: `loss on the validation set`, `Loss in Validation data`."""

CLIP_VAL_LOSS = re.compile(r"\bclip_val_loss$")
"""What open_clip calls the loss on validation; in training it calls the same quantity `loss`."""

PERPLEXITIES = frozenset({"ppl", "perplexity"})
"""Megatron's `lm loss PPL` is no loss."""

ERRORS = frozenset(
    "err error errors mse rmse mae mape logcosh ppl perplexity wer cer bwer bcer ter eer fid kid lpips brier ece rel "
    "rmsle chamfer hausdorff hd95 assd".split()
)

ERRORS_OF_MODELS = frozenset("mse rmse rmsle mae mape logcosh ppl perplexity wer cer".split())
"""Errors that only what was fitted has; an `error` that falls from step to step may be that of any solver."""

BOOSTING_ERROR = re.compile(
    r"'s (?:l[12]|huber|fair|poisson|quantile|gamma(?:_deviance)?|tweedie|kullback_leibler)$"
    r"|(?:^|/)(?:training|valid(?:_\d+)?)/l[12]$"
    r"|[-/_](?:merror|mphe|gamma-deviance|(?:poisson|gamma|cox|tweedie)-nloglik(?:@[\d.]+)?)$"
)
"""LightGBM's `valid_0's l2`, the mean squared error of a set, recorded as `valid_0/l2`, and the other objectives it
measures by their names; XGBoost's `eval-merror`, the share of wrong classes, and its likelihoods."""

TESSERACT_ERROR = re.compile(r"(?:char|word) train$")
"""Tesseract's `char train`: the share of characters that are wrong."""

METRICS = frozenset(
    "acc accs accu accuracy accuracies accuracy01 accuracy03 accuracy05 accuracy1 accuracy5 top1 top5 acc1 acc5 "
    "precision prec prec1 prec5 precisions recall recalls f1 f1s fscore fmeasure auc roc auroc auprc aucpr ap ap50 "
    "map map50 map95 miou iou dice dsc kappa mcc matthews jaccard jacard aupr nmi ari r2 "
    "bleu rouge rouge1 rouge2 rougel rougelsum meteor cider chrf psnr ssim msssim ndcg mrr em hits hits1 hits3 hits5 "
    "hits10 pck pass fitness spearman spearmanr pearson pearsonr score margins margin win".split()
)

DISTANCES = frozenset("dist distance distances".split())
"""What makes `ap` a pair in metric learning, of an anchor and a positive example: `dist_ap`."""

XGBOOST_PRECISION = re.compile(r"-pre(?:@\d+)?$")
"""XGBoost's `eval-pre@5`: how many of the first five are right."""

R2 = re.compile(r"(?<![a-z])r2(?![0-9a-z])")
"""R², the share of variance that is explained, or the second of several."""

NO_TOTALS = frozenset("penalty penalties scores signs".split())
"""Words of what is logged among losses and stands for none of them: `Loss/r1_penalty` is added to the discriminator's,
and `Loss/scores/real` is what it says of real data."""

MATCHED_FEATURES = frozenset({"fm", "feat", "matching"})
"""Words of the loss by which a generator matches the features of a discriminator: `loss_fm`, `feature_matching`; where
there is none, flows are matched."""

SUMMARY_OF_LOSS = re.compile(r"^loss/.+/(?:std|num)$", re.I)
"""The spread, and the number, of the values of which `Loss/G/loss` of NVIDIA's networks is the mean."""

REWARDS = frozenset("reward rewards return returns rew ret episodic_return eprewmean success".split())

EPISODES = frozenset({"episode", "episodes", "ep"})
SCORES = frozenset({"score", "scores", "r"})
"""What an episode scores is its return; `Ep_r` is how many loops write that."""

AVERAGE_OF_EPISODES = re.compile(r"episode/(?:avg|average|mean)", re.I)
"""An average over episodes that is not named further: `Episode 300  Avg: -195.3`."""

SUCCESS = "success"
"""A reward of robots and agents; beside an accuracy, where something is classified, a share of the data."""

NO_RETURNS = frozenset("std var variance min max zero non error intrinsic curiosity bonus penalty".split())
"""Words beside a reward that tell of its spread, or of a part of it that need not rise: novelty wears off."""

MARGINS = frozenset({"margin", "margins"})
"""Of rewards in preference tuning; a loss that is called after one is a term of metric learning."""

PREFERENCE = frozenset("dpo ipo kto orpo simpo cpo preference chosen rejected reject".split()) | MARGINS
"""Words of preference tuning, where the loss does have a direction although rewards are logged."""

ADVANTAGES = frozenset({"advantage", "advantages"})
"""Weights of the answers in a policy gradient; the level of a loss logged with them means little."""

ACCURACIES = frozenset({"accuracy", "accuracies"})
"""TRL's `rewards/accuracies` is the share of pairs that are ranked correctly, not a reward."""

POLICY = frozenset(
    "policy value vf pg pi actor critic td q qf qf1 qf2 q1 q2 ppo surrogate baseline lossv losspi".split()
)
"""Words of reinforcement learning, for losses whose level means little."""

SURROGATES = frozenset("policy pg pi actor surrogate losspi".split())
"""Those among them of what the policy itself makes small."""

CODEBOOKS = frozenset(
    "vq vqvae codebook codebooks commit commitment quant quantize quantizer quantization quantisation".split()
)
"""Words of the distance of encodings from their codes."""

DISCRIMINATORS = frozenset("d disc discriminator dis dloss".split())
GENERATORS = frozenset("g gen generator gloss".split())
ADVERSARIES = DISCRIMINATORS | GENERATORS | {"adversarial", "gan"}

DEEPXDE = frozenset({"Train loss", "Test loss", "Test metric"})
"""Columns of DeepXDE, which takes its training points for test points where none are given."""

MULTI_CLASS = re.compile(r"(?:^|/)MultiClass(?:OneVsAll)?$")
"""CatBoost's losses of several classes, whose names do not say that they are losses."""

TWO_HEADS = re.compile(r"(?:^|/)(?:box|cls|dfl)_o[mo]$")
"""The losses of YOLOv10 on each of its heads, one-to-many and one-to-one, which do not say that they are any."""

IMAGE_TRANSLATION = re.compile(r"[DG]_(?:GAN(?:_Feat)?|real|fake|A|B|L1|VGG)|(?:cycle|idt)_[AB]")
"""The losses of pix2pix, pix2pixHD and CycleGAN, whose names do not say that they are losses."""

ENTROPIES = frozenset("entropy kl kld approxkl".split())
"""Entropies, and divergences, which are differences of them."""

AVERAGES = frozenset("approx mean avg average old".split())

# What steers the optimizer.

LEARNING_RATE = re.compile(r"(?:^|[/_\-\s.])(?:lrs?|learning[_\- ]?rates?)(?=$|[/_\-\s.]|\d)", re.I)
NO_LEARNING_RATE = re.compile(r"momentum|weight_?decay|betas?$|lr_?(?:mult|scale|decay|ratio)|lrm|loss", re.I)

SCHEDULE = re.compile(r"(?<=^lr)\(\w+\)$")
"""PaddleClas names the schedule with the rate: `lr(CosineAnnealingDecay)`."""

GRAD_NORM = re.compile(
    r"grad(?:ient)?s?[_\-/ .]*(?:global[_\-/ .]*)?(?:l2[_\-/ .]*)?(?:\d+\.\d+_)?norm"
    r"|(?<![a-z])gnorm(?![a-z])|l2_norm/grad|^norm$|^grad$|^grdn$",
    re.I,
)
NO_GRAD_NORM = re.compile(r"max_?grad|clip", re.I)

LOSS_SCALE = re.compile(r"(?:^|[/_\-\s.])(?:loss|grad|amp)[_\- ]?scaler?(?:$|[/_\-\s.])|^scale$", re.I)

SETTINGS = frozenset(
    "momentum decay wd beta betas beta1 beta2 clip threshold size seed lrm dropout hp batch_size world clipped".split()
)

CLIPPED = "clipped"
"""What a ratio or a norm was cut to, which is set; a reward that was clipped, as those of Atari games, is earned."""

WEIGHTS_OF_LOSSES = frozenset({"weight", "coef", "coefficient", "time", "ratio"})
"""Words beside `loss` that tell of what it is multiplied by or how long it takes."""

EXTREME = re.compile(r"^(?:.*[/_\-. ])?(?:best|lowest|highest|peak|prev|previous)[/_\- ]|__(?:min|max)$", re.I)

EXTREMES = frozenset({"min", "max", "final"})
"""What makes a loss a figure about its curve: `min_loss`; not: `min_snr_loss`."""

# What tells of the machine or of the position, and what may mean anything.

PERFORMANCE = frozenset(
    "second seconds sec fps sps tps wps ups mfu tflops tflop flops flos throughput memory mem cuda gpu cpu ram runtime "
    "eta elapsed latency duration dur ips samples_per_second tokens_per_second timing utilization".split()
)

TIMES = frozenset("time times dt ms walltime timestamp remaining percentage".split())

PREDICTED_TIMES = frozenset({"time", "times", "dt", "duration", "durations", "dur"})
"""Times that models predict as well: how long a phoneme is held, when the next event comes."""

DURATION = re.compile(r"(?:^|[/_])(?:batch|data|reader)_cost$|\btime[ _]cost$|\bcost[ _]time$", re.I)
"""PaddlePaddle's, MXNet's and Informer's words for the time that a batch or an epoch took."""

SPEED = re.compile(r"(?:^|[/_ ])speed(?:\((?:s/it|iter/s)\))?$", re.I)
"""MXNet's word for samples per second, and ms-swift's for steps."""

PER_SECOND = re.compile(r"/s(?:ec)?$", re.I)

COUNTERS = frozenset(
    "step steps epoch epochs iteration iterations iter batch tokens samples frames episodes examples update updates "
    "timesteps total_timesteps".split()
)

WINS = frozenset({"win", "wins", "won"})
"""Of metrics that count games, not answers to examples."""

NEUTRAL = frozenset(
    "temperature logits logps logprobs num zeros params weight norm coef coeff coefficient beta target "
    "attention".split()
)
"""What has no direction in which it ought to go."""
