"""Each peer of the diagnosis benchmark reproduces cases from its own documentation, tests or demo."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import ArrayLike
from tests.benchmarks.diagnosis.peers import PEERS, autotrainer, olmo_core, sagemaker
from tests.benchmarks.diagnosis.peers.autotrainer import AUTOTRAINER
from tests.benchmarks.diagnosis.peers.curves import epochs
from tests.benchmarks.diagnosis.peers.lightning import LIGHTNING, first_spike
from tests.benchmarks.diagnosis.peers.olmo_core import OLMO_CORE
from tests.benchmarks.diagnosis.peers.peer import Peer
from tests.benchmarks.diagnosis.peers.post_training_toolkit import POST_TRAINING_TOOLKIT
from tests.benchmarks.diagnosis.peers.runwise import RUNWISE
from tests.benchmarks.diagnosis.peers.sagemaker import SAGEMAKER
from tests.benchmarks.diagnosis.peers.umlaut import UMLAUT

from logdoctor import Run, Series
from logdoctor.run.understand import understand


def run_of(steps: Iterable[int] | None = None, /, **curves: ArrayLike) -> Run:
    """Return a run of the given curves by name, at the given steps or at 0, 1, 2 ..."""
    values = {name: np.asarray(curve, dtype=float) for name, curve in curves.items()}
    given = None if steps is None else list(steps)
    return Run("run", understand(Series.of(n, given or np.arange(len(v)), v) for n, v in values.items()))


def said(peer: Peer, run: Run) -> set[str]:
    return {alarm.name for alarm in peer.alarms(run)}


def normal(mean: float, spread: float, n: int = 100) -> np.ndarray:
    return np.random.default_rng(42).normal(mean, spread, n)


# SageMaker Debugger: the examples in the descriptions of the parameters, "List of Debugger built-in rules"


def test_sagemaker_compares_the_losses_that_its_documentation_names() -> None:
    """Saved every three steps with num_steps 10: step 21 is compared with 9, and the next to be checked is 33."""
    steps = np.arange(9, 40, 3)
    assert [(steps[here], steps[before]) for here, before in sagemaker.compared(steps)] == [(21, 9), (33, 21)]


@pytest.mark.parametrize(("fall", "fires"), [(0.0005, True), (0.002, False)])
def test_sagemaker_wants_a_tenth_of_a_percent_in_ten_steps(fall: float, fires: bool) -> None:
    loss = (1 - fall) ** (np.arange(101) / 10)
    assert ("LossNotDecreasing" in said(SAGEMAKER, run_of(loss=loss))) is fires


@pytest.mark.parametrize(("ratio", "fires"), [(0.09, False), (0.11, True)])
def test_sagemaker_calls_a_gap_of_a_tenth_overfit(ratio: float, fires: bool) -> None:
    loss = np.linspace(2, 1, 50)
    assert ("Overfit" in said(SAGEMAKER, run_of(loss=loss, val_loss=loss * (1 + ratio)))) is fires


@pytest.mark.parametrize(("flat", "fires"), [(9, False), (10, True)])
def test_sagemaker_waits_ten_steps_for_a_new_optimum(flat: int, fires: bool) -> None:
    loss = np.append(np.linspace(2, 1, 20), np.full(flat, 1.0))
    assert ("Overtraining" in said(SAGEMAKER, run_of(loss=loss, val_loss=loss))) is fires


def test_sagemaker_sees_what_is_not_finite_and_gradients_that_vanish() -> None:
    falling = np.geomspace(1, 0.1, 20)
    assert said(SAGEMAKER, run_of(loss=falling)) == set()
    assert said(SAGEMAKER, run_of(loss=[1.0, np.inf])) == {"ExplodingTensor"}
    assert said(SAGEMAKER, run_of(loss=falling, grad_norm=np.geomspace(1, 0.5e-7, 20))) == {"VanishingGradient"}


# AUTOTRAINER: its demo of an oscillating training, AutoTrainer/demo_case/Oscillating_Loss_Case

DEMO_ACCURACY = (
    "524 483 493 486 500 613 533 536 599 506 507 597 526 557 610 569 607 570 504 513 511 551 554 549 561 599 530 "
    "537 590 526 574 614 584 544 483 467 489 507 493 546 526 560 539 523 529 610 486 494 486 503 490 479 470 511 "
    "506 496 520 613 594 563 581"
)
"""Training accuracy of the 61 epochs of tmp/log_dir/log.csv, in thousandths."""


def test_autotrainer_finds_its_demo_unstable_where_it_did() -> None:
    """tmp/result_dir/monitor_detection.log: planned for 200 epochs, nothing until it is judged, and then 'unstable'."""
    accuracy = np.array(DEMO_ACCURACY.split(), dtype=float) / 1000
    loss = np.linspace(1.5, 0.9, len(accuracy))
    assert autotrainer.issue_in([loss], [accuracy[:55]], loss, planned=200) is None
    issue = autotrainer.issue_in([loss], [accuracy], loss, planned=200)
    assert issue is not None
    assert issue.name == "unstable"


def test_autotrainer_finds_its_other_demo_vanished_only_with_its_gradient() -> None:
    """demo_case/Gradient_Vanish_Case: 91 epochs of 300 at an accuracy of a half, found 'vanish'."""
    loss, accuracy = np.full(91, 0.6932), np.tile([0.4986, 0.5014], 46)[:91]
    assert autotrainer.issue_in([loss], [accuracy], np.full(91, 0.5), planned=300).name == "not_converge"  # type: ignore[union-attr]
    assert autotrainer.issue_in([loss], [accuracy], np.full(91, 1e-6), planned=300).name == "vanish"  # type: ignore[union-attr]
    assert autotrainer.issue_in([loss], [accuracy], np.full(91, 1e-6), planned=400) is None


def test_autotrainer_calls_nan_and_losses_of_a_thousand_exploded() -> None:
    assert said(AUTOTRAINER, run_of(loss=[2.0, np.nan])) == {"explode"}
    assert said(AUTOTRAINER, run_of(loss=[2.0, 1000.0])) == {"explode"}
    assert said(AUTOTRAINER, run_of(loss=[2.0, 999.0])) == set()


def test_autotrainer_is_content_with_a_training_that_learns() -> None:
    learned = 1 - np.geomspace(0.5, 0.02, 30)
    assert said(AUTOTRAINER, run_of(loss=1 - learned, accuracy=learned, val_accuracy=learned)) == set()


# UMLAUT: umlaut/heuristics.py


def test_umlaut_judges_each_epoch_against_the_one_before() -> None:
    assert said(UMLAUT, run_of(loss=[2.0, 1.5, 1.2], val_loss=[2.0, 1.6, 1.5])) == set()
    assert said(UMLAUT, run_of(loss=[2.0, 1.5, 1.2], val_loss=[2.0, 1.6, 1.61])) == {"Overfitting"}
    assert said(UMLAUT, run_of(loss=[2.0, 1.5, 1.6], val_loss=[2.0, 1.6, 1.61])) == set()
    assert said(UMLAUT, run_of(loss=[2.0, np.nan])) == {"NaNInLoss"}


def test_umlaut_warns_of_rates_outside_those_it_knows() -> None:
    assert said(UMLAUT, run_of(loss=[2.0, 1.0], learning_rate=[0.01, 1e-7])) == set()
    assert said(UMLAUT, run_of(loss=[2.0, 1.0], learning_rate=[0.02, 0.02])) == {"LearningRateRange"}
    assert said(UMLAUT, run_of(loss=[2.0, 1.0], learning_rate=[1e-8, 1e-8])) == {"LearningRateRange"}


# runwise: tests/test_anomalies.py, and the table of thresholds in its README


def test_runwise_finds_nothing_in_its_healthy_run() -> None:
    assert said(RUNWISE, run_of(loss=1.0 - np.arange(1000) * 0.001)) == set()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_runwise_finds_its_nan(bad: float) -> None:
    assert said(RUNWISE, run_of(loss=[1.0, 0.9, bad])) == {"nan"}


def test_runwise_finds_its_vanishing_gradients() -> None:
    assert "gradient" in said(RUNWISE, run_of(loss=np.full(50, 0.5), grad_norm=np.full(50, 1e-8)))


def test_runwise_finds_its_drop_of_throughput() -> None:
    speed = np.where(np.arange(100) < 80, 10.0, 3.0)
    assert said(RUNWISE, run_of(loss=np.full(100, 0.5), steps_per_sec=speed)) == {"system"}
    assert said(RUNWISE, run_of(loss=np.full(100, 0.5), steps_per_sec=np.where(speed < 10, 6.1, 10))) == set()


@pytest.mark.parametrize(("spread", "fires"), [(0.0, False), (0.01, True)])
def test_runwise_finds_its_spike_only_where_the_loss_varies(spread: float, fires: bool) -> None:
    """Its own test accepts both: 0.5 at 150 steps, tenfold at step 120. A window without spread is passed over."""
    loss = 0.5 + spread * np.sin(np.arange(150))
    loss[120] = 5.0
    assert ("spike" in said(RUNWISE, run_of(loss=loss))) is fires


def test_runwise_finds_its_plateau() -> None:
    assert said(RUNWISE, run_of(loss=0.5 + 0.001 * (np.arange(2000) % 10))) == {"plateau"}


def test_runwise_finds_its_overfitting() -> None:
    steps = np.arange(1000)
    rising = np.where(steps < 500, 0.8, 0.8 + (steps - 500) * 0.001)
    falling = 1.0 - steps * 0.0008
    assert said(RUNWISE, run_of(loss=falling, val_loss=rising)) == {"overfit"}
    assert said(RUNWISE, run_of(loss=falling, val_loss=falling)) == set()
    assert said(RUNWISE, run_of(loss=falling[:400], val_loss=rising[-400:])) == set()


# post-training-toolkit: tests/test_heuristics.py


def test_ptt_finds_its_loss_stuck_at_chance() -> None:
    assert "dpo_loss_random" in said(POST_TRAINING_TOOLKIT, run_of(loss=normal(0.693, 0.01)))
    healthy = np.linspace(0.69, 0.45, 100) + normal(0, 0.02)
    assert said(POST_TRAINING_TOOLKIT, run_of(loss=healthy)) == set()


def test_ptt_finds_its_plateau() -> None:
    healthy = np.linspace(3.0, 1.5, 100) + normal(0, 0.05)
    stuck = np.append(np.linspace(3.0, 2.0, 30), normal(2.0, 0.001, 70))
    assert said(POST_TRAINING_TOOLKIT, run_of(loss=healthy)) == set()
    assert "sft_loss_plateau" in said(POST_TRAINING_TOOLKIT, run_of(loss=stuck))


def test_ptt_finds_its_entropy_collapse_and_its_high_kl() -> None:
    assert said(POST_TRAINING_TOOLKIT, run_of(entropy=np.linspace(1.5, 0.01, 100))) == {"entropy_collapse"}
    assert said(POST_TRAINING_TOOLKIT, run_of(entropy=np.linspace(1.5, 1.2, 100) + normal(0, 0.05))) == set()
    assert said(POST_TRAINING_TOOLKIT, run_of(kl=[0.1] * 50 + [0.5] * 50)) == {"kl_instability"}
    assert said(POST_TRAINING_TOOLKIT, run_of(kl=np.linspace(0.05, 0.1, 100))) == set()


@pytest.mark.parametrize(
    ("last", "expected"), [(10.5, "gradient_explosion"), (0.009, "gradient_vanishing"), (5.0, None)]
)
def test_ptt_judges_the_last_gradient_by_the_first(last: float, expected: str | None) -> None:
    """The factors of detect_gradient_issues: ten times, and a hundredth of, the baseline."""
    gradient = np.append(1 + 0.5 * np.sin(np.arange(99)), last)
    assert (said(POST_TRAINING_TOOLKIT, run_of(grad_norm=gradient)) & {"gradient_explosion", "gradient_vanishing"}) == (
        {expected} if expected else set()
    )


# Lightning: tests/tests_fabric/utilities/test_spike.py


@pytest.mark.parametrize("spike", [3.0, np.inf, -np.inf, np.nan])
def test_lightning_stops_at_its_spike(spike: float) -> None:
    loss = 1 / np.arange(1, 10)
    assert first_spike(loss) is None
    loss[4] = spike
    assert first_spike(loss) == 4
    assert said(LIGHTNING, run_of(loss=loss)) == {"TrainingSpikeException"}


# OLMo-core: src/test/train/callbacks/stability_monitor_test.py


def test_olmo_core_finds_its_spikes() -> None:
    """A window of five values and two standard deviations, as in its test; 100 stands out, equal values do not."""
    loss = np.append(1 + 0.1 * np.arange(5), [100.0, 1.0])
    assert olmo_core.spikes(loss, window=5, threshold=2.0).tolist() == [True, False]
    assert not olmo_core.spikes(np.ones(10), window=5, threshold=2.0).any()


def test_olmo_core_needs_a_full_window() -> None:
    early, late = 1 + 0.1 * np.sin(np.arange(200)), 1 + 0.1 * np.sin(np.arange(200))
    early[100] = late[150] = 10.0
    assert said(OLMO_CORE, run_of(loss=early)) == set()
    assert said(OLMO_CORE, run_of(loss=late)) == {"loss spike"}


# What they read


def test_an_epoch_is_the_mean_of_what_was_logged_since_the_last_evaluation() -> None:
    train = Series.of("train_loss", range(1, 9), [8, 6, 4, 2, 1, 3, 5, 7])
    val = Series.of("val_loss", [4, 8], [3, 2])
    seen = epochs(Run("run", understand([train, val])))
    assert seen.train_loss.tolist() == [5, 4]
    assert seen.validation_loss.tolist() == [3, 2]
    assert len(seen.train_accuracy) == 0


def test_an_evaluation_before_anything_was_trained_ends_no_epoch() -> None:
    train = Series.of("train_loss", [2, 4], [6, 4])
    val = Series.of("val_loss", [0, 2, 3, 4], [9, 3, 2, 1])
    seen = epochs(Run("run", understand([train, val])))
    assert seen.train_loss.tolist() == [6, 6, 4]
    assert seen.validation_loss.tolist() == [3, 2, 1]


def test_accuracy_in_percent_is_a_share() -> None:
    seen = epochs(run_of(loss=[2.0, 1.0], accuracy=[50.0, 75.0], val_loss=[2.0, 1.0], val_accuracy=[0.5, 0.7]))
    assert seen.train_accuracy.tolist() == [0.5, 0.75]
    assert seen.validation_accuracy.tolist() == [0.5, 0.7]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
@pytest.mark.parametrize(
    "curves",
    [{}, {"loss": []}, {"loss": [1.0]}, {"loss": [np.nan] * 200, "val_loss": [np.inf] * 3}, {"accuracy": [0.1, 0.2]}],
    ids=["nothing", "no points", "one point", "nothing finite", "no loss"],
)
def test_a_peer_has_an_answer_to_every_run(peer: Peer, curves: dict[str, list[float]]) -> None:
    assert isinstance(peer.alarms(run_of(**curves)), tuple)
