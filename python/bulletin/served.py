"""The server's side of the drop-in: its board, and the namespaces on it."""

from __future__ import annotations

import shutil
import struct
import tempfile
import threading
import uuid
from multiprocessing import managers, process, util
from typing import Any

from bulletin import proxies
from bulletin.broker import Broker

_WORDS = 1 << 20


class Board:
    """The board of one server: a broker that begins with the first namespace, in a private folder.

    Beside the broker's socket is the page: one word for each namespace, with the newest revision
    that any process of this host has seen.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._broker: Broker | None = None
        self._folder = ""
        self._free_words: list[int] = []
        self._next_word = 0

    def start(self) -> str:
        """The folder in which the board is."""
        with self._lock:
            if self._broker is None:
                self._folder = tempfile.mkdtemp(prefix="board-", dir=util.get_temp_dir())
                with open(proxies.page_path(self._folder), "wb") as page:
                    page.truncate(_WORDS * 8)
                broker = Broker(proxies.endpoint_in(self._folder))
                try:
                    broker.start()
                except Exception:
                    shutil.rmtree(self._folder, ignore_errors=True)
                    raise
                self._broker = broker
            return self._folder

    def take_word(self) -> int:
        with self._lock:
            if self._free_words:
                return self._free_words.pop()
            if self._next_word == _WORDS:
                raise RuntimeError(f"this manager has {_WORDS} namespaces already")
            self._next_word += 1
            return self._next_word - 1

    def give_word(self, word: int) -> None:
        with self._lock:
            struct.pack_into("q", proxies.board_in(self._folder).page, word * 8, 0)
            self._free_words.append(word)

    def close(self) -> None:
        with self._lock:
            if self._broker is None:
                return
            proxies.close_client(self._folder)
            self._broker.shutdown()
            self._broker = None
            shutil.rmtree(self._folder, ignore_errors=True)


class ServedNamespace:
    """The referent of a NamespaceProxy: on the board, with what the board cannot hold.

    Its methods have names that no attribute of a user has; what CPython's Namespace offers to a
    proxy (`__getattribute__` and so on) works here, too, for proxies that the board does not reach.
    """

    def __init__(self, board: Board, values: dict[str, Any]) -> None:
        place = proxies.Place(board.start(), uuid.uuid4().hex, board.take_word())
        self._bulletin_board = board
        self._bulletin_place = place
        self._bulletin_held: dict[str, Any] = {}
        self._bulletin_view = proxies.View(place, self._bulletin_held)
        for name, value in values.items():
            setattr(self, name, value)

    def _bulletin_where(self) -> tuple[Any, ...]:
        return tuple(self._bulletin_place)

    def _bulletin_hold(self, name: str, value: Any) -> None:
        """Keeps a value here, and on the board a note that it is here."""
        self._bulletin_view._bulletin_hold(name, value)

    def _bulletin_fetch(self, name: str) -> Any:
        return self._bulletin_held[name]

    def _bulletin_private(self) -> dict[str, Any]:
        """The attributes that only copy.deepcopy() of a proxy sees."""
        return {k: v for k, v in self.__dict__.items() if not k.startswith("_bulletin_")}

    def _bulletin_dispose(self) -> None:
        self._bulletin_view._bulletin_clear()
        self._bulletin_held.clear()
        self._bulletin_board.give_word(self._bulletin_place.word)

    # As a plain Namespace.

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return object.__getattribute__(self, name)
        return getattr(self._bulletin_view, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._bulletin_view, name, value)

    def __delattr__(self, name: str) -> None:
        if name.startswith("_"):
            object.__delattr__(self, name)
        else:
            delattr(self._bulletin_view, name)

    def __repr__(self) -> str:
        return proxies.describe(self._bulletin_view._bulletin_items())

    def __reduce__(self) -> tuple[Any, ...]:
        values = {**self._bulletin_private(), **self._bulletin_view._bulletin_items()}
        return proxies.plain_namespace, (values,)


def served_namespace(**values: Any) -> ServedNamespace | managers.Namespace:
    """What the server makes for manager.Namespace(...)."""
    server = getattr(process.current_process(), "_manager_server", None)
    board = getattr(server, "board", None)
    if board is None:  # a server of CPython's own
        return managers.Namespace(**values)
    return ServedNamespace(board, values)
