"""A namespace as it was at one revision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Versioned(NamedTuple):
    """A value and the revision that set it, taken together."""

    value: Any
    revision: int


class Snapshot(Mapping[str, Any]):
    """All attributes at one revision, in the order of their names: dict(snapshot) works."""

    __slots__ = ("_items", "revision")

    def __init__(self, revision: int, items: dict[str, tuple[Any, int]]) -> None:
        self.revision = revision
        self._items = items

    def __getitem__(self, name: str) -> Any:
        return self._items[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def read(self, name: str) -> Versioned | None:
        """The value and its own revision; None: the attribute does not exist."""
        found = self._items.get(name)
        return None if found is None else Versioned(*found)

    def __repr__(self) -> str:
        return f"<bulletin.Snapshot at revision {self.revision}: {dict(self)!r}>"
