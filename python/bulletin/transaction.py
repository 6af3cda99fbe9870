"""A group of changes that happens whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bulletin import _core

if TYPE_CHECKING:
    from bulletin.client import Seconds


class CommitResult(NamedTuple):
    """What became of a transaction."""

    committed: bool
    """Every condition held. If not, nothing was changed."""
    revision: int
    """The commit's; or the newest of the namespace, if there was nothing to change."""
    changed: bool
    """It has changed the namespace."""
    lost: str
    """The attribute whose condition did not hold; '' if all held."""
    sums: list[int | float]
    """The results of the additions, in order."""


class Transaction:
    """Conditions and operations for Namespace.transaction(); they take effect in their order."""

    _built: _core.Transaction
    _result: CommitResult | None

    def __init__(self, built: _core.Transaction) -> None:
        object.__setattr__(self, "_built", built)
        object.__setattr__(self, "_result", None)

    @property
    def result(self) -> CommitResult:
        """What became of it, once it was committed."""
        if self._result is None:
            raise RuntimeError("the transaction is not committed yet")
        return self._result

    def require(self, name: str, revision: int) -> None:
        """Only commit if the attribute's revision is still this one; 0: if it does not exist."""
        self._built.require(name, revision)

    def set(
        self, name: str, value: Any, *, ephemeral: bool = False, ttl: Seconds | None = None
    ) -> None:
        """Sets an attribute; see Namespace.set."""
        self._built.set(name, value, ephemeral, ttl)

    def add(self, name: str, amount: int | float) -> None:
        """Adds to a number; the sum is in the result."""
        self._built.add(name, amount)

    def erase(self, name: str) -> None:
        """Removes an attribute, if it exists."""
        self._built.erase(name)

    def clear(self) -> None:
        """Removes all attributes."""
        self._built.clear()

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name):
            raise AttributeError(f"'{name}' is a name of Transaction: use t['{name}'] = ...")
        self.set(name, value)

    def __delattr__(self, name: str) -> None:
        self.erase(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        self.erase(name)
