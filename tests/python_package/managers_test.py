"""The drop-in for multiprocessing.managers."""

from __future__ import annotations

import copy
import decimal
import enum
import multiprocessing
import os
import signal
import threading
from collections import OrderedDict, namedtuple

import bulletin
import bulletin.managers
import pytest
from bulletin.managers import SyncManager
from conftest import wait_until

Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 1


@pytest.fixture(scope="module")
def manager():
    with SyncManager() as manager:
        yield manager


VALUES = [
    (1, 2),
    {1, 2},
    1j,
    2**80,
    -(2**80),
    Point(1, 2),
    Colour.RED,
    decimal.Decimal("1.5"),
    {1: 2, (3,): 4},
    OrderedDict(b=1, a=2),
    bytearray(b"x"),
    "\ud800",
    [(1,)],
    {"__pickle__": b"x"},
    {"__held__": None},
    range(5),
    int,
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_every_picklable_value_comes_back_equal_and_of_the_same_type(manager, value):
    ns = manager.Namespace()
    ns.value = value
    assert ns.value == value
    assert type(ns.value) is type(value)


def test_a_list_that_contains_itself(manager):
    ns = manager.Namespace()
    circle = [1]
    circle.append(circle)
    ns.circle = circle
    read = ns.circle
    assert read[1] is read


def test_values_that_no_board_takes_are_held_by_the_server(manager):
    ns = manager.Namespace()
    ns.large = b"x" * (3 << 20)
    ns.shared = {"list": manager.list([1, 2])}
    assert len(ns.large) == 3 << 20
    ns.shared["list"].append(3)
    assert list(ns.shared["list"]) == [1, 2, 3]
    inner = manager.Namespace(x=1)
    ns.inner = inner
    del inner
    assert ns.inner.x == 1
    ns.inner.x = 2
    assert ns.inner.x == 2


def test_a_held_value_ends_when_it_is_overwritten(manager):
    ns = manager.Namespace()
    ns.large = b"x" * (3 << 20)
    ns.large = b"small"
    assert ns.large == b"small"
    ns.other = b"y" * (3 << 20)
    with pytest.raises(KeyError):
        bulletin.managers.BaseProxy._callmethod(ns, "_bulletin_fetch", ("large",))
    ns.large = b"z" * (3 << 20)
    assert (len(ns.large), len(ns.other)) == (3 << 20, 3 << 20)


def test_names_are_the_users(manager):
    names = ["name", "get", "set", "items", "watch", "client", "value", "read", "add", "update"]
    ns = manager.Namespace(**{name: name for name in names})
    for name in names:
        assert getattr(ns, name) == name
    assert [name for name in dir(type(ns)) if not name.startswith("_")] == []
    assert set(names) <= set(dir(ns))


def test_texts_of_cpython(manager):
    ns = manager.Namespace(b="x", a=1, _private=2)
    assert str(ns) == "Namespace(a=1, b='x')"
    assert repr(ns) == f"<NamespaceProxy object, typeid 'Namespace' at {id(ns):#x}>"
    for act, text in (
        (lambda: ns.c, "'Namespace' object has no attribute 'c'"),
        (lambda: delattr(ns, "c"), "'Namespace' object has no attribute 'c'"),
        (lambda: ns._c, "'NamespaceProxy' object has no attribute '_c'"),
        (lambda: ns._private, "'NamespaceProxy' object has no attribute '_private'"),
    ):
        with pytest.raises(AttributeError) as error:
            act()
        assert str(error.value) == text
    for act in (len, iter, lambda ns: ns["a"], lambda ns: "a" in ns):
        with pytest.raises(TypeError):
            act(ns)


def test_copies(manager):
    ns = manager.Namespace(a=[1], _private=2)
    same = copy.copy(ns)
    ns.a = [2]
    assert same.a == [2] and type(same) is type(ns) and same != ns
    plain = copy.deepcopy(ns)
    assert type(plain) is multiprocessing.managers.Namespace
    assert vars(plain) == {"a": [2], "_private": 2}


def test_private_names_belong_to_the_proxy(manager):
    ns = manager.Namespace()
    ns._mine = 1
    assert ns._mine == 1
    assert not hasattr(copy.copy(ns), "_mine")


def test_the_native_namespace_behind_a_proxy(manager):
    ns = manager.Namespace(n=1)
    native = bulletin.namespace(ns)
    assert native.add("n", 4) == 5
    assert ns.n == 5
    with pytest.raises(TypeError):
        bulletin.namespace(object())


def set_to(ns, value):
    ns.x = value


def increment(ns, lock, times):
    for _ in range(times):
        with lock:
            ns.count += 1


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_see_and_are_seen(method):
    context = multiprocessing.get_context(method)
    with SyncManager(ctx=context) as manager:
        ns = manager.Namespace(x=0, count=0)
        for i in range(1, 4):
            child = context.Process(target=set_to, args=(ns, i))
            child.start()
            child.join(30)
            assert (ns.x, child.exitcode) == (i, 0)
        lock = manager.Lock()
        children = [context.Process(target=increment, args=(ns, lock, 25)) for _ in range(4)]
        for child in children:
            child.start()
        for child in children:
            child.join(60)
        assert ns.count == 100


def tell(ns, pipe, times):
    for i in range(times):
        ns.x = i
        pipe.send(i)
        pipe.recv()


def test_a_read_sees_what_was_said_elsewhere(manager):
    ns = manager.Namespace()
    here, there = multiprocessing.Pipe()
    child = multiprocessing.Process(target=tell, args=(ns, there, 500))
    child.start()
    for _ in range(500):
        told = here.recv()
        assert ns.x == told
        here.send(None)
    child.join(30)


def plain():
    return _PLAIN


_PLAIN = multiprocessing.managers.Namespace(x=1)


class Serving(SyncManager):
    pass


Serving.register("plain", plain, bulletin.managers.NamespaceProxy)


def test_a_plain_namespace_of_cpython_is_served():
    with Serving() as manager:
        ns = manager.plain()
        assert ns.x == 1
        ns.x = (2,)
        del ns.x
        assert not hasattr(ns, "x")
        ns.y = 1
        assert str(ns) == "Namespace(y=1)"


def test_another_manager_connects():
    with SyncManager(("127.0.0.1", 0), b"key") as manager:
        other = SyncManager(manager.address, b"key")
        other.connect()
        ns = other.Namespace(x=1)
        ns.x += 1
        assert ns.x == 2
        with pytest.raises(multiprocessing.AuthenticationError):
            SyncManager(manager.address, b"wrong").connect()


def test_a_server_in_this_process():
    server = SyncManager(("127.0.0.1", 0), b"key").get_server()
    child = os.fork()
    if child == 0:
        try:
            server.serve_forever()
        finally:
            os._exit(0)
    server.listener.close()
    manager = SyncManager(server.address, b"key")
    wait_until(lambda: _connects(manager))
    assert manager.Namespace(x=5).x == 5
    os.kill(child, signal.SIGINT)
    os.waitpid(child, 0)


def _connects(manager):
    try:
        manager.connect()
        return True
    except ConnectionError:
        return False


def test_after_the_end_of_the_server_everything_fails_in_one_way():
    manager = SyncManager()
    manager.start()
    ns = manager.Namespace(x=1)
    assert ns.x == 1
    manager.shutdown()
    for act in (lambda: ns.x, lambda: setattr(ns, "x", 2), lambda: delattr(ns, "x")):
        with pytest.raises(bulletin.ConnectionLost) as error:
            act()
        assert isinstance(error.value, EOFError) and isinstance(error.value, ConnectionError)


def test_a_killed_server_is_noticed_and_takes_its_broker_along():
    manager = SyncManager()
    manager.start()
    ns = manager.Namespace(x=1)
    assert ns.x == 1
    folder = ns._bulletin_place.folder
    manager._process.kill()
    manager.join()

    def fails():
        try:
            ns.x
        except EOFError:
            return True
        return False

    wait_until(fails)
    assert os.stat(folder).st_mode & 0o777 == 0o700
    manager.shutdown()
    assert not os.path.exists(folder)


def test_the_states_of_a_manager():
    manager = SyncManager()
    with pytest.raises(AssertionError, match="server not yet started"):
        manager.Namespace()
    with pytest.raises(TypeError, match="initializer must be a callable"):
        manager.start(1)
    manager.start()
    with pytest.raises(multiprocessing.ProcessError, match="Already started server"):
        manager.start()
    manager.shutdown()
    with pytest.raises(multiprocessing.ProcessError, match="Manager has shut down"):
        manager.start()


def test_references_are_counted(manager):
    before = manager._number_of_objects()
    ns = manager.Namespace()
    assert manager._number_of_objects() == before + 1
    del ns
    wait_until(lambda: manager._number_of_objects() == before)


def test_many_threads_read_by_one_connection(manager):
    ns = manager.Namespace(x=1)
    there, leave = threading.Barrier(41), threading.Event()

    def read():
        ns.x
        there.wait()
        leave.wait()

    threads = [threading.Thread(target=read) for _ in range(40)]
    for thread in threads:
        thread.start()
    there.wait()
    tasks = len(os.listdir(f"/proc/{manager._process.pid}/task"))
    leave.set()
    for thread in threads:
        thread.join()
    assert tasks < 30
