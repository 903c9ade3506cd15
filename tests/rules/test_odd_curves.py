"""Whatever a log holds, no rule fails on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from logdoctor import Axis, Rule, example_run
from logdoctor.curves import Curve, flat, geometric, line
from logdoctor.engine import examine
from logdoctor.packs import installed_rules
from logdoctor.run import Setting

RULES: Sequence[Rule] = installed_rules()

NAMES = (
    "train_loss", "val_loss", "test_loss", "box_loss", "policy_loss", "value_loss", "td_loss", "d_loss", "g_loss",
    "train_accuracy", "val_accuracy", "val_f1", "val_r2", "train_error", "val_perplexity", "lr", "grad_norm",
    "loss_scale", "episode_return", "entropy", "kl", "throughput", "epoch", "tokens", "batch_size", "clip_fraction",
)  # fmt: skip

SETTINGS: dict[str, st.SearchStrategy[Setting]] = {
    "lr": st.sampled_from([0.0, 1e-5, 0.1, 10.0, -1.0, 1e300, float("nan")]),
    "optimizer": st.sampled_from(["Adam", "SGD", ""]),
    "batch_size": st.sampled_from([0, 1, 8, 4096, -3, 10**400]),
    "num_classes": st.sampled_from([0, 1, 2, 10, 10**6, 10**400]),
    "epochs": st.sampled_from([0, 3, 100]),
    "weight_decay": st.sampled_from([0.0, 0.1, 5.0]),
    "momentum": st.sampled_from([0.9, 1.0]),
    "gradient_accumulation_steps": st.sampled_from([0, 1, 4]),
    "warmup_steps": st.sampled_from([0, 10, 10**9]),
    "max_grad_norm": st.sampled_from([0.0, 1.0]),
}

LEVELS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.0, 1.0, -1.0, 0.693, 2.3]))
SIZES = st.integers(min_value=1, max_value=150)


def any_curve() -> st.SearchStrategy[Curve]:
    """Return curves that tell nothing and those that learn, of any size, some with values that are no numbers."""
    shapes = st.one_of(
        st.lists(st.floats(), max_size=30).map(lambda values: Curve(np.array(values, dtype=float))),
        st.builds(flat, LEVELS, SIZES),
        st.builds(line, LEVELS.map(lambda level: level / 4), LEVELS.map(lambda level: level / 4), SIZES),
        st.builds(geometric, st.sampled_from([1e-300, 1e-3, 1.0, 1e150]), st.sampled_from([1e-8, 2.0, 1e300]), SIZES),
        st.builds(
            lambda size, share, seed: flat(1.0, size).heavy_tailed(share, seed),
            SIZES, st.sampled_from([1e-9, 0.1, 3.0]), st.integers(min_value=0, max_value=5),
        ),
    )  # fmt: skip
    odd = st.sampled_from([float("nan"), float("inf"), float("-inf"), 0.0, 1e308])
    return st.one_of(shapes, st.builds(_with_odd, shapes, st.integers(min_value=0, max_value=149), odd))


def _with_odd(curve: Curve, at: int, value: float) -> Curve:
    return curve.with_value(at, value) if at < len(curve.values) else curve


@example({"train_loss": line(2.3, 2.2, 20), "train_accuracy": Curve(np.array([]))}, {}, Axis.EPOCH)
@example({"train_loss": line(1e300, 5e299, 40)}, {}, Axis.EPOCH)
@example({"train_loss": flat(0.0, 40).with_value(20, 1.0, 0.5, 0.2)}, {}, Axis.EPOCH)
@example({"td_loss": line(1.0, 2.0, 40), "episode_return": flat(0.0, 20).followed_by(flat(1.0, 20))}, {}, Axis.EPOCH)
@example({"train_loss": flat(1.7e308, 2)}, {}, Axis.EPOCH)
@example({"episode_return": geometric(1e-300, 1e300, 2), "train_loss": flat(0.0, 20)}, {}, Axis.EPOCH)
@example({"train_loss": line(2.3, 2.2)}, {"lr": 10**400, "num_classes": 10**400, "batch_size": 10**400}, Axis.EPOCH)
@example({"train_loss": flat(2.3125, 8), "grad_norm": flat(0.0, 8)}, {"batch_size": -3}, Axis.EPOCH)
@example(
    {
        "train_loss": line(2.0, 0.5, 60),
        "val_loss": line(2.0, 0.5, 60),
        "val_f1": flat(0.0, 20).followed_by(line(0.0, -1.0, 40)),
    },
    {},
    Axis.EPOCH,
)
@example({"train_loss": flat(0.0, 50), "lr": Curve(np.array([0.0858, 0.0966, 0.9917, 0.9951]))}, {}, Axis.EPOCH)
@example(
    {
        "train_loss": Curve(np.array([0.7891, 0.8095, 0.7129, 0.3403, 0.5853, 0.1933, 0.2346, 0.0, 0.9108, 0.0])),
        "train_accuracy": geometric(0.1, 2.3, 50),
        "val_f1": flat(0.9, 20).with_value(2, 0.0),
    },
    {"num_classes": 2},
    Axis.STEP,
)
@given(
    curves=st.dictionaries(st.sampled_from(NAMES), any_curve(), min_size=1, max_size=5),
    settings=st.fixed_dictionaries({}, optional=SETTINGS),
    axis=st.sampled_from([Axis.EPOCH, Axis.STEP]),
)
def test_no_rule_fails_on_any_curves(curves: dict[str, Curve], settings: dict[str, Setting], axis: Axis) -> None:
    run = example_run(settings, axis, 0, **curves)
    said = examine(run, RULES, [run])
    assert [(one.rule, one.error) for one in said.crashed] == []
