"""Watches, futures and asyncio."""

from __future__ import annotations

import asyncio
import logging
import threading

import bulletin
import pytest
from conftest import wait_until


def test_a_watch_gives_the_present_value_and_then_every_change(board):
    board.x = 0
    with board.watch("x") as watch:
        for i in range(1, 100):
            board.x = i
        board.y = "not watched"
        del board.x
        seen = []
        for change in watch.until(10):
            seen.append(change)
            if change.removed:
                break
    assert [change.value for change in seen] == [*range(100), None]
    assert seen[0].resynced and not seen[1].resynced
    assert all(change.last and change.name == "x" for change in seen)
    assert [c.revision for c in seen] == sorted(c.revision for c in seen)


def test_a_watch_on_all_tells_where_a_commit_ends(board):
    with board.watch() as watch:
        board.assign(a=1, b=2)
        changes = []
        for change in watch.until(10):
            changes.append((change.name, change.value, change.last))
            if len(changes) == 2:
                break
    assert changes == [("a", 1, False), ("b", 2, True)]


def test_a_watch_without_changes_ends_in_time_and_when_it_is_closed(board):
    watch = board.watch()
    assert list(watch.until(0)) == []
    assert watch.take(0.01) == []
    watch.close()
    assert watch.take(5) is None
    assert list(watch) == []


def test_closing_the_client_ends_the_iteration(broker):
    client = bulletin.Client(broker.endpoint)
    watch = client.open("ending").watch()
    client.close()
    assert list(watch) == []


def test_a_slow_watch_skips_to_the_newest_values(board):
    with board.watch("x") as watch:
        for i in range(40):
            board.x = bytes([i]) * 500_000
        changes = list(watch.until(0.2))
    assert len(changes) < 40
    assert changes[-1].value == bytes([39]) * 500_000
    assert len(changes) + sum(change.skipped for change in changes) == 40


def test_callbacks_run_on_a_thread_of_python_and_their_errors_are_logged(board, caplog):
    seen = []

    def callback(change):
        seen.append((threading.current_thread().name, change.value, board.x))
        raise ValueError("of the callback")

    with caplog.at_level(logging.ERROR, "bulletin"), board.watch("x", callback=callback):
        board.x = 1
        board.x = 2
        wait_until(lambda: [value for _, value, _ in seen][-1:] == [2])
        wait_until(lambda: "of the callback" in caplog.text)
    assert {name for name, _, _ in seen} == {"bulletin"}


def test_a_callback_may_write_and_watch(board):
    subscriptions = []
    done = threading.Event()

    def inner(change):
        done.set()

    def outer(change):
        board.reply = change.value
        subscriptions.append(board.watch("reply", callback=inner))

    subscriptions.append(board.watch("x", callback=outer))
    board.x = 1
    assert done.wait(10)
    for subscription in subscriptions:
        subscription.close()


def test_waiting_for_a_value(board, other):
    threading.Timer(0.05, lambda: other.set("x", 5)).start()
    assert board.wait_for("x", lambda x: x > 3, 10) == 5
    with pytest.raises(TimeoutError, match="'x'"):
        board.wait_for("x", lambda x: x > 100, 0.01)


def test_futures(board):
    writes = [board.set_async("x", i) for i in range(100)]
    revisions = [write.result() for write in writes]
    assert revisions == sorted(revisions)
    assert board.x == 99
    assert writes[0].result() == revisions[0], "it can be asked for again"
    assert writes[0].done() and writes[0].wait(0)
    with pytest.raises(bulletin.Rejected):
        board.set_async("x", b"x" * (2 << 20)).result(10)


def test_posts_and_flush(board):
    with board.batch() as put:
        for i in range(1000):
            put("x", i)
    assert board.x == 999
    board.post("x", b"x" * (2 << 20))
    with pytest.raises(bulletin.Rejected):
        board.flush()
    board.flush()


def test_awaiting_writes_and_changes(board):
    async def follow(count):
        values = []
        async for change in board.watch("x"):
            values.append(change.value)
            if len(values) == count:
                return values

    async def work():
        await board.aset("x", 0)
        follower = asyncio.create_task(follow(51))
        await asyncio.sleep(0)
        await asyncio.gather(*(board.aset("x", i) for i in range(1, 51)))
        values = await asyncio.wait_for(follower, 10)
        with pytest.raises(bulletin.Rejected):
            await board.aset("x", b"x" * (2 << 20))
        return values

    values = asyncio.run(work())
    assert values[-1] == 50 and values == sorted(values)


def test_cancelling_an_await_does_not_confuse_the_next(board):
    async def work():
        for i in range(200):
            task = asyncio.create_task(board.aset("cancelled", i))
            await asyncio.sleep(0)
            task.cancel()
            assert await board.aset("x", i) == board.read("x").revision
            assert board.x == i
        return board.cancelled

    assert asyncio.run(work()) == 199, "the write goes on"


def test_what_a_client_logs(board, broker, caplog):
    with caplog.at_level(logging.INFO, "bulletin"):
        with bulletin.Broker() as mine, bulletin.Client(mine.endpoint) as client:
            client.open("x")
            mine.shutdown()
            wait_until(lambda: "event=" in caplog.text)
