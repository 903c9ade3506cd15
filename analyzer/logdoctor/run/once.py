"""Memoized functions of a run or of one of its series."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

_Result = TypeVar("_Result")


class Once:
    """An immutable object that remembers the results of functions of itself."""

    def once(self, function: Callable[[Self], _Result]) -> _Result:
        """Return the result of a function of this object; the function is called at most once."""
        if function not in self._results:
            self._results[function] = function(self)
        result: _Result = self._results[function]
        return result

    @cached_property
    def _results(self) -> dict[Any, Any]:
        return {}
