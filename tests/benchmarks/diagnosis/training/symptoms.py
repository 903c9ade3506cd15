"""Whether a symptom really showed: checks on the numbers of a training, all of them, before anything is logged.

Each check takes the run and the sound training of the same family, its twin. None of them uses logdoctor.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from tests.sample_training.history import History, Row

Shows = Callable[[History, History], bool]
"""The run and its sound twin to whether the symptom is there."""

Values = NDArray[np.float64]


def column(rows: list[Row], name: str) -> Values:
    """Return one quantity of the rows that have it."""
    return np.array([row[name] for row in rows if name in row], dtype=float)


def losses(run: History) -> Values:
    """Return the training loss of every step."""
    return column(run.steps, "loss")


def held_out(run: History, name: str = "loss") -> Values:
    """Return a quantity of the validation set at every evaluation, the one before training first."""
    return column(run.evaluations, f"validation_{name}")


def fitted(run: History, name: str = "loss") -> Values:
    """Return a quantity of the whole training set at every evaluation."""
    return column(run.evaluations, name)


def first(values: Values) -> float:
    """Return the median of the first 2 % of the values."""
    return float(np.median(values[: max(1, len(values) // 50)]))


def last(values: Values) -> float:
    """Return the mean of the last tenth."""
    return float(np.mean(values[-max(1, len(values) // 10) :]))


def smooth(values: Values, share: float = 0.02) -> Values:
    """Return means over windows of this share of the run."""
    length = max(1, int(share * len(values)))
    means: Values = values[: len(values) // length * length].reshape(-1, length).mean(1)
    return means


def whole(run: History) -> History:
    """Return a resumed run as one."""
    return run.joined()


def either(*any_of: Shows) -> Shows:
    """Ask for one of several symptoms."""
    return lambda run, twin: any(one(run, twin) for one in any_of)


# Numbers.


def not_finite(run: History, _: History) -> bool:
    """The training loss turned NaN or infinite before the run was over."""
    return not np.isfinite(losses(run)).all()


def validation_not_finite(run: History, twin: History) -> bool:
    """Only the validation loss is NaN or infinite; training learns as its twin does."""
    sound = np.isfinite(losses(run)).all() and last(losses(run)) < 1.5 * last(losses(twin)) + 0.05
    return bool(sound and not np.isfinite(held_out(run)).any())


def masked(run: History, _: History) -> bool:
    """At least a quarter of the run shows a loss of exactly 0 beside a gradient norm that is NaN."""
    lost = ~np.isfinite(column(run.steps, "gradient_norm"))
    return bool((losses(run)[lost] == 0).all() and lost.mean() > 0.25 and not lost[0])


def gradients_not_finite(run: History, _: History) -> bool:
    """The loss stays finite while at least 3 % of the gradient norms do not."""
    lost = ~np.isfinite(column(run.steps, "gradient_norm"))
    return bool(np.isfinite(losses(run)).all() and lost.mean() >= 0.03)


def scale_collapsed(run: History, _: History) -> bool:
    """The loss scale ends below 1 after at least 15 halvings without a doubling between."""
    scale = column(run.steps, "loss_scale")
    return bool(scale[-1] < 1 and (np.diff(scale[-30:]) <= 0).all() and scale[-1] <= scale.max() / 2**15)


# Stability.


def exploded(run: History, _: History) -> bool:
    """The loss turned non-finite, or ends or peaks (in means) at three times where it began."""
    values, start = losses(run), fitted(run)[0]
    if not np.isfinite(values).all():
        return True
    return bool(last(values) > 3 * start or smooth(values, 0.05).max() > 5 * start)


def blew_up_after_learning(run: History, twin: History) -> bool:
    """After the loss had fallen by a fifth, it rose to 1.5 times its best mean; or it turned non-finite, or tripled.

    Means of so few batches rise as far in sound runs whose loss is next to nothing: the end is a third above that of
    the twin, which clips.
    """
    values = losses(run)
    sound = np.isfinite(values)
    if not sound.all():
        return bool(sound.argmin() > 10)
    means = smooth(values, 0.02)
    best = np.minimum.accumulate(means)
    rose = ((means > 1.5 * best) & (best < 0.8 * means[0])).any() or means.max() > 3 * means[0]
    return bool(rose and last(values) > 1.3 * last(losses(twin)))


def swings(run: History, twin: History) -> bool:
    """Means of the loss keep going up and down, by a third of their level and more, to the end."""
    means = smooth(losses(run), 0.01)[10:]
    if not np.isfinite(means).all():
        return False
    late = means[len(means) // 3 :]
    moves = np.abs(np.diff(late)).mean() / np.abs(late).mean()
    turns = (np.diff(np.sign(np.diff(late))) != 0).mean()
    spread = late.std() / np.abs(late).mean()
    return bool(spread > 0.2 and moves > 0.05 and turns > 0.05 and last(losses(run)) > 1.3 * last(losses(twin)))


def spiked(at: int) -> Shows:
    """Within 30 steps of a step the loss is three times all but the highest of the 100 steps before."""

    def shows(run: History, _: History) -> bool:
        values = losses(whole(run))
        before, after = values[max(0, at - 101) : at - 1], values[at - 1 : at + 30]
        return not np.isfinite(after).all() or bool(after.max() > 3 * np.quantile(before, 0.98))

    return shows


def rose(at: int) -> Shows:
    """From a step on, the mean loss of 30 steps is half as much again as that of the 100 steps before, or more."""

    def shows(run: History, _: History) -> bool:
        values = losses(whole(run))
        return not values[at - 1 : at + 29].mean() < 1.5 * values[at - 101 : at - 1].mean()

    return shows


def lingers(at: int) -> Shows:
    """The 25 steps after one step lose four times what the 25 before it did, without that step itself."""

    def shows(run: History, _: History) -> bool:
        values = losses(run)
        return bool(np.median(values[at : at + 25]) > 4 * np.median(values[at - 26 : at - 1]))

    return shows


def rose_early_and_lost_time(run: History, twin: History) -> bool:
    """In the first tenth the loss rose by 40 %; over the first half it lies above that of the twin, which warmed up.

    A rise counts in the mean of five steps: logs hold every fourth, and one step alone may be a hard batch.
    """
    values, sound = losses(run), losses(twin)
    half = len(values) // 2
    early = np.convolve(values[: len(values) // 10], np.full(5, 0.2), "valid")
    return bool(early.max() > 1.4 * values[0] and values[:half].mean() > 1.15 * sound[:half].mean())


def clipped_throughout(run: History, twin: History) -> bool:
    """Nine of ten gradients lie at three times the threshold or more, and the run learns far slower than its twin."""
    threshold = float(run.settings["max_grad_norm"])
    norms = column(run.steps, "gradient_norm")
    return bool((norms > 3 * threshold).mean() > 0.9 and last(losses(run)) > 1.5 * last(losses(twin)))


# Optimization.


def no_better_than_at_first(run: History, _: History) -> bool:
    """The loss over the whole training set moved by less than 3 % since before training."""
    values = fitted(run)
    return bool(abs(values[-1] - values[0]) < 0.03 * abs(values[0]))


def at_chance(run: History, twin: History) -> bool:
    """Training accuracy stays below half of the twin's, or at one number; the loss falls a fifth as far or less."""
    fall, wanted = (first(losses(one)) - last(losses(one)) for one in (run, twin))
    accuracy = last(fitted(run, "accuracy")) if "accuracy" in run.evaluations[-1] else 0.0
    best = last(fitted(twin, "accuracy")) if "accuracy" in twin.evaluations[-1] else 1.0
    constant = best < 1 and np.ptp(fitted(run, "accuracy")[-max(2, len(run.evaluations) // 3) :]) < 0.005
    return bool(fall < 0.2 * wanted and (accuracy < 0.5 * best or constant))


def ends_at_chance(run: History, twin: History) -> bool:
    """Training accuracy ends at one number, or near that of guessing with the loss above 0.9 of an untrained one's.

    Guessing is right in exp(-loss) of the cases for the loss of an untrained network, the twin before training.
    """
    if "accuracy" not in run.evaluations[-1] or not np.isfinite(losses(run)).all():
        return False
    accuracy, untrained = fitted(run, "accuracy")[-max(2, len(run.evaluations) // 3) :], fitted(twin)[0]
    guesses = accuracy.mean() < 1.3 * np.exp(-untrained) and last(losses(run)) > 0.9 * untrained
    return bool(np.ptp(accuracy) < 0.005 or guesses)


def slow_but_falling(run: History, twin: History) -> bool:
    """The loss falls to the end, by at least 2 % in all, and ends far above its twin's."""
    values = losses(run)
    thirds = [part.mean() for part in np.array_split(values, 3)]
    return bool(
        thirds[0] > thirds[1] > thirds[2]
        and last(values) < 0.98 * first(values)
        and last(values) > 1.5 * last(losses(twin))
    )


def still_falling(run: History, twin: History) -> bool:
    """The last fifth of the run improved by 4 % and more, and the twin, which went on, ended much lower."""
    values = losses(run)
    fifth = max(2, len(values) // 5)
    late, before = values[-fifth // 2 :].mean(), values[-fifth : -fifth // 2].mean()
    return bool(late < 0.98 * before and last(values) > 1.3 * last(losses(twin)))


def starts_too_high(run: History, twin: History) -> bool:
    """The loss before training is three times the twin's and more."""
    return bool(fitted(run)[0] > 3 * fitted(twin)[0])


def gradient_vanished(run: History, twin: History) -> bool:
    """The gradient is a hundredth of the twin's, or the run stays at chance."""
    norms, sound = (np.median(column(one.steps, "gradient_norm")[:50]) for one in (run, twin))
    return bool(norms < 0.05 * sound) or at_chance(run, twin)


def underfitted(run: History, twin: History) -> bool:
    """Training and validation both end, and rest, far above the twin's training loss."""
    values = fitted(run)
    late = values[int(0.7 * len(values)) :]
    resting = late.max() - late.min() < 0.15 * late.mean()
    close = last(held_out(run)) < 1.4 * last(values)
    return bool(resting and close and last(values) > 1.5 * fitted(twin)[-1] + 0.02)


# Schedule.


def decayed_too_early(run: History, twin: History) -> bool:
    """The rate is below a hundredth of its peak for the last 60 % and the end is well above the twin's."""
    rate = column(run.steps, "learning_rate")
    late = rate[int(0.4 * len(rate)) :]
    return bool(late.max() < 0.01 * rate.max() and last(losses(run)) > 1.15 * last(losses(twin)))


def rate_fell_too_fast(run: History, twin: History) -> bool:
    """The rate reaches a twentieth of its peak within 30 % of the run and the end is above the twin's."""
    rate = column(run.steps, "learning_rate")
    return bool(rate[: int(0.3 * len(rate))].min() < 0.05 * rate.max() and last(losses(run)) > last(losses(twin)))


def tested_rates(run: History, _: History) -> bool:
    """The rate rises a thousandfold and more, and the loss first falls, then ends higher."""
    rate, means = column(run.steps, "learning_rate"), smooth(losses(run), 0.02)
    rising = (np.diff(rate) > 0).all() and rate[-1] > 1000 * rate[0]
    finite = means[np.isfinite(means)]
    turned = finite.min() < 0.9 * finite[0] and (len(finite) < len(means) or finite[-1] > 1.2 * finite.min())
    return bool(rising and turned)


# Generalization.


def overfitted(run: History, _: History) -> bool:
    """The best validation loss lies before 70 % of the run, the end 10 % above it, while training went on falling."""
    values, train = held_out(run), fitted(run)
    best = int(values.argmin())
    ended = values[-max(1, len(values) // 20) :].mean()
    return bool(best < 0.7 * len(values) and ended > 1.1 * values[best] and train[-1] < 0.95 * train[best])


def gap(run: History, _: History) -> bool:
    """Validation ends at twice the training loss and more, and stays well above it all along."""
    train, values = fitted(run), held_out(run)
    late = slice(len(values) // 2, None)
    return bool((values[late] > 1.6 * train[late]).all() and values[-1] > 2 * train[-1])


def validation_leads(run: History, _: History) -> bool:
    """Through the later half the validation loss is below 70 % of the training loss, in the same mode.

    The lead is a tenth of what training gained, too: where both losses are next to nothing, a ratio says little.
    """
    train, values = fitted(run), held_out(run)
    late = slice(len(values) // 2, None)
    leads = (values < 0.7 * train) & (train - values > 0.1 * (train[0] - last(train)))
    return bool(leads[late].all())


def validation_jumps(run: History, _: History) -> bool:
    """From one evaluation to the next the validation loss moves by a fifth of its level, and twice as far as training.

    Both as shares of their levels. Where training, measured on all of its data, jumps as far, it is the model that
    jumps, and no log tells how many examples validation has.
    """
    late = slice(len(run.evaluations) // 4, None)
    jumps = [np.abs(np.diff(values[late])).mean() / values[late].mean() for values in (held_out(run), fitted(run))]
    return bool(jumps[0] > 0.2 and jumps[0] > 2 * jumps[1])


def loss_fell_metric_fell(run: History, _: History) -> bool:
    """The validation loss ends 15 % below its start while F1 falls below 60 % of its best."""
    score, values = held_out(run, "f1")[1:], held_out(run)[1:]
    return bool(
        last(values) < 0.85 * values[0] and last(score) < 0.6 * score[: len(score) // 3].max() and score.max() > 0.05
    )


def metric_never_moves(run: History, _: History) -> bool:
    """Validation accuracy is one and the same number at four of five evaluations and more while the loss moves."""
    metric, values = held_out(run, "accuracy")[1:], held_out(run)[1:]
    same = (metric == np.median(metric)).mean()
    return bool(same > 0.8 and len(np.unique(values)) > 0.9 * len(values))


# Data.


def saws(run: History, _: History) -> bool:
    """The loss of a step is much like the loss one epoch before, and swings within the epoch."""
    values, period = losses(run), run.steps_per_epoch
    late = values[len(values) // period // 2 * period :]
    parts = late[: len(late) // period * period].reshape(-1, period)
    shape = parts.mean(0)
    return bool(shape.std() > 0.5 * (parts - shape).std() and shape.std() > 0.15 * late.mean())


def steps_down_at_epochs(run: History, _: History) -> bool:
    """The loss falls between epochs by at least twice what it falls within them, twice and more."""
    period = run.steps_per_epoch
    values = losses(run)
    parts = values[: len(values) // period * period].reshape(-1, period)
    tail, head = parts[:, -period // 5 :].mean(1), parts[:, : period // 5].mean(1)
    drops, within = tail[:-1] - head[1:], head - tail
    clear = (drops > 2 * np.maximum(within[:-1], 0)) & (drops > 0.02 * parts.mean())
    return bool(clear.sum() >= 2)


# Collapse.


def generator_lost(run: History, _: History) -> bool:
    """The discriminator's loss ends below 0.1 and the generator's at three times ln 2 and more."""
    judge, maker = column(run.steps, "d_loss"), column(run.steps, "g_loss")
    return bool(last(judge) < 0.1 and last(maker) > 2.1)


def entropy_gone(run: History, _: History) -> bool:
    """Entropy is below 5 % of its start before half of the run, and the reward rests below 0.8 of the best."""
    entropy, reward = column(run.steps, "entropy"), column(run.steps, "reward")
    early = entropy[int(0.4 * len(entropy)) : len(entropy) // 2]
    return bool(early.mean() < 0.05 * entropy[0] and last(reward) < 0.8)


def ran_away(run: History, _: History) -> bool:
    """The divergence from the reference ends above 20 nats, at least five times what it was after a tenth."""
    divergence = column(run.steps, "kl")
    return bool(last(divergence) > 20 and last(divergence) > 5 * divergence[len(divergence) // 20])


# The log.


def overlapped(run: History, _: History) -> bool:
    """The second process repeats steps of the first."""
    return run.resumed is not None and run.resumed.steps[0]["step"] <= run.steps[-1]["step"]


def unchecked(_: History, __: History) -> bool:
    """Stand for a check that needs to know the step, which the plan of the run gives."""
    raise NotImplementedError("the plan of this run must say how its fault shows")


def always(_: History, __: History) -> bool:
    """What was done to the file is there without a doubt."""
    return True
