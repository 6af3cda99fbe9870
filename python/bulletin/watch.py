"""Following the changes of a namespace."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import Any, NamedTuple

from bulletin import _core, background


class Change(NamedTuple):
    """One change of one attribute. The changes of a commit have the same revision."""

    name: str
    value: Any
    """The new value; None when it was removed."""
    revision: int
    removed: bool
    skipped: int
    """How many changes were not told one by one before this one, because this reader was slower."""
    resynced: bool
    """Part of what brings the watch to the present: the first values, or what it skipped to."""
    last: bool
    """The final change of its commit."""


class Watch:
    """To iterate over changes, with `for` or `async for`; ends when it is closed.

    One thread or task at a time. Use it in a `with` block, or call close().
    """

    def __init__(self, core: _core.Watch) -> None:
        self._core = core
        self._pending: deque[Change] = deque()
        self._closed = False

    def fileno(self) -> int:
        """A descriptor that is readable while there are changes to take()."""
        return self._core.fileno()

    def take(self, timeout: float | None = 0) -> list[Change] | None:
        """All changes that have gathered; []: none within the timeout; None: it has ended."""
        if self._closed:
            return None
        taken = self._core.take(timeout)
        return None if taken is None else [Change(*change) for change in taken]

    def until(self, timeout: float | None = None) -> Iterator[Change]:
        """Iterates until no more time is left."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            while self._pending:
                yield self._pending.popleft()
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            taken = self.take(left)
            if taken is None or (not taken and left == 0.0):
                return
            self._pending.extend(taken)

    def __iter__(self) -> Iterator[Change]:
        return self.until(None)

    async def __aiter__(self) -> AsyncIterator[Change]:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        descriptor = self.fileno()
        loop.add_reader(descriptor, readable.set)
        try:
            while True:
                while self._pending:
                    yield self._pending.popleft()
                taken = self.take(0)
                if taken is None:
                    return
                self._pending.extend(taken)
                if not taken:
                    readable.clear()
                    await readable.wait()
        finally:
            loop.remove_reader(descriptor)

    def close(self) -> None:
        """Ends the watch, and the iteration over it."""
        self._closed = True
        self._core.close()

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Subscription:
    """Runs a callback for each change, on the package's thread, until it is closed."""

    def __init__(self, watch: Watch, callback: Callable[[Change], Any]) -> None:
        self._watch = watch
        self._callback = callback
        background.add_reader(watch.fileno(), self._run)

    def _run(self) -> None:
        changes = self._watch.take()
        if changes is None:
            background.remove_reader(self._watch.fileno())
            return
        for change in changes:
            if self._watch._closed:
                return
            try:
                self._callback(change)
            except Exception:
                background.logger.exception("the callback of a watch has raised")

    def close(self) -> None:
        """Ends it. From another thread a call that runs may still end after this."""
        background.remove_reader(self._watch.fileno())
        self._watch.close()

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
