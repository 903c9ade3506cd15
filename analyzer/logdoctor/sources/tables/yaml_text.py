"""YAML as plain values: tags that build Python objects build nothing."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

MOST_OPEN = 100
"""Brackets of YAML that are open at once; at every word its parser goes through all those of the line."""


def load_yaml(text: str) -> Any:
    """Read one document as plain values; raises ValueError where it is none."""
    documents = load_documents(text)
    if len(documents) > 1:
        raise ValueError("more than one document")
    return documents[0] if documents else None


def load_documents(text: str) -> list[Any]:
    """Read all documents of a stream as plain values; raises ValueError where one is none."""
    opened = accumulate(1 if one in "[{" else -1 for one in text if one in "[]{}")
    if max(opened, default=0) > MOST_OPEN:
        raise ValueError(f"more than {MOST_OPEN} brackets are open")
    import yaml

    class Plain(yaml.SafeLoader):
        """Reads what carries an unknown tag as if it had none, and keeps `<<` for a name: merging can be a bomb."""

        def flatten_mapping(self, node: yaml.Node) -> None:
            """Leave a mapping as it is written."""

    def untagged(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node)
        return loader.construct_scalar(node)  # type: ignore[arg-type]

    Plain.add_multi_constructor("", untagged)
    try:
        return list(yaml.load_all(text, Plain))
    except (yaml.YAMLError, RecursionError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        raise ValueError(str(error)) from error
