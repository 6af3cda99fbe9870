"""The heart of the package: an open namespace."""

from __future__ import annotations

import datetime
import pickle as _pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar, overload

from bulletin import _core
from bulletin.errors import Conflict, Missing, Overloaded
from bulletin.snapshot import Snapshot, Versioned
from bulletin.transaction import CommitResult, Transaction
from bulletin.watch import Change, Subscription, Watch

if TYPE_CHECKING:
    from bulletin.client import Client, Seconds

T = TypeVar("T")
Number = TypeVar("Number", int, float)

_MOST_ATTEMPTS = 10_000
_MISSING = object()


class Freshness(NamedTuple):
    """How far a replica is up to date: 'connected', 'syncing' or 'stale', and since when."""

    state: str
    since: datetime.datetime


def _reserved_names(kind: type) -> frozenset[str]:
    return frozenset(name for name in dir(kind) if not name.startswith("_"))


class Namespace(_core.Mapping):
    """An open namespace: a complete replica in this process's memory.

    Attributes are Python attributes, and items for names that Python or this class has a use for:

        robot.speed = 3.2; robot.speed; del robot.speed
        robot["odd name"] = 1; robot["watch"] = 2     # robot.watch is the method

    Reads touch this process's memory only. Writes are one round trip to the broker, and when they
    return, this process reads what they wrote. Names that begin with '_' are private: as Python
    attributes they belong to this object, as items to this client; neither is shared.
    """

    def __init__(self, client: Client, name: str, *, pickle: bool = False) -> None:
        self._client = client
        self._pickle = pickle
        codec = (_pickle.dumps, _pickle.loads) if pickle else (None, None)
        self._bulletin_attach(client, name, _RESERVED, *codec, None, 0)

    def _bulletin_share(self, dumps: Any, loads: Any, page: Any, word: int) -> None:
        """Has it read and write as the proxies of a manager do."""
        self._bulletin_attach(self._client, self.name, _RESERVED, dumps, loads, page, word)

    # --- what the extension calls where it is not quick ---

    def _bulletin_read(self, name: str) -> NoReturn:
        raise Missing(f"'{self.name}' has no attribute '{name}'", name)

    def _bulletin_write(self, name: str, value: Any) -> None:
        if name in _RESERVED:
            raise AttributeError(
                f"'{name}' is a name of bulletin.Namespace: use ns['{name}'] for the attribute"
            )
        self._bulletin_set(name, value, False, None)

    def _bulletin_erase(self, name: str) -> None:
        if not self.erase(name):
            self._bulletin_read(name)

    # --- reads ---

    @property
    def name(self) -> str:
        """The path, such as 'plant/line1/robot'."""
        return self._bulletin_state()[0]

    @property
    def uri(self) -> str:
        """ENDPOINT#NAMESPACE, for bulletin.open() in any process."""
        return self._bulletin_state()[1]

    @property
    def revision(self) -> int:
        """The newest commit that the replica has applied."""
        return self._bulletin_state()[2]

    @property
    def freshness(self) -> Freshness:
        """Whether the replica is up to date."""
        state, since = self._bulletin_state()[3:]
        return Freshness(state, datetime.datetime.fromtimestamp(since, datetime.timezone.utc))

    @property
    def client(self) -> Client:
        """The client that opened it."""
        return self._client

    @property
    def attributes(self) -> Attributes:
        """A view with attribute access and no public names of its own: every name is yours."""
        return Attributes(self)

    def read(self, name: str) -> Versioned | None:
        """The value and its revision, taken together; None: the attribute does not exist."""
        found = self._bulletin_versioned(name)
        return None if found is None else Versioned(*found)

    @overload
    def attribute(self, name: str) -> _core.Attribute[Any]: ...
    @overload
    def attribute(self, name: str, type: type[T]) -> _core.Attribute[T]: ...
    def attribute(self, name: str, type: type = object) -> _core.Attribute[Any]:
        """A typed handle: the quickest way to read one attribute again and again."""
        return _core.Attribute(self, name, type)

    def snapshot(self) -> Snapshot:
        """All attributes at one revision, as a Mapping."""
        return Snapshot(*self._bulletin_snapshot())

    def keys(self) -> list[str]:
        """The names of the attributes, in order."""
        return self._bulletin_names()

    def values(self) -> list[Any]:
        """The values of the attributes at one revision, in the order of their names."""
        return list(self.snapshot().values())

    def items(self) -> list[tuple[str, Any]]:
        """The names and values of the attributes at one revision."""
        return list(self.snapshot().items())

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __dir__(self) -> list[str]:
        names = self._bulletin_names() if self._bulletin_attached() else []
        return [*object.__dir__(self), *(name for name in names if name.isidentifier())]

    def _ipython_key_completions_(self) -> list[str]:
        return self.keys()

    def __repr__(self) -> str:
        if not self._bulletin_attached():
            return "<bulletin.Namespace, not open>"
        _, uri, _, state, _ = self._bulletin_state()
        return f"<bulletin.Namespace {uri} ({state}, {len(self)} attributes)>"

    # --- writes ---

    def set(
        self, name: str, value: Any, *, ephemeral: bool = False, ttl: Seconds | None = None
    ) -> int:
        """Sets an attribute and returns the commit's revision.

        `ephemeral`: it goes when this client's session ends. `ttl`: it goes after that time.
        """
        return self._bulletin_set(name, value, ephemeral, ttl)

    def set_async(
        self, name: str, value: Any, *, ephemeral: bool = False, ttl: Seconds | None = None
    ) -> _core.Future[int]:
        """As set(), without waiting: calls are pipelined and keep their order."""
        return self._bulletin_set_async(name, value, ephemeral, ttl)

    async def aset(
        self, name: str, value: Any, *, ephemeral: bool = False, ttl: Seconds | None = None
    ) -> int:
        """As set(), for asyncio. Cancelling it ends the waiting; the write goes on."""
        return await self._bulletin_set_async(name, value, ephemeral, ttl)

    def post(
        self, name: str, value: Any, *, ephemeral: bool = False, ttl: Seconds | None = None
    ) -> None:
        """Queues a write and returns. flush() waits for all of them and raises the first error."""
        self._bulletin_post(name, value, ephemeral, ttl)

    def flush(self) -> None:
        """Waits until everything that was posted is decided and can be read here."""
        self._bulletin_flush()

    @contextmanager
    def batch(self) -> Iterator[Callable[..., None]]:
        """Gives post(); flushes at the end: `with ns.batch() as put: put("x", 1); put("y", 2)`."""
        yield self.post
        self.flush()

    def erase(self, name: str) -> bool:
        """Removes an attribute; False: it did not exist."""
        if name.startswith("_"):
            return self._bulletin_erase_private(name)
        transaction = self._bulletin_transaction()
        transaction.erase(name)
        return CommitResult(*self._bulletin_commit(transaction)).changed

    def pop(self, name: str, default: Any = _MISSING) -> Any:
        """Removes an attribute and returns the value that it had, atomically."""
        for _ in range(_MOST_ATTEMPTS):
            found = self.read(name)
            if found is None:
                return self._bulletin_read(name) if default is _MISSING else default
            transaction = self._bulletin_transaction()
            transaction.require(name, found.revision)
            transaction.erase(name)
            if CommitResult(*self._bulletin_commit(transaction)).committed:
                return found.value
        raise _always_lost(name)

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The value of an attribute, set to the default first if it does not exist; atomically."""
        while True:
            found = self.read(name)
            if found is not None:
                return found.value
            if self.compare_and_set(name, 0, default) is not None:
                return default

    def clear(self) -> None:
        """Removes all attributes, in one commit."""
        transaction = self._bulletin_transaction()
        transaction.clear()
        self._bulletin_commit(transaction)

    def assign(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> int:
        """Sets several attributes in one commit, and returns its revision."""
        transaction = self._bulletin_transaction()
        for name, value in {**(values or {}), **more}.items():
            transaction.set(name, value, False, None)
        return CommitResult(*self._bulletin_commit(transaction)).revision

    def compare_and_set(
        self,
        name: str,
        expected: int,
        value: Any,
        *,
        ephemeral: bool = False,
        ttl: Seconds | None = None,
    ) -> int | None:
        """Sets the attribute if its revision is still `expected` (0: if it does not exist).

        Returns the new revision; None: another writer was first, and its value can be read here.
        """
        transaction = self._bulletin_transaction()
        transaction.require(name, expected)
        transaction.set(name, value, ephemeral, ttl)
        result = CommitResult(*self._bulletin_commit(transaction))
        return result.revision if result.committed else None

    def add(self, name: str, amount: Number) -> Number:
        """Adds to a number, atomically at the broker, and returns the sum; absent counts as 0."""
        transaction = self._bulletin_transaction()
        transaction.add(name, amount)
        total: Number = self._bulletin_commit(transaction)[4][0]
        return total

    def update(
        self,
        name: str,
        change: Callable[[Any], Any],
        *,
        ephemeral: bool = False,
        ttl: Seconds | None = None,
    ) -> Any:
        """Sets the attribute to `change(value)`, again until no other writer came between.

        `change` gets None when the attribute does not exist, and may run more than once. Returns
        what was set.
        """
        for _ in range(_MOST_ATTEMPTS):
            found = self.read(name)
            value = change(None if found is None else found.value)
            expected = 0 if found is None else found.revision
            if self.compare_and_set(name, expected, value, ephemeral=ephemeral, ttl=ttl):
                return value
        raise _always_lost(name)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Changes that happen whole or not at all, committed at the end of the block.

            with ns.transaction() as t:
                t.require("owner", seen)
                t.x = 1
                del t.old
            t.result.revision

        Raises Conflict when a condition did not hold. A block that raises commits nothing.
        """
        transaction = Transaction(self._bulletin_transaction())
        yield transaction
        result = self.commit(transaction)
        if not result.committed:
            raise Conflict(
                f"'{result.lost}' of '{self.name}' has changed: nothing was committed", result.lost
            )

    def commit(self, transaction: Transaction) -> CommitResult:
        """Commits a transaction, if every condition holds; the result tells."""
        result = CommitResult(*self._bulletin_commit(transaction._built))
        object.__setattr__(transaction, "_result", result)
        return result

    # --- watching ---

    @overload
    def watch(self, name: str | None = None) -> Watch: ...
    @overload
    def watch(
        self, name: str | None = None, *, callback: Callable[[Change], Any]
    ) -> Subscription: ...
    def watch(
        self, name: str | None = None, *, callback: Callable[[Change], Any] | None = None
    ) -> Watch | Subscription:
        """The present value, and then every change, of one attribute or of all.

        Without a callback: to iterate with `for` or `async for`. With one: it runs on a thread of
        this package until the subscription is closed; what it raises is logged.
        """
        watch = Watch(self._bulletin_watch(name))
        return watch if callback is None else Subscription(watch, callback)

    def wait_for(
        self, name: str, condition: Callable[[Any], bool], timeout: float | None = None
    ) -> Any:
        """Waits until the attribute exists and `condition(value)` is true, and returns the value.

        Raises TimeoutError.
        """
        with self.watch(name) as watch:
            for change in watch.until(timeout):
                if not change.removed and condition(change.value):
                    return change.value
        raise TimeoutError(f"'{name}' of '{self.name}' did not become so in {timeout} s")

    def sync(self) -> None:
        """Waits until the replica has everything that was committed before this call."""
        self._bulletin_sync()

    # --- identity ---

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Namespace) and self.uri == other.uri

    def __hash__(self) -> int:
        return hash(self.uri)

    def __reduce__(self) -> tuple[Any, ...]:
        return _open, (self.uri, self._pickle)


class Attributes(_core.Attributes):
    """A namespace with attribute access only: see Namespace.attributes."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        codec = (_pickle.dumps, _pickle.loads) if namespace._pickle else (None, None)
        self._bulletin_attach(namespace._client, namespace.name, None, *codec, None, 0)

    def _bulletin_read(self, name: str) -> NoReturn:
        self._namespace._bulletin_read(name)

    def _bulletin_write(self, name: str, value: Any) -> None:
        self._bulletin_set(name, value, False, None)

    def _bulletin_erase(self, name: str) -> None:
        self._namespace._bulletin_erase(name)

    def __dir__(self) -> list[str]:
        return [*object.__dir__(self), *self._bulletin_names()]

    def __repr__(self) -> str:
        return f"<attributes of {self._namespace!r}>"


_RESERVED = _reserved_names(Namespace)


def _open(uri: str, pickle: bool) -> Namespace:
    from bulletin.client import open

    return open(uri, pickle=pickle)


def _always_lost(name: str) -> Overloaded:
    return Overloaded(
        f"the update of '{name}' gave up: other writers changed it each time before this one "
        "could; nothing was applied. Use add(), or let fewer writers update it",
        name,
    )
