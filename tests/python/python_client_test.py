#!/usr/bin/python3
"""Runs the Python client of examples/python, which was written from docs/protocol.md, against a broker.

Usage: python_client_test.py BROKER FOLDER_OF_THE_CLIENT
"""

import os
import subprocess
import sys
import threading
import time
import unittest

BROKER, EXAMPLES = sys.argv.pop(1), sys.argv.pop(1)
sys.path.insert(0, EXAMPLES)
import bulletin_client  # noqa: E402
from bulletin_client import CLEAR, ERASE, SET, Client, Refused  # noqa: E402


class Broker:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([BROKER, *arguments], stdout=subprocess.PIPE, text=True)
        ready = dict(field.split("=", 1) for field in self.process.stdout.readline().split()[1:])
        self.endpoint = ready["commands"]

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        return code


def await_that(client, condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not come true in time")
        client.run(timeout=0.01)


class PythonClientTest(unittest.TestCase):
    arguments = ("--bind", "tcp://127.0.0.1:*")

    def setUp(self):
        self.broker = Broker(*self.arguments)
        self.writer, self.reader = self.client(), self.client()

    def tearDown(self):
        for client in (self.writer, self.reader):
            client.context.destroy(linger=0)
        self.assertEqual(self.broker.stop(), 0)

    def client(self):
        return Client(self.broker.endpoint, timeout=20)

    def pair(self, name="plant/robot"):
        return self.writer.open(name), self.reader.open(name)

    def follow(self, reader, writer):
        await_that(self.reader, lambda: reader.revision >= writer.revision)
        self.assertEqual(reader.attributes, writer.attributes)
        self.assertEqual(reader.count, writer.count)

    def test_a_write_is_read_by_the_writer_at_once_and_by_others_soon(self):
        mine, theirs = self.pair()
        values = {"a": 1, "b": -2.5, "c": "größe", "d": None, "e": b"\x00\xff", "f": {"x": [1, {"y": True}]}}
        for name, value in values.items():
            revision = mine.set(name, value)
            self.assertEqual((mine[name], mine.revision_of(name)), (value, revision))
        self.follow(theirs, mine)
        self.assertEqual({name: theirs[name] for name in theirs.names()}, values)

    def test_every_operation_does_what_the_page_says(self):
        mine, theirs = self.pair()
        self.assertEqual(mine.add("count", 5), 5)
        self.assertEqual(mine.add("count", 0.5), 5.5)
        with self.assertRaises(Refused) as refused:
            mine.add("count", 1)
        self.assertEqual((refused.exception.status, refused.exception.name), (22, "count"))
        revision = mine.revision
        self.assertEqual(mine.erase("absent"), revision)
        self.assertIsNone(mine.commit([[SET, "x", 1]], [["count", revision - 1]]))
        self.assertIsNotNone(mine.commit([[SET, "x", 1], [ERASE, "count"]], [["count", revision], ["x", 0]]))
        mine.commit([[SET, "lost", 1], [CLEAR], [SET, "y", 2]])
        self.assertEqual(mine.names(), ["y"])
        self.follow(theirs, mine)

    def test_illegal_names_are_refused(self):
        mine, _ = self.pair()
        for name in ("", "_private", "a\x00b", "x" * 1025):
            with self.assertRaises(Refused) as refused:
                mine.set(name, 1)
            self.assertEqual((refused.exception.status, refused.exception.name), (21, name[:1024]))
        with self.assertRaises(Refused):
            self.writer.open("a//b")

    def test_a_namespace_of_many_parts_is_copied_while_it_changes(self):
        mine, _ = self.pair()
        for part in range(8):
            mine.commit([[SET, f"{number:05}", "x" * 200] for number in range(part * 1000, part * 1000 + 1000)])
        for _ in range(10):
            changing, stop = threading.Event(), threading.Event()
            changes = threading.Thread(target=self.change, args=(changing, stop))
            changes.start()
            try:
                self.assertTrue(changing.wait(20))
                client = self.client()
                copy = client.open("plant/robot")
            finally:
                stop.set()
                changes.join()
            self.check_copy(client, copy)
            client.close()

    def change(self, changing, stop):
        client = self.client()
        space = client.open("plant/robot")
        number = 0
        while not stop.is_set():
            number = (number + 4099) % 8000
            name = f"{number:05}"
            if name in space:
                space.commit([[SET, "newest", name], [ERASE, name]])
            else:
                space.commit([[SET, "newest", name], [SET, name, "y" * 200]])
            changing.set()
        client.close()

    def check_copy(self, client, copy):
        """Equal to what READ tells, as soon as both are at one revision."""
        names = [f"{number:05}" for number in range(8000)] + ["newest"]
        while True:
            client.run()
            states, revisions = [], set()
            while len(states) < len(names):
                reply = client.ask([bulletin_client.READ, "plant/robot", names[len(states):]])
                states += reply[3]
                revisions.add(reply[2])
            if revisions == {copy.revision}:
                found = {name: tuple(state) for name, state in zip(names, states) if state}
                self.assertEqual(found, copy.attributes)
                return

    def test_a_lost_update_is_noticed_and_repaired(self):
        mine, theirs = self.pair()
        mine.set("a", 1)
        self.follow(theirs, mine)
        mine.set("a", 2)
        self.reader.updates.recv_multipart()  # an update, or a beat, and what was lost with it
        self.reader.updates.recv_multipart()
        mine.set("b", 3)
        self.follow(theirs, mine)
        mine.erase("b")
        self.reader.updates.recv_multipart()
        self.follow(theirs, mine)

    def test_the_same_write_sent_again_is_applied_once(self):
        mine, _ = self.pair()
        request = [bulletin_client.WRITE, self.writer.epoch, self.writer.session, 9, 100,
                   [[mine.name, 0, bulletin_client.msgpack.packb([[], [[bulletin_client.ADD, "n", 1]]])]]]
        first = self.writer.ask(request)
        self.assertEqual(self.writer.ask(request), first)
        self.assertEqual(first[1][0][2], [1])
        request[4] = 99
        with self.assertRaises(Refused) as refused:
            self.writer.ask(request)
        self.assertEqual(refused.exception.status, 20)

    def test_the_ephemeral_goes_with_its_session(self):
        mine, theirs = self.pair()
        mine.set("owner", "python", ephemeral=True)
        self.follow(theirs, mine)
        self.writer.close()
        await_that(self.reader, lambda: "owner" not in theirs)

    def test_a_time_to_live_ends(self):
        mine, theirs = self.pair()
        mine.set("hint", 1, ttl_ms=50)
        self.follow(theirs, mine)
        await_that(self.reader, lambda: "hint" not in theirs)

    def test_the_broker_tells_about_itself_and_lets_nobody_write_there(self):
        space = self.reader.open("$sys/broker")
        await_that(self.reader, lambda: "version" in space)
        self.assertNotEqual(space.epoch, self.reader.epoch)
        with self.assertRaises(Refused) as refused:
            space.set("version", "mine")
        self.assertEqual(refused.exception.status, 21)

    def test_no_common_version_is_refused_in_the_form_that_never_changes(self):
        with self.assertRaises(Refused) as refused:
            self.reader.ask([bulletin_client.HELLO, 1000, 2000, "from the future", "more"])
        self.assertEqual(refused.exception.status, 17)


class PythonClientOnIpcTest(unittest.TestCase):
    def test_the_updates_are_beside_the_commands(self):
        path = f"/tmp/bulletin-python-{os.getpid()}"
        broker = Broker("--bind", f"ipc://{path}")
        writer, reader = Client(broker.endpoint), Client(broker.endpoint)
        mine, theirs = writer.open("a"), reader.open("a")
        mine.set("x", 1)
        await_that(reader, lambda: "x" in theirs)
        for client in (writer, reader):
            client.close()
        self.assertEqual(broker.stop(), 0)


if __name__ == "__main__":
    unittest.main()
