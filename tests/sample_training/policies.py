"""Policy gradients: on a choice that depends on what is seen, and on a policy held to a reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .history import History
from .networks import mlp
from .train import Schedule, constant


@dataclass(frozen=True)
class PolicyGradient:
    """REINFORCE with a running baseline on contextual bandits; calling it trains.

    Each context has one arm that pays 1 and another that pays `decoy`; every other arm pays 0, all with noise.
    """

    contexts: int
    arms: int
    hidden: int
    steps: int
    rate: float
    entropy_bonus: float
    batch_size: int = 64
    decoy: float = 0.5
    noise: float = 0.3
    start: float = 0.0
    """How much the policy begins by preferring the arm that pays less, in logits."""
    sign: float = 1.0
    """That of the advantage; at -1 the policy learns to be paid as little as it can."""
    schedule: Schedule = constant
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam
    seed: int = 0

    def __call__(self) -> History:
        """Train and log reward, entropy, policy loss, rate and norm of the gradient."""
        torch.manual_seed(self.seed)
        policy = mlp(self.contexts, self.hidden, self.arms)()
        optimizer = self.optimizer(policy.parameters(), lr=self.rate)
        best = torch.arange(self.contexts) % self.arms
        second = (best + 1) % self.arms
        settings: dict[str, str | float] = {
            "lr": self.rate,
            "ent_coef": self.entropy_bonus,
            "batch_size": self.batch_size,
            "optimizer": self.optimizer.__name__,
            "n_actions": self.arms,
            "seed": self.seed,
        }
        history = History(settings, 1, self.steps)
        baseline = 0.0
        for step in range(1, self.steps + 1):
            rate = self.rate * self.schedule((step - 1) / self.steps)
            for group in optimizer.param_groups:
                group["lr"] = rate
            context = torch.randint(self.contexts, (self.batch_size,))
            logits = policy(nn.functional.one_hot(context, self.contexts).float())
            logits = logits + self.start * nn.functional.one_hot(second[context], self.arms)
            choice = torch.distributions.Categorical(logits=logits)
            arm = choice.sample()
            paid = (arm == best[context]) + self.decoy * (arm == second[context])
            paid = paid + self.noise * torch.randn(self.batch_size)
            surrogate = -self.sign * (choice.log_prob(arm) * (paid - baseline)).mean()
            entropy = choice.entropy().mean()
            optimizer.zero_grad()
            (surrogate - self.entropy_bonus * entropy).backward()
            norm = nn.utils.get_total_norm([one.grad for one in policy.parameters() if one.grad is not None])
            optimizer.step()
            baseline = 0.95 * baseline + 0.05 * paid.mean().item()
            history.steps.append({
                "step": step,
                "policy_loss": surrogate.item(),
                "reward": paid.mean().item(),
                "entropy": entropy.item(),
                "learning_rate": rate,
                "gradient_norm": norm.item(),
            })  # fmt: skip
        return history


@dataclass(frozen=True)
class ReferencePolicy:
    """A policy over short texts tuned for a reward, with a penalty on its divergence from where it began."""

    length: int
    letters: int
    steps: int
    rate: float
    penalty: float
    batch_size: int = 64
    noise: float = 0.2
    seed: int = 0

    def __call__(self) -> History:
        """Train and log reward, divergence, entropy, policy loss, rate and norm of the gradient."""
        torch.manual_seed(self.seed)
        reference = 1.5 * torch.randn(self.length, self.letters)
        worth = torch.rand(self.length, self.letters) / self.length
        logits = nn.Parameter(reference.clone())
        optimizer = torch.optim.Adam([logits], lr=self.rate)
        settings: dict[str, str | float] = {
            "lr": self.rate,
            "kl_coef": self.penalty,
            "batch_size": self.batch_size,
            "seed": self.seed,
        }
        history = History(settings, 1, self.steps)
        baseline = 0.5
        for step in range(1, self.steps + 1):
            now = torch.distributions.Categorical(logits=logits)
            text = now.sample(torch.Size([self.batch_size]))
            worths = worth.expand(self.batch_size, -1, -1).gather(2, text.unsqueeze(2)).sum((1, 2))
            reward = worths + self.noise * torch.randn(self.batch_size)
            divergence = _divergence(logits, reference)
            surrogate = -(now.log_prob(text).sum(1) * (reward - baseline)).mean()
            optimizer.zero_grad()
            (surrogate + self.penalty * divergence).backward()
            norm = nn.utils.get_total_norm([logits.grad] if logits.grad is not None else [])
            optimizer.step()
            baseline = 0.95 * baseline + 0.05 * reward.mean().item()
            history.steps.append({
                "step": step,
                "policy_loss": surrogate.item(),
                "reward": reward.mean().item(),
                "kl": divergence.item(),
                "entropy": now.entropy().sum().item(),
                "learning_rate": self.rate,
                "gradient_norm": norm.item(),
            })  # fmt: skip
        return history


def _divergence(logits: Tensor, reference: Tensor) -> Tensor:
    """Kullback-Leibler divergence of whole texts from the reference, in nats."""
    now, then = logits.log_softmax(1), reference.log_softmax(1)
    return (now.exp() * (now - then)).sum()
