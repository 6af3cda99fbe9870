"""Namespaces, their attributes, and what is written and read."""

from __future__ import annotations

import datetime
import inspect
import math
import pickle
import uuid

import bulletin
import pytest
from conftest import wait_until

VALUES = [
    None,
    True,
    False,
    0,
    -1,
    -33,
    127,
    128,
    255,
    256,
    65536,
    2**32,
    2**63 - 1,
    2**64 - 1,
    -(2**7) - 1,
    -(2**15) - 1,
    -(2**31) - 1,
    -(2**63),
    0.0,
    -0.0,
    1.5,
    math.inf,
    "",
    "ä" * 40,
    "x" * 70_000,
    b"",
    bytes(range(256)) * 300,
    [],
    [1, [2.5, ["x"]]],
    list(range(70_000)),
    {},
    {"b": 1, "a": {"c": [None]}},
    {str(i): i for i in range(70_000)},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__}")
def test_values_come_back_equal_and_of_the_same_type(board, other, value):
    board.value = value
    other.sync()
    for space in (board, other):
        assert space.value == value
        assert type(space.value) is type(value)
        assert repr(space.value) == repr(value)
    if isinstance(value, dict):
        assert list(board.value) == list(value), "the order of a dict's keys"


def test_nan_stays_nan(board):
    board.value = math.nan
    assert math.isnan(board.value)


@pytest.mark.parametrize(
    "value, kept", [((1, (2,)), [1, [2]]), (bytearray(b"x"), b"x"), (memoryview(b"y"), b"y")]
)
def test_similar_types_are_converted(board, value, kept):
    board.value = value
    assert board.value == kept


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, 1j, {1: 2}, "\ud800", datetime.datetime.now(), len]
)
def test_other_types_are_refused_with_the_name(board, value):
    with pytest.raises((TypeError, UnicodeEncodeError)):
        board.value = value
    assert "value" not in board


def test_integers_beyond_64_bits_are_refused(board):
    with pytest.raises(OverflowError):
        board.value = 2**64


def test_values_too_deep_are_refused(board):
    deep = []
    for _ in range(70):
        deep = [deep]
    with pytest.raises(TypeError, match="64 deep"):
        board.value = deep
    deep.append(deep)
    with pytest.raises(TypeError):
        board.value = deep


def test_numpy_scalars_are_numbers(board):
    numpy = pytest.importorskip("numpy")
    board.real, board.whole, board.flag = numpy.float32(1.5), numpy.int16(7), numpy.bool_(True)
    assert (board.real, board.whole, board.flag) == (1.5, 7, True)
    with pytest.raises(TypeError):
        board.array = numpy.zeros(3)


def test_pickle_is_a_choice(client, board):
    trusting = client.open(board.name, pickle=True)
    value = {(1, 2): {3}, "id": uuid.uuid4(), "big": 2**100}
    trusting.value = value
    assert trusting.value == value
    assert list(board.value) == ["__pickle__"]
    trusting.value = {"__pickle__": b"not one"}
    assert trusting.value == {"__pickle__": b"not one"}


def test_absent_attributes_are_missing_in_every_way(board):
    with pytest.raises(AttributeError) as attribute:
        board.nothing
    with pytest.raises(KeyError):
        board["nothing"]
    with pytest.raises(bulletin.Missing):
        del board.nothing
    assert attribute.value.name == "nothing"
    assert "'nothing'" in str(attribute.value)
    assert not hasattr(board, "nothing")
    assert board.get("nothing") is None
    assert board.get("nothing", 5) == 5
    assert board.read("nothing") is None
    assert getattr(board, "nothing", 6) == 6


def test_deleting(board):
    board.x = 1
    del board.x
    board["y"] = 1
    del board["y"]
    assert len(board) == 0 and list(board) == []
    assert board.erase("x") is False


def test_methods_and_attributes_of_one_name(board):
    board["watch"] = 5
    assert board["watch"] == 5
    assert callable(board.watch)
    assert callable(getattr(board, "".join(["wa", "tch"])))
    with pytest.raises(AttributeError, match=r"ns\['watch'\]"):
        board.watch = 6
    assert board.attributes.watch == 5
    board.attributes.set = 7
    assert board["set"] == 7
    del board.attributes.set
    assert "set" not in board


def test_underscores_are_private(board, other):
    board._x = object()
    board["_y"] = 1
    assert board["_y"] == 1
    assert board.keys() == []
    assert "_y" not in other
    with pytest.raises(AttributeError):
        board._z


def test_computed_names_find_what_named_ones_do(board):
    for i in range(1000):
        setattr(board, f"x{i}", i)
    assert [getattr(board, f"x{i}") for i in range(1000)] == list(range(1000))
    assert board.x5 == 5
    board.x5 = 6
    assert (board.x5, getattr(board, f"x{2 + 3}"), board[f"x{5}"]) == (6, 6, 6)
    assert len(board) == 1000


def test_a_kept_object_does_not_outlive_its_value(board, other):
    board.text = "one"
    assert board.text is board.text
    other.sync()
    other.text = "two"
    board.sync()
    assert board.text == "two"
    board.text = [1]
    board.text.append(2)
    assert board.text == [1]


def test_the_mapping_half(board):
    board.assign({"b": 1}, a=2)
    assert board.items() == [("a", 2), ("b", 1)]
    assert board.values() == [2, 1]
    assert dict(board.snapshot()) == {"a": 2, "b": 1}
    assert board.pop("a") == 2
    assert board.pop("a", None) is None
    with pytest.raises(KeyError):
        board.pop("a")
    assert board.setdefault("b", 9) == 1
    assert board.setdefault("c", 9) == 9
    board.clear()
    assert not board.keys()


def test_dir_lists_attributes(board):
    board.speed = 1
    board["not an identifier"] = 1
    assert "speed" in dir(board) and "watch" in dir(board)
    assert "not an identifier" not in dir(board)
    assert "not an identifier" in board._ipython_key_completions_()


def test_snapshots_are_mappings_of_one_revision(board):
    revision = board.assign(a=1, b=2)
    snapshot = board.snapshot()
    board.a = 5
    assert dict(snapshot) == {"a": 1, "b": 2}
    assert snapshot.revision == revision
    assert snapshot.read("a") == (1, revision)
    assert "a=" not in repr(snapshot) and str(revision) in repr(snapshot)


def test_conditional_writes(board):
    assert board.compare_and_set("x", 0, 1)
    assert board.compare_and_set("x", 0, 2) is None
    value, revision = board.read("x")
    assert value == 1
    assert board.compare_and_set("x", revision, 2) > revision
    assert board.update("x", lambda x: x * 10) == 20
    assert board.update("new", lambda x: x or "first") == "first"


def test_additions(board):
    assert board.add("n", 2) == 2
    assert board.add("n", -5) == -3
    assert board.add("r", 0.5) == 0.5
    board.text = "x"
    with pytest.raises(bulletin.WrongType) as error:
        board.add("text", 1)
    assert isinstance(error.value, TypeError)
    assert not error.value.retryable and not error.value.may_have_applied


def test_transactions(board):
    board.old = 1
    revision = board.read("old").revision
    with board.transaction() as t:
        t.require("old", revision)
        t.x = 1
        t["set"] = 2
        del t.old
        t.add("n", 3)
    assert t.result.committed and t.result.sums == [3]
    assert dict(board.snapshot()) == {"x": 1, "set": 2, "n": 3}
    with pytest.raises(bulletin.Conflict), board.transaction() as t:
        t.require("x", revision)
        t.x = 5
    assert t.result.lost == "x"
    with pytest.raises(ZeroDivisionError), board.transaction() as t:
        t.x = 6
        1 / 0
    assert board.x == 1


def test_ephemeral_attributes_and_times_to_live(broker, board):
    with bulletin.Client(broker.endpoint) as short:
        short.open(board.name).set("here", 1, ephemeral=True)
        board.sync()
        assert board.here == 1
    wait_until(lambda: "here" not in board)
    board.set("soon", 1, ttl=0.05)
    board.set("later", 1, ttl=datetime.timedelta(milliseconds=50))
    wait_until(lambda: len(board) == 0)
    for ttl in (0, -1, math.nan):
        with pytest.raises(ValueError):
            board.set("x", 1, ttl=ttl)
    with pytest.raises(TypeError):
        board.set("x", 1, ttl="soon")


def test_typed_handles(board):
    speed = board.attribute("speed", float)
    with pytest.raises(bulletin.Missing):
        speed()
    assert speed(1.5) == 1.5
    board.speed = 2
    assert speed() == 2.0 and type(speed()) is float
    speed.set(2.5)
    assert board.speed == 2.5
    board.speed = "fast"
    with pytest.raises(bulletin.WrongType, match="fast"):
        speed()
    assert board.attribute("speed")() == "fast"
    assert (speed.name, speed.type, speed.namespace) == ("speed", float, board)


def test_names_that_cannot_be(board):
    for name in ("", "x" * 1025, "a\0b"):
        with pytest.raises(ValueError):
            board[name] = 1
        with pytest.raises(ValueError):
            board[name]
    for name in (1, None, b"x"):
        with pytest.raises(TypeError):
            board[name]


def test_values_over_the_limit_are_rejected(board, client):
    with pytest.raises(bulletin.Rejected):
        board.big = b"x" * (client.limits["value_bytes"] + 1)


def test_identity(board, client):
    assert board == client.open(board.name)
    assert hash(board) == hash(client.open(board.name))
    assert board != client.open(board.name + "/other")
    assert board.name in repr(board) and "connected" in repr(board)
    assert board.freshness.state == "connected"
    board.x = 1
    copy = pickle.loads(pickle.dumps(board))
    assert copy == board and copy.x == 1
    assert bulletin.open(board.uri).x == 1


def test_a_closed_client(broker):
    client = bulletin.Client(broker.endpoint)
    space = client.open("closed")
    space.x = 1
    client.close()
    client.close()
    assert client.closed and "closed" in repr(client)
    assert space.x == 1, "handles stay readable"
    with pytest.raises(bulletin.Disconnected) as error:
        space.x = 2
    assert isinstance(error.value, ConnectionError) and error.value.retryable
    with pytest.raises(ConnectionError):
        client.open("more")


def test_no_broker():
    with bulletin.Client("tcp://127.0.0.1:1", open_timeout=0.05) as client:
        with pytest.raises(bulletin.Disconnected):
            client.open("x")
    with pytest.raises(ValueError):
        bulletin.Client("nonsense://")


def test_namespaces_are_listed(client, board):
    board.x = 1
    assert client.namespaces(board.name) == [board.name]


def test_functions_have_signatures_and_texts():
    for kind in (bulletin.Client, bulletin.Namespace, bulletin.Future, bulletin.Watch):
        for name, member in inspect.getmembers(kind, callable):
            if not name.startswith("_"):
                assert inspect.signature(member) is not None
                assert inspect.getdoc(member), f"{kind.__name__}.{name}"
