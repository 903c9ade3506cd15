"""Properties of ATen operations: which arguments they read and write, from their schemas, and the exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

UNINITIALISED = frozenset(
    "empty empty_like empty_strided empty_permuted new_empty new_empty_strided resize_ resize_as_ set_ "
    "_efficientzerotensor _local_scalar_dense is_same_size".split()
)
"""Operations whose result holds whatever the memory held, or that make no numbers."""

OVERWRITING = frozenset(
    "copy_ fill_ zero_ normal_ uniform_ bernoulli_ random_ exponential_ log_normal_ cauchy_ geometric_ "
    "_foreach_copy_ _foreach_zero_".split()
)
"""In-place operations that do not read what they write to."""

ONE_RESULT = frozenset(
    "_scaled_dot_product_flash_attention _scaled_dot_product_flash_attention_for_cpu "
    "_scaled_dot_product_efficient_attention _scaled_dot_product_cudnn_attention _flash_attention_forward "
    "_efficient_attention_forward cudnn_batch_norm native_group_norm".split()
)
"""Operations whose further results are notes for their backward pass, where an infinity is ordinary."""


@dataclass(frozen=True)
class Traits:
    """What the schema of an operation says."""

    name: str
    ignored: bool
    view: bool
    written: frozenset[str]
    """Arguments that it writes to."""
    read: frozenset[str]
    """Arguments whose contents matter."""
    names: tuple[str, ...]


@lru_cache(maxsize=4096)
def traits_of(operation: Any) -> Traits:
    """Return the traits of an operation as `__torch_dispatch__` gets it."""
    schema = operation._schema
    name = schema.name.split("::")[-1]
    written = frozenset(one.name for one in schema.arguments if one.alias_info is not None and one.alias_info.is_write)
    outs = frozenset(one.name for one in schema.arguments if one.is_out)
    blind = outs | (written if name in OVERWRITING else frozenset())
    names = tuple(one.name for one in schema.arguments)
    aliases = any(one.alias_info is not None for one in schema.returns)
    return Traits(
        name=name,
        ignored=name in UNINITIALISED,
        view=aliases and not written,
        written=written,
        read=frozenset(names) - blind,
        names=names,
    )
