"""Generators, policies and metrics that give up."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from torch.optim import Adam

from .autoencoders import VariationalAutoencoder
from .data import breast_cancer, single_best_class
from .networks import mlp
from .policies import PolicyGradient, ReferencePolicy
from .printed import dcgan_example
from .recipe import Recipe, Sample
from .train import Adversaries, Fit, cosine
from .write import keras_history, lightning_csv, tensorboard

CLEAN_RL = {
    "entropy": "losses/entropy",
    "policy_loss": "losses/policy_loss",
    "reward": "charts/episodic_return",
    "learning_rate": "charts/learning_rate",
}
PYTORCH_VAE = {
    "divergence": "KLD",
    "loss": "loss",
    "reconstruction": "Reconstruction_Loss",
}
TRL = {
    "kl": "objective/kl",
    "entropy": "objective/entropy",
    "reward": "env/reward_mean",
    "policy_loss": "ppo/loss/policy",
    "learning_rate": "ppo/learning_rate",
}

COLLAPSE = (
    Recipe(
        folder="gan-collapse",
        run="A generator of handwritten digits and its discriminator, 64 hidden units and 128, with Adam.",
        planted="The discriminator learns at 500 times the rate of the generator and rejects everything.",
        framework="pytorch/examples dcgan, printed",
        samples={
            ".": Sample(
                Adversaries(
                    generator=mlp(16, 64, 64),
                    discriminator=mlp(64, 128, 1),
                    steps=2000,
                    generator_rate=1e-5,
                    discriminator_rate=5e-3,
                ),
                partial(dcgan_example, every=5),
                expect=("gan-collapse",),
                causes=(
                    "discriminator-too-strong",
                    "learning-rate-too-high",
                ),
            )
        },
    ),
    Recipe(
        folder="entropy-collapse",
        run="A choice of six arms in eight contexts by policy gradients with Adam.",
        planted="No bonus keeps the entropy up; the policy is certain before it has tried every arm.",
        framework="torch.utils.tensorboard, as CleanRL names it",
        samples={
            ".": Sample(
                PolicyGradient(contexts=8, arms=6, hidden=32, steps=800, rate=0.02, entropy_bonus=0.0, start=2.5),
                partial(tensorboard, every=4, names=CLEAN_RL),
                expect=("entropy-collapse",),
                accept=(
                    "plateau",
                    "vanishing-gradients",
                ),
                causes=(
                    "no-entropy-bonus",
                    "learning-rate-too-high",
                ),
            )
        },
    ),
    Recipe(
        folder="kl-blowup",
        run="Texts of 64 letters tuned for a reward by policy gradients with Adam.",
        planted="The penalty on the divergence from the first policy has the wrong sign.",
        framework="torch.utils.tensorboard, as Hugging Face TRL names it",
        samples={
            ".": Sample(
                ReferencePolicy(length=64, letters=10, steps=800, rate=0.02, penalty=-0.05),
                partial(tensorboard, every=5, names=TRL),
                expect=("kl-blowup",),
                accept=("entropy-collapse",),
                causes=(
                    "kl-penalty-too-weak",
                    "learning-rate-too-high",
                ),
            )
        },
    ),
    Recipe(
        folder="falling-return",
        run="A choice of six arms in eight contexts by policy gradients with Adam.",
        planted="The advantage has the wrong sign, so that the policy avoids what pays.",
        framework="torch.utils.tensorboard, as CleanRL names it",
        samples={
            ".": Sample(
                PolicyGradient(contexts=8, arms=6, hidden=32, steps=800, rate=1e-3, entropy_bonus=0.01, sign=-1.0),
                partial(tensorboard, every=4, names=CLEAN_RL),
                expect=("falling-return",),
                accept=("entropy-collapse",),
                causes=("wrong-loss-or-output",),
            )
        },
    ),
    Recipe(
        folder="posterior-collapse",
        run="A variational autoencoder of handwritten digits, 64-48-8-48-64 with Adam.",
        planted="The divergence of the code from its prior is weighted 500 times too much.",
        framework="Lightning CSVLogger, as PyTorch-VAE names it",
        samples={
            ".": Sample(
                VariationalAutoencoder(code=8, hidden=48, steps=1500, rate=2e-3, divergence_weight=500.0),
                partial(lightning_csv, every=10, names=PYTORCH_VAE),
                expect=("posterior-collapse",),
                accept=("plateau", "underfitting"),
                causes=("kl-weight-too-high",),
            )
        },
    ),
    Recipe(
        folder="constant-metric",
        run="Benign or malignant cells, a network of 30-8-1 with Adam.",
        planted="The accuracy takes the largest of one output, which is always class 0; the network itself learns.",
        framework="Keras History",
        samples={
            ".": Sample(
                Fit(
                    replace(breast_cancer(), correct=single_best_class),
                    mlp(30, 8, 1),
                    epochs=40,
                    batch_size=16,
                    rate=1e-3,
                    optimizer=Adam,
                    schedule=cosine,
                ),
                keras_history,
                expect=("constant-metric",),
                causes=(
                    "wrong-loss-or-output",
                    "class-imbalance",
                ),
            )
        },
    ),
)
