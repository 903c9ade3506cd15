"""Memoized functions of a run or of one of its series."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

_Told = TypeVar("_Told")


class Once:
    """An immutable object that remembers the results of functions of itself."""

    def once(self, ask: Callable[[Self], _Told]) -> _Told:
        """Return the result of a function of this object; the function is called at most once."""
        if ask not in self._told:
            self._told[ask] = ask(self)
        told: _Told = self._told[ask]
        return told

    @cached_property
    def _told(self) -> dict[Any, Any]:
        return {}
