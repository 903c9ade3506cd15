"""Which logged quantity tells how far the outputs for different inputs lie apart, and which does not."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Run, Series
from logdoctor.run.understand import understand
from logdoctor.signals import Representation, Unmeasurable

LOSS = tuple(np.linspace(0.0, -0.99, 12))
FALLS = tuple(np.linspace(0.12, 0.01, 12))


def run(**curves: tuple[float, ...]) -> Run:
    named = {name.replace("__", "/"): values for name, values in curves.items()}
    return Run("run", understand([Series.of(name, range(len(values)), values) for name, values in named.items()]))


@pytest.mark.parametrize("name", ["std", "train__std", "feature_std", "train__z_std", "avg_output_std", "embeddingStd"])
def test_a_deviation_of_outputs_is_a_share_of_its_highest(name: str) -> None:
    found = Representation.measure(run(train_loss=LOSS, **{name: FALLS}))
    assert not found.has_scale
    assert found.left == pytest.approx(0.025 / 0.12, rel=0.3)


@pytest.mark.parametrize("name", ["collapse_level", "Collapse Level", "train__collapse"])
def test_a_collapse_level_is_what_is_gone(name: str) -> None:
    found = Representation.measure(run(train_loss=LOSS, **{name: tuple(np.linspace(0.1, 0.98, 12))}))
    assert found.has_scale
    assert found.left == pytest.approx(0.14, abs=0.01)


@pytest.mark.parametrize("branches", [1.0, 2.0])
def test_the_term_of_the_variance_is_what_is_missing_of_each_branch(branches: float) -> None:
    term = tuple(branches * np.linspace(0.7, 0.98, 12))
    found = Representation.measure(run(train_loss=FALLS, train_inv_loss=FALLS, train_std_loss=term))
    assert found.left == pytest.approx(0.06, abs=0.02)


@pytest.mark.parametrize(
    "curves",
    [
        {"train_loss": LOSS},
        {"train_loss": LOSS, "residual_std": FALLS},
        {"train_loss": FALLS, "train_variance_loss": FALLS, "train_pitch_loss": FALLS},
        {"train_loss": FALLS, "std": FALLS, "ep_rew_mean": FALLS},
        {"train_loss": FALLS, "z_std": FALLS, "kl": FALLS},
        {"train_loss": FALLS, "vq_loss": FALLS, "perplexity": (0.8,) * 12},
    ],
    ids=[
        "a cosine alone",
        "residuals",
        "the variance of a voice",
        "actions of a policy",
        "a latent code",
        "the share of a codebook that is in use",
    ],
)
def test_anything_else_is_none(curves: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(Unmeasurable):
        Representation.measure(run(**curves))
