"""The drop-in for multiprocessing.managers: change one import line.

    from bulletin.managers import SyncManager

CPython's manager stays as it is, with all its types, names, authentication and exit order; only
`Namespace` is another: its attributes are on a board beside the server, and every process reads
them from its own memory. A read still sees whatever was said elsewhere before it began.
"""

from __future__ import annotations

import errno
import multiprocessing.connection
import threading
import time
from collections.abc import Callable
from multiprocessing import context, managers, process
from multiprocessing.managers import *  # noqa: F403
from multiprocessing.managers import BaseProxy
from typing import Any

from bulletin import proxies
from bulletin.namespace import Namespace as _NativeNamespace
from bulletin.proxies import NamespaceProxy
from bulletin.served import Board, ServedNamespace, served_namespace

__all__ = [*managers.__all__, "Namespace", "NamespaceProxy"]

Namespace = managers.Namespace
_CPythonManager = managers.SyncManager  # programs may put ours in its place


_LINGER = 30.0
_MOST_LINGERING = 10_000


class _Server(managers.Server):
    """CPython's server, with a board for its namespaces."""

    fallback_mapping = {
        **managers.Server.fallback_mapping,
        # Of what no board holds, such as a Namespace of CPython that was registered.
        "_bulletin_where": lambda self, connection, ident, obj: None,
    }

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._begin_board()

    def _begin_board(self) -> None:
        self.board = Board()
        # Namespaces to which no proxy refers, and until when they stay: a proxy may be on its way
        # in a queue, or in the arguments of a process that begins.
        self._lingering: dict[str, float] = {}

    def serve_forever(self) -> None:
        _end_with_parent(self)
        try:
            super().serve_forever()
        finally:
            self.board.close()

    def create(self, c: Any, typeid: str, /, *arguments: Any, **keywords: Any) -> Any:
        self._dispose_lingering()
        return super().create(c, typeid, *arguments, **keywords)

    def incref(self, c: Any, ident: str) -> None:
        with self.mutex:
            if self._lingering.pop(ident, None) is not None:
                self.id_to_refcount[ident] = 1
                return
        super().incref(c, ident)

    def decref(self, c: Any, ident: str) -> None:
        self._dispose_lingering()
        with self.mutex:
            is_last = self.id_to_refcount.get(ident) == 1
            if is_last and isinstance(self.id_to_obj[ident][0], ServedNamespace):
                del self.id_to_refcount[ident]
                self._lingering[ident] = time.monotonic() + _LINGER
                return
        super().decref(c, ident)

    def _dispose_lingering(self) -> None:
        ended = []
        with self.mutex:
            now = time.monotonic()
            while self._lingering:
                ident, until = next(iter(self._lingering.items()))
                if until > now and len(self._lingering) <= _MOST_LINGERING:
                    break
                del self._lingering[ident]
                ended.append(self.id_to_obj.pop(ident)[0])
        for namespace in ended:
            namespace._bulletin_dispose()


def _end_with_parent(server: managers.Server) -> None:
    """CPython's server outlives a parent that was killed; this one does not."""
    parent = process.parent_process()
    if parent is None:
        return

    def wait_for_its_end() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        event = getattr(server, "stop_event", None)
        if event is not None:
            event.set()

    threading.Thread(target=wait_for_its_end, daemon=True).start()


class SyncManager(_CPythonManager):
    """multiprocessing.managers.SyncManager, whose Namespace is quick."""

    _Server = _Server

    def get_server(self) -> managers.Server:
        server = super().get_server()
        server.__class__ = _Server
        server._begin_board()
        return server

    def connect(self) -> None:
        super().connect()
        self._forget_connections()
        proxies.known_keys[_key(self._address)] = bytes(self._authkey)

    def start(
        self, initializer: Callable[..., object] | None = None, initargs: tuple[Any, ...] = ()
    ) -> None:
        super().start(initializer, initargs)
        if isinstance(self._address, BaseException):
            error, self._address = self._address, None
            self._process.join()
            self.shutdown.cancel()
            self._state.value = managers.State.INITIAL
            raise error
        self._forget_connections()
        proxies.known_keys[_key(self._address)] = bytes(self._authkey)

    def _forget_connections(self) -> None:
        """Those to a server that was at this address before."""
        with BaseProxy._mutex:
            BaseProxy._address_to_local.pop(self._address, None)

    @classmethod
    def _run_server(cls, registry, address, authkey, serializer, writer, *rest):  # type: ignore
        try:
            super()._run_server(registry, address, authkey, serializer, writer, *rest)
        except OSError as error:
            if writer.closed or error.errno not in _ADDRESS_ERRORS:
                raise
            # CPython's manager dies of this, and its parent gets an EOFError.
            writer.send(OSError(error.errno, error.strerror, str(address)))
            writer.close()

    @staticmethod
    def _finalize_manager(process, address, *rest):  # type: ignore
        _CPythonManager._finalize_manager(process, address, *rest)
        proxies.server_ended(_key(address))

    def __reduce__(self) -> tuple[Any, ...]:
        """In another process: a manager that is connected to the same server."""
        if self._state.value != managers.State.STARTED:
            raise TypeError("a manager that is not started cannot be pickled")
        spawning = context.get_spawning_popen() is not None
        key = bytes(self._authkey) if spawning else None
        return _rebuild_manager, (type(self), self._address, key, self._serializer)


_ADDRESS_ERRORS = {errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES}
_key = proxies.address_key


def _rebuild_manager(
    kind: type[SyncManager], address: Any, authkey: bytes | None, serializer: str
) -> SyncManager:
    manager = kind(address, authkey or proxies.known_keys.get(_key(address)), serializer)
    manager._state.value = managers.State.STARTED
    return manager


SyncManager.register("Namespace", served_namespace, NamespaceProxy)


def Manager() -> SyncManager:
    """A started SyncManager, as multiprocessing.Manager() returns it."""
    manager = SyncManager()
    manager.start()
    return manager


def native_namespace(proxy: object) -> _NativeNamespace:
    """The native namespace behind a proxy; see bulletin.namespace()."""
    if not isinstance(proxy, NamespaceProxy):
        raise TypeError(f"expected a NamespaceProxy, not {type(proxy).__name__}")
    return proxy._bulletin_native()
