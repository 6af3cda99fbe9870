"""The clients' side of the drop-in: proxies that read from this process's memory."""

from __future__ import annotations

import io
import mmap
import os
import pickle
import shutil
import socket
import threading
from collections.abc import Mapping
from multiprocessing import connection, managers, reduction, util
from multiprocessing.managers import BaseProxy
from typing import Any, NamedTuple

from bulletin import _core
from bulletin.client import Client
from bulletin.errors import ConnectionLost, Disconnected, InDoubt, Rejected
from bulletin.namespace import Namespace

_WRITE_TIMEOUT = 2.0

known_keys: dict[Any, bytes] = {}
"""The authkey of each server that this process knows: a pickled proxy does not carry it."""


class Place(NamedTuple):
    """Where a namespace is: the folder of its board, its name there, its word of the page."""

    folder: str
    name: str
    word: int


def endpoint_in(folder: str) -> str:
    return f"ipc://{folder}/board"


def page_path(folder: str) -> str:
    return f"{folder}/revisions"


def address_key(address: Any) -> Any:
    """A server's address as a key of dictionaries."""
    return tuple(address) if isinstance(address, list) else address


# --- the boards that this process reads ---


class _Board:
    """A client of one board, and the page of revisions that all its processes share."""

    def __init__(self, folder: str) -> None:
        with open(page_path(folder), "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 0)
        self.client = Client(endpoint_in(folder), log=False, write_timeout=_WRITE_TIMEOUT)


_boards: dict[str, _Board] = {}
_folders: dict[Any, set[str]] = {}  # of each server's address
_lock = util.ForkAwareThreadLock()
_connecting = util.ForkAwareThreadLock()


def board_in(folder: str) -> _Board:
    """The board in a folder; FileNotFoundError: it is of another host, or has ended."""
    with _lock:
        board = _boards.get(folder)
        if board is None:
            if not _boards:
                _close_at_exit()
            board = _boards[folder] = _Board(folder)
        return board


def close_client(folder: str) -> None:
    """Ends this process's use of a board: reads and writes fail from then on."""
    with _lock:
        board = _boards.get(folder)
    if board is not None:
        board.client.close()


def server_ended(address: Any) -> None:
    """The server at the address was shut down by this process, or was found to have ended."""
    for folder in _folders.pop(address, set()):
        close_client(folder)
        shutil.rmtree(folder, ignore_errors=True)  # a server that was killed has left it


def _close_all() -> None:
    for folder in list(_boards):
        close_client(folder)


def _close_at_exit(_: Any = None) -> None:
    # Children of multiprocessing end without atexit; a session that nobody ends lives 10 s more.
    util.Finalize(None, _close_all, exitpriority=-100)


class _AfterFork:
    """Children lose the finalizers of their parent."""


_after_fork = _AfterFork()
util.register_after_fork(_after_fork, _close_at_exit)


# --- values ---


class _Held(Exception):
    """The value is for the server to keep, as it holds proxies or descriptors."""


HELD = object()
"""What the board has of such a value."""


class _Pickler(reduction.ForkingPickler):
    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, (BaseProxy, connection._ConnectionBase, socket.socket)):
            raise _Held
        return NotImplemented


def _dumps(value: Any) -> bytes | None:
    if value is HELD:
        return None
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def _loads(pickled: bytes | None) -> Any:
    return HELD if pickled is None else pickle.loads(pickled)


def plain_namespace(values: Mapping[str, Any]) -> managers.Namespace:
    """CPython's Namespace: what a copy is."""
    return managers.Namespace(**values)


def describe(values: Mapping[str, Any]) -> str:
    """As str() of CPython's Namespace."""
    return f"Namespace({', '.join(sorted(f'{name}={value!r}' for name, value in values.items()))})"


class _Shared(_core.Attributes):
    """Attributes on the board of a server. Every public name is the user's."""

    def _bulletin_open(self, place: Place) -> None:
        board = board_in(place.folder)
        self._bulletin_attach(
            board.client, place.name, None, _dumps, _loads, board.page, place.word
        )

    def _bulletin_fetch(self, name: str) -> Any:
        raise NotImplementedError

    def _bulletin_hold(self, name: str, value: Any) -> None:
        raise NotImplementedError

    def _bulletin_read(self, name: str) -> Any:
        raise AttributeError(f"'Namespace' object has no attribute {name!r}")

    def _bulletin_write(self, name: str, value: Any) -> None:
        try:
            self._bulletin_set(name, value, False, None)
        except (_Held, Rejected):  # Rejected: it is larger than a board takes
            self._bulletin_hold(name, value)
        except (Disconnected, InDoubt) as error:
            raise _lost(error) from error

    def _bulletin_erase(self, name: str) -> None:
        transaction = self._bulletin_transaction()
        transaction.erase(name)
        try:
            changed = self._bulletin_commit(transaction)[2]
        except (Disconnected, InDoubt) as error:
            raise _lost(error) from error
        if not changed:
            raise AttributeError(f"'Namespace' object has no attribute {name!r}")

    def _bulletin_items(self) -> dict[str, Any]:
        _, items = self._bulletin_snapshot()
        return {
            name: self._bulletin_fetch(name) if value is HELD else value
            for name, (value, _) in items.items()
        }


def _lost(error: Disconnected | InDoubt) -> ConnectionLost:
    lost = ConnectionLost(str(error), error.name)
    lost.may_have_applied = error.may_have_applied
    return lost


class View(_Shared):
    """A namespace as its own server sees it."""

    def __init__(self, place: Place, held: dict[str, Any]) -> None:
        self._bulletin_kept = held
        self._bulletin_lock = threading.Lock()
        self._bulletin_open(place)

    def _bulletin_fetch(self, name: str) -> Any:
        return self._bulletin_kept[name]

    def _bulletin_hold(self, name: str, value: Any) -> None:
        with self._bulletin_lock:
            for other in list(self._bulletin_kept):  # those that were overwritten since
                found = self._bulletin_versioned(other)
                if found is None or found[0] is not HELD:
                    del self._bulletin_kept[other]
            self._bulletin_kept[name] = value
            self._bulletin_set(name, HELD, False, None)

    def _bulletin_clear(self) -> None:
        transaction = self._bulletin_transaction()
        transaction.clear()
        self._bulletin_commit(transaction)


class NamespaceProxy(_Shared, BaseProxy):
    """CPython's NamespaceProxy plus a quick way: it works where the board is not, too."""

    _exposed_ = (
        "__getattribute__",
        "__setattr__",
        "__delattr__",
        "_bulletin_where",
        "_bulletin_private",
        "_bulletin_hold",
        "_bulletin_fetch",
    )

    _bulletin_place: Place | None = None
    _bulletin_plain = False  # the referent is not on a board that this process reaches

    def __init__(
        self,
        token: managers.Token,
        serializer: str,
        manager: Any = None,
        authkey: bytes | None = None,
        exposed: Any = None,
        incref: bool = True,
        manager_owned: bool = False,
        place: Place | None = None,
    ) -> None:
        server = address_key(token.address)
        if authkey is None and manager is None:
            authkey = known_keys.get(server)
        BaseProxy.__init__(
            self, token, serializer, manager, authkey, exposed, incref, manager_owned
        )
        known_keys[server] = bytes(self._authkey)
        if place is not None:
            self._bulletin_place = Place(*place)

    # --- the way over the server ---

    def _callmethod(self, methodname: str, args: Any = (), kwds: Any = {}) -> Any:
        tls = self._tls
        # A connection that a fork has copied is the parent's.
        if getattr(tls, "owner", None) != os.getpid():
            tls.__dict__.pop("connection", None)
            tls.owner = os.getpid()
        if not hasattr(tls, "connection"):
            self._connect()
        try:
            tls.connection.send((self._id, methodname, args, kwds))
            kind, result = tls.connection.recv()
        except BaseException:
            # What comes is the answer to this call: the next one must not take it for its own.
            tls.connection.close()
            del tls.connection
            raise
        if kind == "#RETURN":
            return result
        raise managers.convert_to_error(kind, result)

    def _bulletin_connect(self) -> bool:
        """Whether the quick way is there; makes it if it can be made."""
        if self._bulletin_attached():
            return True
        with _connecting:  # one thread asks the server, which keeps a thread for each that does
            return self._bulletin_attached() or self._bulletin_try_to_connect()

    def _bulletin_try_to_connect(self) -> bool:
        if self._bulletin_plain:
            return False
        try:
            if self._bulletin_place is None:
                where = self._callmethod("_bulletin_where")
                self._bulletin_place = None if where is None else Place(*where)
            if self._bulletin_place is not None:
                self._bulletin_open(self._bulletin_place)
                _folders.setdefault(address_key(self._token.address), set()).add(
                    self._bulletin_place.folder
                )
                return True
        except (managers.RemoteError, FileNotFoundError):
            pass  # a server of CPython's own, or on another host
        self._bulletin_plain = True
        return False

    # --- attributes ---

    def _bulletin_read(self, name: str) -> Any:
        if self._bulletin_attached():
            return super()._bulletin_read(name)
        if self._bulletin_connect():
            return getattr(self, name)
        return self._callmethod("__getattribute__", (name,))

    def _bulletin_write(self, name: str, value: Any) -> None:
        if self._bulletin_connect():
            super()._bulletin_write(name, value)
        else:
            self._callmethod("__setattr__", (name, value))

    def _bulletin_erase(self, name: str) -> None:
        if self._bulletin_connect():
            super()._bulletin_erase(name)
        else:
            self._callmethod("__delattr__", (name,))

    def _bulletin_fetch(self, name: str) -> Any:
        try:
            return self._callmethod("_bulletin_fetch", (name,))
        except KeyError:
            return getattr(self, name)  # it was overwritten meanwhile

    def _bulletin_hold(self, name: str, value: Any) -> None:
        self._callmethod("_bulletin_hold", (name, value))

    def _bulletin_native(self) -> Namespace:
        if not self._bulletin_connect():
            raise ConnectionLost("this proxy's namespace is not on a board that can be reached")
        assert self._bulletin_place is not None
        client = board_in(self._bulletin_place.folder).client
        native = Namespace(client, self._bulletin_place.name)
        board = board_in(self._bulletin_place.folder)
        native._bulletin_share(_dumps, _loads, board.page, self._bulletin_place.word)
        return native

    # --- the rest of a proxy ---

    def _getvalue(self) -> Any:
        if not self._bulletin_connect():
            return super()._getvalue()
        return plain_namespace({**self._callmethod("_bulletin_private"), **self._bulletin_items()})

    def __reduce__(self) -> Any:
        rebuild, (kind, token, serializer, keywords) = super().__reduce__()
        if self._bulletin_place is not None:
            keywords["place"] = tuple(self._bulletin_place)
        return rebuild, (kind, token, serializer, keywords)

    def __dir__(self) -> list[str]:
        names = self._bulletin_names() if self._bulletin_connect() else []
        return [*object.__dir__(self), *names]

    def __str__(self) -> str:
        try:
            if self._bulletin_connect():
                return describe(self._bulletin_items())
        except Exception:
            return repr(self)[:-1] + "; '__str__()' failed>"
        return BaseProxy.__str__(self)
