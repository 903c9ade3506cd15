"""What functions tell of a run or of one of its series, worked out once for all who ask."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

_Told = TypeVar("_Told")


class Once:
    """Something that never changes, and remembers what it was asked."""

    def once(self, ask: Callable[[Self], _Told]) -> _Told:
        """Return what a function tells of this; it is called once, however many want to know."""
        if ask not in self._told:
            self._told[ask] = ask(self)
        told: _Told = self._told[ask]
        return told

    @cached_property
    def _told(self) -> dict[Any, Any]:
        return {}
