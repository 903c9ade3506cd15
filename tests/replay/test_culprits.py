"""Which examples of a batch make its step fail, on batches of every kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.replay.training import Loop, examples
from torch import Tensor

from logdoctor.replay.pipeline import Options, replay
from logdoctor.replay.trials.culprits import MOST_CULPRITS, UnlikeBatchesError, examples_in, halved, mixed, oddity
from logdoctor.replayed import Culprits, Target


class Pair(NamedTuple):
    x: Tensor
    y: Tensor


@dataclass
class Batch:
    x: Tensor
    name: str


def filled(value: float) -> dict[str, Any]:
    x = torch.full((4, 2), value)
    return {
        "tensor": x,
        "tuple": (x, x[:, 0]),
        "dictionary": {"x": x, "texts": [str(value)] * 4, "scale": torch.tensor(value)},
        "named tuple": Pair(x, x[:, 0]),
        "dataclass": Batch(x, str(value)),
    }


@pytest.mark.parametrize("kind", filled(0.0))
def test_examples_stand_in_for_those_of_another_batch(kind: str) -> None:
    base, batch = filled(1.0)[kind], filled(2.0)[kind]
    assert examples_in(batch) == 4
    made = mixed(base, batch, [1, 3], 4)
    assert type(made) is type(batch)
    x = {"tensor": lambda: made, "tuple": lambda: made[0], "dictionary": lambda: made["x"]}.get(kind, lambda: made.x)()
    assert x[:, 0].tolist() == [1.0, 2.0, 1.0, 2.0]
    if kind == "dictionary":
        assert made["texts"] == ["1.0", "2.0", "1.0", "2.0"]
        assert float(made["scale"]) == 1.0


def test_batches_that_are_not_alike_are_not_mixed() -> None:
    for base, batch in [
        (torch.zeros(4, 5), torch.zeros(4, 6)),
        (None, torch.zeros(4)),
        ([torch.zeros(4)], (torch.zeros(4),)),
        ({"a": torch.zeros(4)}, {"b": torch.zeros(4)}),
        ((torch.zeros(4),), (torch.zeros(4), torch.zeros(4))),
    ]:
        with pytest.raises(UnlikeBatchesError):
            mixed(base, batch, [0], 4)


@given(st.integers(2, 200), st.data())
def test_few_culprits_are_found_in_few_steps(count: int, data: st.DataObject) -> None:
    planted = data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=2))
    calls = 0

    def fails(wanted: Any) -> bool:
        nonlocal calls
        calls += 1
        return bool(planted & set(wanted))

    assert halved(fails, count, lambda: calls) == tuple(sorted(planted))
    assert calls <= 40


def test_where_all_are_bad_or_only_together_none_is_named() -> None:
    assert halved(lambda wanted: True, 64, lambda: 0) == ()
    assert halved(lambda wanted: len(wanted) > 40, 64, lambda: 0) == ()
    assert len(halved(lambda wanted: bool({1, 20, 40, 60} & set(wanted)), 64, lambda: 0)) == MOST_CULPRITS


def test_an_accumulated_part_is_named_too() -> None:
    def batch(step: int) -> list[Any]:
        parts = [examples(2 * step), examples(2 * step + 1)]
        if step == 40:
            parts[1][0][[5, 9]] = math.nan
        return parts

    def loss(model: Any, parts: Any) -> Any:
        from tests.replay.training import loss_of

        return sum(loss_of(model, one) for one in parts) / 2 if isinstance(parts, list) else loss_of(model, parts)

    run = Loop(batch=batch, loss=loss, steps=60).run()
    result = replay(run.material(accumulate=2), Target(40), Options("cpu"))
    assert isinstance(result.culprits, Culprits)
    assert (result.culprits.examples, result.culprits.part, result.culprits.rest_goes_well) == ((5, 9), 1, True)
    assert result.culprits.told == "batch[0] is NaN there"


def test_a_recipe_that_takes_no_mixed_batch_is_replayed_all_the_same() -> None:
    from tests.replay.training import loss_of

    def batch(step: int) -> Any:
        x, y = examples(step)
        if step == 40:
            x[3, 2] = math.nan
        return x, y, torch.full((32,), step)

    def loss(model: Any, one: Any) -> Any:
        if len(one[2].unique()) > 1:
            raise ValueError("two steps in one batch")
        return loss_of(model, one)

    result = replay(Loop(batch=batch, loss=loss, steps=60).run().material(), Target(40), Options("cpu"))
    assert result.culprits is None
    assert result.verdict is not None
    assert result.verdict.cause == "bad-batch"


def test_what_stands_out_is_told() -> None:
    x = torch.rand(8, 3)
    x[2] *= 3000.0
    assert oddity((x, torch.arange(8)), [2], 8).startswith("batch[0] reaches ")
    x[2] = 0.0
    assert oddity({"x": x}, [2], 8) == "batch['x'] is 0 there"
    assert oddity(torch.rand(8, 3), [2], 8) == ""
