"""What a series measures: the vocabulary that rules are written in.

A role is a class, so that a rule can declare its needs by type: `check(self, train: Trend[TrainLoss])`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Direction = Literal["down", "up", "none"]
"""Where a good run moves a quantity."""


class Role:
    """What a series measures."""

    id: ClassVar[str] = "unknown"
    direction: ClassVar[Direction] = "none"


class Unknown(Role):
    """A quantity that logdoctor does not recognise; it is kept and exported, but never judged."""


class Loss(Role):
    """Any quantity that training or validation tries to make small."""

    id = "loss"


class TrainLoss(Loss):
    """The loss that training minimises."""

    id = "train-loss"
    direction = "down"


class ValLoss(Loss):
    """The same loss on held-out data."""

    id = "validation-loss"
    direction = "down"


class TestLoss(Loss):
    """The loss on a test set, where a validation set exists beside it."""

    __test__ = False  # not a test class, whatever pytest thinks of its name
    id = "test-loss"
    direction = "down"


class TrainComponentLoss(Loss):
    """One term of a summed training loss."""

    id = "train-component-loss"


class ValComponentLoss(Loss):
    """One term of a summed validation loss."""

    id = "validation-component-loss"


class AdversarialLoss(Loss):
    """A generator's or discriminator's loss, which is not expected to fall."""

    id = "adversarial-loss"


class PolicyLoss(Loss):
    """A loss of reinforcement learning, whose level means little: what counts is the return."""

    id = "policy-loss"


class LearningRate(Role):
    """The optimizer's rate at a step."""

    id = "learning-rate"


class GradNorm(Role):
    """Norm of the gradient over all parameters, before clipping if the framework logs it so."""

    id = "gradient-norm"


class LossScale(Role):
    """The factor of mixed-precision loss scaling."""

    id = "loss-scale"


class TrainMetric(Role):
    """A figure of merit on training data, better when higher (accuracy, F1, reward ...)."""

    id = "train-metric"
    direction = "up"


class ValMetric(Role):
    """A figure of merit on held-out data, better when higher."""

    id = "validation-metric"
    direction = "up"


class TrainError(Role):
    """A figure on training data that is better when lower and is not the loss (error rate, perplexity ...)."""

    id = "train-error"
    direction = "down"


class ValError(Role):
    """A figure on held-out data that is better when lower and is not the loss."""

    id = "validation-error"
    direction = "down"


class Reward(Role):
    """Return or reward of reinforcement learning."""

    id = "reward"
    direction = "up"


class Entropy(Role):
    """Entropy of a policy's actions or of a language model's next token, in nats."""

    id = "entropy"


class KlDivergence(Role):
    """Kullback-Leibler divergence from a reference, a prior, or the policy before the update."""

    id = "kl-divergence"


class Throughput(Role):
    """Speed and use of the machine; never a measure of quality."""

    id = "throughput"


class Counter(Role):
    """A position in the training, logged as a quantity: epoch, tokens, elapsed time."""

    id = "counter"


class Setup(Role):
    """A setting that was logged as a quantity: batch size, clip threshold, weight decay."""

    id = "setup"


ROLES: dict[str, type[Role]] = {
    role.id: role
    for role in (
        Unknown, TrainLoss, ValLoss, TestLoss, TrainComponentLoss, ValComponentLoss, AdversarialLoss, PolicyLoss,
        LearningRate, GradNorm, LossScale, TrainMetric, ValMetric, TrainError, ValError, Reward, Entropy,
        KlDivergence, Throughput, Counter, Setup,
    )
}  # fmt: skip
"""Every role by its id, as configuration spells it."""
