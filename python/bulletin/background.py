"""The one thread that does for Python what the library's threads leave to it.

No thread of the library ever takes the GIL: what it has to tell waits behind a descriptor. This
thread waits for these descriptors, writes the log and runs the callbacks. It is a daemon that an
exit handler ends, and a forked child begins one of its own when it needs one.
"""

from __future__ import annotations

import asyncio
import atexit
import collections
import logging
import os
import selectors
import threading
from collections.abc import Callable, Generator
from typing import Any

logger = logging.getLogger("bulletin")


class _Background:
    """Calls functions when their descriptors become readable."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        self._selector.register(self._reader, selectors.EVENT_READ, None)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="bulletin", daemon=True)
        self._thread.start()

    def add(self, descriptor: int, ready: Callable[[], None]) -> None:
        with self._lock:
            self._selector.register(descriptor, selectors.EVENT_READ, ready)
        self._wake()

    def remove(self, descriptor: int) -> None:
        with self._lock:
            try:
                self._selector.unregister(descriptor)
            except (KeyError, ValueError):
                return
        self._wake()

    def stop(self) -> None:
        self._stopping = True
        self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(1)

    def close(self) -> None:
        self._selector.close()
        os.close(self._reader)
        os.close(self._writer)

    def _wake(self) -> None:
        try:
            os.write(self._writer, b"\0")
        except BlockingIOError:
            pass  # it is awake already

    def _run(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select():
                if key.data is None:
                    try:
                        os.read(self._reader, 4096)
                    except BlockingIOError:
                        pass
                    continue
                try:
                    key.data()
                except Exception:
                    logger.exception("a callback has raised")


_instance: _Background | None = None
_instance_lock = threading.Lock()


def _background() -> _Background:
    global _instance
    with _instance_lock:
        if _instance is None:
            _instance = _Background()
        return _instance


def add_reader(descriptor: int, ready: Callable[[], None]) -> None:
    """Calls `ready` on the background thread whenever the descriptor is readable."""
    _background().add(descriptor, ready)


def remove_reader(descriptor: int) -> None:
    """The opposite; after it, `ready` may still run once."""
    if _instance is not None:
        _instance.remove(descriptor)


def _after_fork_in_child() -> None:
    global _instance, _instance_lock, _waiter
    _instance_lock = threading.Lock()
    inherited, _instance = _instance, None
    if inherited is not None:
        inherited.close()
    _waiter = None


@atexit.register
def _stop() -> None:
    global _instance
    inherited, _instance = _instance, None
    if inherited is not None:
        inherited.stop()
        inherited.close()
    if _waiter is not None:
        _waiter.stop()


os.register_at_fork(after_in_child=_after_fork_in_child)


# --- awaiting writes ---


class _Waiter:
    """Waits for writes in the order in which they were awaited, which is that of their ends."""

    def __init__(self) -> None:
        self._waiting: collections.deque[tuple[Any, asyncio.Future[Any]]] = collections.deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="bulletin-writes", daemon=True)
        self._thread.start()

    def add(self, write: Any, waiter: asyncio.Future[Any]) -> None:
        with self._changed:
            self._waiting.append((write, waiter))
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(1)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._stopping:
                    self._changed.wait()
                if self._stopping:
                    return
                write, waiter = self._waiting.popleft()
            while not write.wait(0.1):
                if self._stopping:
                    return
            try:
                waiter.get_loop().call_soon_threadsafe(_settle, write, waiter)
            except RuntimeError:
                pass  # its event loop has ended


_waiter: _Waiter | None = None


def _settle(write: Any, waiter: asyncio.Future[Any]) -> None:
    if waiter.done():
        return  # cancelled: the write went on
    try:
        waiter.set_result(write.result())
    except Exception as error:
        waiter.set_exception(error)


def await_future(write: Any) -> Generator[Any, None, Any]:
    """What `await write` runs."""
    global _waiter
    if write.done():
        return _ready(write)
    waiter: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    if _waiter is None:
        _waiter = _Waiter()
    _waiter.add(write, waiter)
    return waiter.__await__()


def _ready(write: Any) -> Generator[Any, None, Any]:
    return write.result()
    yield
