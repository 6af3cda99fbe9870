"""A process's connection to a board."""

from __future__ import annotations

import atexit
import logging
import threading
import weakref
from datetime import timedelta
from types import TracebackType
from typing import Any

from bulletin import _core, background
from bulletin.namespace import Namespace

logger = logging.getLogger("bulletin")
_LEVELS = (logging.INFO, logging.WARNING, logging.ERROR)

Seconds = float | timedelta

_clients: weakref.WeakSet[Client]


class Client(_core.Client):
    """A session with one broker; usable from every thread, and on both sides of a fork.

    `endpoint`: where the broker listens, such as "tcp://robot7:5570" or "ipc:///run/board/socket";
    '': $BULLETIN_ENDPOINT, else tcp://127.0.0.1:5570. Keys: `server_key` (a file, or the 40
    characters), and `key_file` or `key`. Times are in seconds, or timedeltas.
    """

    def __new__(
        cls,
        endpoint: str = "",
        *,
        server_key: str = "",
        key_file: str = "",
        key: str = "",
        name: str = "",
        open_timeout: Seconds = 5.0,
        write_timeout: Seconds = 5.0,
        namespace_linger: Seconds = 10.0,
        close_timeout: Seconds = 1.0,
        log: bool = True,
    ) -> Client:
        self = super().__new__(
            cls,
            endpoint,
            server_key=server_key,
            key_file=key_file,
            key=key,
            name=name,
            open_timeout=open_timeout,
            write_timeout=write_timeout,
            namespace_linger=namespace_linger,
            close_timeout=close_timeout,
            log=log,
        )
        _clients.add(self)
        if log:
            background.add_reader(self._log_descriptor(), _LogWriter(self))
        return self

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        pass  # __new__ has done it

    def open(self, name: str, *, pickle: bool = False) -> Namespace:
        """Opens a namespace, and returns when its replica is complete.

        `pickle`: values that a board has no type for are pickled. Only for boards whose writers
        you trust: reading a pickle can run any code.
        """
        return Namespace(self, name, pickle=pickle)

    def close(self) -> None:
        """Ends the session. Handles stay readable; writes then raise Disconnected."""
        background.remove_reader(self._log_descriptor())
        super().close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<bulletin.Client, closed>" if self.closed else f"<bulletin.Client {self.endpoint}>"


class _LogWriter:
    """Passes on what a client logs; does not keep it alive."""

    def __init__(self, client: Client) -> None:
        self._descriptor = client._log_descriptor()
        self._client = weakref.ref(client, lambda _: background.remove_reader(self._descriptor))

    def __call__(self) -> None:
        client = self._client()
        if client is None:
            return
        for level, text in client._take_log():
            logger.log(_LEVELS[level], "%s", text)


_clients = weakref.WeakSet()
_shared: dict[str, Client] = {}
_shared_lock = threading.Lock()


def open(uri: str, *, pickle: bool = False) -> Namespace:
    """Opens the namespace that a URI names (Namespace.uri): ENDPOINT#NAMESPACE.

    All calls with one endpoint share a client, which lives as long as the process.
    """
    from urllib.parse import unquote

    endpoint, _, name = uri.partition("#")
    return shared_client(unquote(endpoint)).open(unquote(name), pickle=pickle)


def shared_client(endpoint: str) -> Client:
    """The client that open() uses for the endpoint."""
    with _shared_lock:
        client = _shared.get(endpoint)
    if client is None or client.closed:
        made = Client(endpoint)
        with _shared_lock:
            client = _shared.setdefault(endpoint, made)
            if client.closed:
                client = _shared[endpoint] = made
    return client


@atexit.register
def _close_all() -> None:
    """Before the library's own objects go: its threads end while there is still a process."""
    _core._note_exit()
    for client in list(_clients):
        client.close()
