"""Which examples of a batch make its step fail: half of them at a time stand in for those of a healthy batch.

By the failure itself, not by gradient norms of single examples: behind a normalising layer those miss an example that
is ten thousand times too large. Among healthy examples, because a batch of one is another thing to BatchNorm and means.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import torch
from torch import Tensor

from logdoctor.replay.errors import ReplayError
from logdoctor.replay.window.devices import tensors_of
from logdoctor.replay.window.guard import Guard
from logdoctor.replay.window.session import Session
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replay.window.stepping import NoBatchError, batch_of
from logdoctor.replayed import Culprits
from logdoctor.wording import number

MOST_STEPS = 40
"""Steps that the search may take: one of a thousand examples needs twenty, two need about forty."""

MOST_CULPRITS = 4
"""Examples that are named; where more fail alone, it is the batch as a whole."""

STANDS_OUT = 10.0
"""How much larger than in all others a number of an example is that is told."""


def culprits(session: Session, failing: Snapshot, ceiling: float, healthy_step: int) -> Culprits | None:
    """Return the examples of the failing step's batch that fail without the others.

    None where the batch cannot be divided, or the recipe cannot take one that is put together. Where no example fails
    alone, or many do, none is named.
    """
    try:
        return _searched(session, failing, ceiling, healthy_step)
    except (UnlikeBatchesError, ReplayError):
        return None


def _searched(session: Session, failing: Snapshot, ceiling: float, healthy_step: int) -> Culprits | None:
    accumulate = session.material.recipe.accumulate
    batch = batch_of(session.material, failing.step, session.device)
    healthy = batch_of(session.material, healthy_step, session.device)
    search = _Search(session, failing, ceiling)
    part = None
    if accumulate > 1:
        parts = [at for at, one in enumerate(batch) if search.fails([one, *healthy[1:]])]
        if len(parts) != 1:
            return None
        part, batch = parts[0], batch[parts[0]]
    rest, base = (healthy[1:], healthy[0]) if accumulate > 1 else ([], healthy)
    count = examples_in(batch)
    if count < 2:
        return None

    def fails(wanted: Sequence[int]) -> bool:
        taken = mixed(base, batch, wanted, count)
        return search.fails([taken, *rest] if accumulate > 1 else taken)

    found = halved(fails, count, lambda: search.steps)
    if not found:
        return Culprits(count, part=part)
    others = [at for at in range(count) if at not in found]
    return Culprits(count, found, part, not fails(others) if others else None, oddity(batch, found, count))


def come_again(session: Session, failing: int, found: Culprits | None, last: int) -> tuple[int, ...]:
    """Return the steps after the failing one, up to `last`, whose batches hold one of the examples found.

    As in the next epoch. Bit by bit: what is augmented or padded anew is another example.
    """
    if found is None or not found.examples:
        return ()
    batch = batch_of(session.material, failing, session.device)
    own = _rows(batch[found.part] if found.part is not None else batch, found.of)
    wanted = [{name: rows[at] for name, rows in own.items()} for at in found.examples]
    again = []
    for step in range(failing + 1, last + 1):
        try:
            later = batch_of(session.material, step, session.device)
        except NoBatchError:
            break
        parts = later if found.part is not None else [later]
        if any(_holds(_rows(part, examples_in(part)), one) for part in parts for one in wanted):
            again.append(step)
    return tuple(again)


def _rows(batch: Any, count: int) -> dict[str, Tensor]:
    """Return the bytes of every example, for NaN is not equal to itself."""
    return {
        name: one.detach().reshape(count, -1).contiguous().view(torch.uint8)
        for name, one in tensors_of(batch)
        if count and one.dim() and one.shape[0] == count
    }


def _holds(rows: Mapping[str, Tensor], example: Mapping[str, Tensor]) -> bool:
    if not example or any(name not in rows or rows[name].shape[1:] != one.shape for name, one in example.items()):
        return False
    same = [(rows[name] == one).all(1) for name, one in example.items()]
    return bool(torch.stack(same).all(0).any())


def halved(fails: Callable[[Sequence[int]], bool], count: int, steps: Callable[[], int]) -> tuple[int, ...]:
    """Return the few of `count` examples that fail alone, by halving those that fail; nothing where there are none.

    `steps` counts those that were spent.
    """
    found: list[int] = []
    pending: list[range] = [range(count)]
    while pending:
        group = pending.pop()
        if len(group) == 1:
            found.append(group[0])
            continue
        if steps() + 2 > MOST_STEPS:
            return ()
        halves = [half for half in (group[: len(group) // 2], group[len(group) // 2 :]) if fails(half)]
        pending += halves
        if not halves or len(found) + len(pending) > MOST_CULPRITS:  # only together, or too many
            return ()
    return tuple(sorted(found))


@dataclass
class _Search:
    """What has been tried of one batch."""

    session: Session
    failing: Snapshot
    ceiling: float
    steps: int = 0

    def fails(self, batch: Any) -> bool:
        """Whether the failing step fails on a batch."""
        self.steps += 1
        self.session.meter.spend()
        seen = self.session.at(self.failing).step(self.failing.step, batch=batch)
        return Guard([], fixed=self.ceiling).failure(seen) is not None


class UnlikeBatchesError(Exception):
    """Two batches are not made alike, as where each is padded to a length of its own."""


def examples_in(batch: Any) -> int:
    """Return the number of examples: the length that most tensors share in their first dimension; 0 for none."""
    lengths = Counter(one.shape[0] for _, one in tensors_of(batch) if one.dim())
    return int(lengths.most_common(1)[0][0]) if lengths else 0


def mixed(base: Any, batch: Any, wanted: Sequence[int], count: int) -> Any:
    """Return a batch with some examples of another in their places; raises UnlikeBatchesError."""
    if type(base) is not type(batch):
        raise UnlikeBatchesError
    if isinstance(batch, Tensor):
        return _mixed_tensors(base, batch, wanted, count)
    if isinstance(batch, dict) or hasattr(batch, "keys"):
        if set(base) != set(batch):
            raise UnlikeBatchesError
        made = {key: mixed(base[key], batch[key], wanted, count) for key in batch}
        return made if type(batch) is dict else type(batch)(made)
    if isinstance(batch, list | tuple):
        parts = _mixed_parts(base, batch, wanted, count)
        return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)
    if is_dataclass(batch) and not isinstance(batch, type):
        changed = {one.name: (getattr(base, one.name), getattr(batch, one.name)) for one in fields(batch)}
        return replace(batch, **{name: mixed(*both, wanted, count) for name, both in changed.items()})
    return base


def _mixed_tensors(base: Tensor, batch: Tensor, wanted: Sequence[int], count: int) -> Tensor:
    """Put rows in their places, where a tensor has one for each example."""
    if base.shape != batch.shape or base.dtype != batch.dtype:
        raise UnlikeBatchesError
    if not batch.dim() or batch.shape[0] != count:
        return base
    rows = torch.as_tensor(list(wanted), device=batch.device)
    return base.index_copy(0, rows, batch.index_select(0, rows))


def _mixed_parts(base: Sequence[Any], batch: Sequence[Any], wanted: Sequence[int], count: int) -> list[Any]:
    """Mix part by part; of a list that has a text or the name of a file for each example, these."""
    if len(base) != len(batch):
        raise UnlikeBatchesError
    if len(batch) == count and not any(isinstance(one, Tensor) for one in batch):
        return [batch[at] if at in wanted else base[at] for at in range(count)]
    return [mixed(one, other, wanted, count) for one, other in zip(base, batch, strict=True)]


def oddity(batch: Any, found: Sequence[int], count: int) -> str:
    """Describe what is unusual in the numbers of the examples found; empty if nothing is."""
    return next(_oddities(batch, found, count), "")


def _oddities(batch: Any, found: Sequence[int], count: int) -> Iterator[str]:
    others = [at for at in range(count) if at not in found]
    for name, one in tensors_of(batch):
        if not one.is_floating_point() or not one.dim() or one.shape[0] != count:
            continue
        magnitudes = one.detach().abs().flatten(1).amax(1).double().cpu() if one.dim() > 1 else one.detach().abs().cpu()
        own, rest = float(magnitudes[list(found)].max()), float(magnitudes[others].max()) if others else 0.0
        if math.isnan(own):
            yield f"{name} is NaN there"
        elif own > STANDS_OUT * rest:
            yield f"{name} reaches {number(own)} there, {number(rest)} elsewhere"
        elif own == 0.0 < rest:
            yield f"{name} is 0 there"
