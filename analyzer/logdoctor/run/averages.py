"""How frameworks average values before they log them: such losses are smoother, and may lag behind validation.

A framework is recognised by names that no other logs together. For an unknown one nothing is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from logdoctor.run.run import Setting
from logdoctor.run.series import Axis, Series, Split

SINCE_LAST = "mean since the value before"
OVER_EPOCH = "mean over the epoch"
"""Taken while the weights changed: on average half an epoch behind the validation at the end of the epoch."""
LAST_10, MEDIAN_20 = "mean of the last 10 steps", "median of the last 20 steps"
EXPONENTIAL = "exponential moving average"
LAST_100_EPISODES = "mean of the last 100 episodes"

_CAFFE, _CAFFE_WINDOW = "loss", "average_loss"
"""What a solver prints of an iteration, and over how many it takes the mean: caffe/src/caffe/solver.cpp,
UpdateSmoothedLoss. What the net puts out is that of a single one."""


@dataclass(frozen=True)
class Averager:
    """A framework that averages what it logs."""

    known_by: frozenset[str]
    """Names that occur together in its logs."""
    averaged: re.Pattern[str]
    """Names of the averaged quantities."""
    how: str
    formats: frozenset[str]
    """Formats of its logs, by the names of their sources."""


def _averager(formats: str, known_by: str, averaged: str, how: str) -> Averager:
    return Averager(frozenset(known_by.split(", ")), re.compile(averaged), how, frozenset(formats.split()))


_AVERAGERS = (
    # transformers/trainer.py, _maybe_log_save_evaluate: the sum since the last log, divided by the steps
    _averager("trainer-state", "loss, epoch", r"loss", SINCE_LAST),
    _averager("text", "loss, learning_rate, epoch, grad_norm", r"loss", SINCE_LAST),
    _averager("json-lines", "loss, learning_rate, grad_norm, train_speed(s/it)", r"loss", SINCE_LAST),  # ms-swift
    _averager("json-lines", "loss, lr, percentage, elapsed_time", r"loss", SINCE_LAST),  # LLaMA-Factory
    _averager("tfevents wandb", "train/loss, train/learning_rate, train/epoch", r"train/loss", SINCE_LAST),
    # megatron/training/training.py, training_log: averaged over the log interval
    _averager("text", "lm loss, loss scale, global batch size", r"lm loss", SINCE_LAST),
    # mmengine/runner/log_processor.py: window_size=10
    _averager("json-lines", "loss, data_time, time, iter", r"loss.*|.*_loss|acc.*|grad_norm", LAST_10),
    # detectron2/utils/events.py, JSONWriter: window_size=20, median
    _averager("json-lines", "total_loss, data_time, rank_data_time", r"(?:total_)?loss.*|fast_rcnn/.*", MEDIAN_20),
    # detr, deit, mae: util/misc.py, SmoothedValue: median over 20 in the console, the epoch's average in log.txt
    _averager("text", "loss, data, max mem", r"loss.*|class_error", MEDIAN_20),
    _averager("json-lines text", "train_loss, train_lr, n_parameters", r"train_.*", OVER_EPOCH),
    # keras/src/callbacks/csv_logger.py: the metrics' results at the end of the epoch, without reset in between
    _averager("csv", "epoch, loss, val_loss", r"(?!val_|lr$|learning_rate$).+", OVER_EPOCH),
    # timm/utils/summary.py, train.py: AverageMeter over the epoch
    _averager("csv", "epoch, train_loss, eval_loss, eval_top1", r"train_loss", OVER_EPOCH),
    # ultralytics/engine/trainer.py: tloss, the mean of the epoch so far
    _averager("csv", "epoch, train/box_loss, val/box_loss", r"train/.*_loss", OVER_EPOCH),
    # fastai/learner.py, AvgSmoothLoss: beta=0.98
    _averager("csv", "epoch, train_loss, valid_loss, time", r"train_loss", EXPONENTIAL),
    # stable_baselines3/common/base_class.py: stats_window_size=100
    _averager("csv json-lines text tfevents", "rollout/ep_rew_mean", r"rollout/ep_(?:rew|len)_mean", LAST_100_EPISODES),
)


def averages(form: str, series: Iterable[Series], settings: Mapping[str, Setting]) -> dict[str, str]:
    """Return, by name, how the quantities of a log are averaged, given its format and its settings."""
    series = tuple(series)
    names = {one.name for one in series}
    known = [one for one in _AVERAGERS if form in one.formats and one.known_by <= names | {str(s.axis) for s in series}]
    measured = {one.name for one in series if one.split is not Split.VALIDATION}  # evaluations are over all of the set
    by_epoch = {one.name for one in series if one.axis is Axis.EPOCH}
    averaged = {
        name: one.how
        for one in reversed(known)
        for name in (by_epoch if one.how == OVER_EPOCH else measured)
        if one.averaged.fullmatch(name)
    }
    window = settings.get(_CAFFE_WINDOW)
    if form == "text" and isinstance(window, int) and window > 1:
        averaged[_CAFFE] = f"mean of the last {window} steps"
    return averaged
