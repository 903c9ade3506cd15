"""What is logged of a policy, and what is none."""

from __future__ import annotations

import pytest

from logdoctor import Run, Series
from logdoctor.run.understand import understand
from logdoctor.signals import Policy, Unmeasurable


def run(**curves: list[float]) -> Run:
    named = {name.replace("__", "/"): values for name, values in curves.items()}
    return Run("run", understand([Series.of(name, range(len(values)), values) for name, values in named.items()]))


def test_stable_baselines_logs_the_negative_of_the_entropy_as_a_loss() -> None:
    found = Policy.measure(run(train__entropy_loss=[-1.4, -1.0, -0.5], rollout__ep_rew_mean=[1.0, 2.0, 3.0]))
    assert found.entropy is not None
    assert list(found.entropy.series.values) == [1.4, 1.0, 0.5]
    assert found.reward is not None


def test_an_entropy_of_its_own_goes_before_a_loss() -> None:
    found = Policy.measure(run(losses__entropy=[1.4, 1.0, 0.5], losses__policy_loss=[0.0, 0.1, 0.0]))
    assert found.entropy is not None
    assert list(found.entropy.series.values) == [1.4, 1.0, 0.5]


@pytest.mark.parametrize(
    ("name", "per_update"),
    [
        ("losses__approx_kl", True),
        ("losses__old_approx_kl", True),
        ("policy__approxkl_avg", True),
        ("train__kl", False),
        ("objective__kl", False),
    ],
)
def test_a_divergence_from_the_policy_before_is_told_from_that_from_a_reference(name: str, per_update: bool) -> None:
    found = Policy.measure(run(**{name: [0.01, 0.02, 0.01], "reward": [1.0, 2.0, 3.0]}))
    assert found.kl is not None
    assert found.kl_is_per_update is per_update


@pytest.mark.parametrize(
    "curves",
    [
        {"train__loss": [2.0, 1.0, 0.5], "train__entropy": [1.4, 1.0, 0.5]},
        {"loss": [2.0, 1.0, 0.5], "kl": [10.0, 200.0, 300.0]},
    ],
    ids=["entropy of a language model's next token", "divergence of a variational autoencoder"],
)
def test_without_reward_or_preference_there_is_no_policy(curves: dict[str, list[float]]) -> None:
    with pytest.raises(Unmeasurable, match="rewards or preferences"):
        Policy.measure(run(**curves))
