#!/usr/bin/python3
"""Runs the Python client of examples/python, which was written from docs/protocol.md, against a broker.

Usage: python_client_test.py BROKER FOLDER_OF_THE_CLIENT PAGE
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BROKER, EXAMPLES, PAGE = sys.argv.pop(1), sys.argv.pop(1), sys.argv.pop(1)
sys.path.insert(0, EXAMPLES)
import bulletin_client  # noqa: E402
from bulletin_client import ADD, CLEAR, ERASE, READ, SET, SNAPSHOT, WRITE, Client, Refused  # noqa: E402

STATUS, LIST, BACKUP, BACKUP_PART, BACKUP_END = 8, 9, 10, 11, 12
REJECTED, OVERLOADED = 21, 24


class Broker:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([BROKER, *arguments], stdout=subprocess.PIPE, text=True)
        ready = dict(field.split("=", 1) for field in self.process.stdout.readline().split()[1:])
        self.endpoint = ready["commands"]

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=20)
        self.process.stdout.close()

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
        self.assertEqual(mine.add("share", 0.5), 0.5)
        self.assertEqual(mine.add("count", 5), 5)
        for name, amount in (("count", 0.5), ("share", 1)):
            with self.assertRaises(Refused) as refused:
                mine.add(name, amount)
            self.assertEqual((refused.exception.status, refused.exception.name), (22, name))
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


def transaction(*operations, conditions=()):
    return bulletin_client.msgpack.packb([list(conditions), list(operations)])


def write(client, number, *items, lane=7):
    """A WRITE as the page has it; the outcomes and the tails."""
    return client.ask([WRITE, client.epoch, client.session, lane, number, list(items)])[1:3]


def status_of(ask):
    try:
        ask()
    except Refused as refused:
        return refused.status
    return 0


class PageTest(unittest.TestCase):
    """What the page says, point by point, with the bytes that it tells."""

    def setUp(self):
        self.broker = Broker("--bind", "tcp://127.0.0.1:*", "--beat-ms", "100", "--max-namespaces", "4")
        self.client = Client(self.broker.endpoint, timeout=20)

    def tearDown(self):
        self.client.context.destroy(linger=0)
        self.assertEqual(self.broker.stop(), 0)

    def test_a_repeated_number_repeats_its_outcomes_whatever_the_items_are(self):
        add = ["a", 0, transaction([ADD, "n", 1])]
        outcomes, _ = write(self.client, 5, add)
        others = ([], [add] * 2, [add] * 65_536, [["no//name", 0, b""]], [["a", 0, b"no transaction"]],
                  [["$sys/broker", 0, transaction([SET, "_private", 1])]])
        for items in others:
            self.assertEqual(write(self.client, 5, *items)[0], outcomes)
        revision = outcomes[0][1]
        _, tails = write(self.client, 5, ["a", revision - 1, b""])  # those of now
        self.assertEqual(tails, [["a", revision - 1, revision, 1, [[revision, False, [["n", 1]]]]]])
        self.assertEqual(self.client.ask([READ, "a", ["n"]])[3][0][0], 1)
        for number, items, status in ((4, [add], 20), (6, [add] * 65_537, REJECTED), (5, [["a", 0]], 16)):
            self.assertEqual(status_of(lambda: write(self.client, number, *items)), status)
        self.assertEqual(write(self.client, 6, add)[0][0][2], [2])  # a refused request has not used its number

    def test_at_the_bound_of_namespaces_only_what_would_make_one_is_overloaded(self):
        for name in "abcd":
            write(self.client, ord(name), [name, 0, transaction([SET, "x", 1])])
        items = [["new", 0, transaction([ERASE, "x"])], ["new", 0, transaction([SET, "x", 1], conditions=[["x", 7]])],
                 ["new", 0, transaction([SET, "_own", 1])], ["new", 0, transaction([SET, "x", 1])],
                 ["a", 0, transaction([SET, "x", 2])]]
        outcomes, _ = write(self.client, 1000, *items)
        self.assertEqual([outcome[0] for outcome in outcomes], [1, 2, REJECTED, OVERLOADED, 0])

    def test_a_broker_without_data_rejects_each_request_of_a_backup(self):
        for request in ([BACKUP, b"x" * 16], [BACKUP_PART, b"x" * 16, 0, 2**63 - 1], [BACKUP_END, b"x" * 16]):
            self.assertEqual(status_of(lambda: self.client.ask(request)), REJECTED)

    def test_a_subscription_makes_a_namespace_exist_and_beat_and_a_prefix_does_not(self):
        prefix = self.client.context.socket(bulletin_client.zmq.SUB)
        Client.prepare(prefix)
        prefix.connect(self.client.updates_endpoint)
        prefix.subscribe(b"hall/")
        space = self.client.open("hall/a")
        self.assertEqual(self.client.ask([LIST, "hall", ""])[2], ["hall/a"])
        space.set("x", 1)
        write(self.client, 1, ["hall/b", 0, transaction([SET, "x", 1])])
        heard, end = set(), time.monotonic() + 20
        while not {(b"hall/a\0", 1), (b"hall/b\0", 1), (b"hall/a\0", 2)} <= heard:
            self.assertLess(time.monotonic(), end)
            if prefix.poll(100):
                topic, body = prefix.recv_multipart()
                heard.add((topic, bulletin_client.msgpack.unpackb(body)[0]))
        beats = 0
        while beats < 3:  # hall/b has none, as nobody follows it by its own topic
            self.assertTrue(prefix.poll(20_000))
            topic, body = prefix.recv_multipart()
            beats += topic == b"hall/a\0"
            self.assertNotEqual((topic, bulletin_client.msgpack.unpackb(body)[0]), (b"hall/b\0", 2))
        self.client.updates.unsubscribe(b"hall/a\0")
        space.erase("x")
        end = time.monotonic() + 20
        while self.client.ask([LIST, "hall", ""])[2] != ["hall/b"]:
            self.assertLess(time.monotonic(), end)

    def test_statuses_are_those_of_the_page(self):
        client = self.client
        refusals = {
            16: [99], 17: [1, 1000, 2000, "x"], 18: [2, b"\xee" * 16, client.session],
            19: [2, client.epoch, client.session + 1000], 21: [READ, "a//b", []]}
        for status, request in refusals.items():
            self.assertEqual(status_of(lambda: client.ask(request)), status)
        many = [STATUS, ["a"] * 65_537]
        self.assertEqual(status_of(lambda: client.ask(many)), REJECTED)
        outcomes, _ = write(client, 1, ["a", 0, transaction([SET, "t", "text"], [ADD, "t", 1])])
        self.assertEqual((outcomes[0][0], outcomes[0][2]), (22, "t"))

    def test_the_page_lists_what_the_broker_tells_of_itself(self):
        with open(PAGE, encoding="utf-8") as page:
            table = page.read().split("| attribute of `$sys/broker` |")[1].split("\n\n")[0]
        listed = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
        told = [name for name, *_ in self.client.ask([SNAPSHOT, "$sys/broker", ""])[5]]
        self.assertEqual(sorted(listed), sorted(told))


class PageWithDataTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="bulletin-python-")
        self.start()
        self.client = Client(self.broker.endpoint, timeout=20)

    def start(self):
        self.broker = Broker("--bind", f"ipc://{self.folder}/board", "--data", f"{self.folder}/data")

    def tearDown(self):
        self.client.context.destroy(linger=0)
        self.assertEqual(self.broker.stop(), 0)
        shutil.rmtree(self.folder)

    def test_a_write_is_applied_once_across_kill_9_and_its_session_goes_on(self):
        items = (["a", 0, transaction([ADD, "n", 1])], ["a", 0, transaction([SET, "owner", "me", 0, True])],
                 ["a", 0, transaction([SET, "x", 1], conditions=[["x", 7]])])
        for number in range(5, 8):
            outcomes, _ = write(self.client, number, *items)
            self.broker.kill()
            self.start()
            self.assertEqual(write(self.client, number, *items)[0], outcomes)
            self.assertEqual(status_of(lambda: write(self.client, number - 1, *items)), 20)
        self.client.ask([2, self.client.epoch, self.client.session])
        found = self.client.ask([READ, "a", ["n", "owner"]])
        self.assertEqual((found[1], found[3][0][0], found[3][1][0]), (self.client.epoch, 3, "me"))
        self.client.ask([3, self.client.epoch, self.client.session])
        self.assertEqual(self.client.ask([READ, "a", ["owner"]])[3], [[]])

    def test_a_backup_is_read_part_by_part_and_nothing_is_behind_its_files(self):
        write(self.client, 1, ["a", 0, transaction([SET, "x", "y" * 100_000])])
        name, other = b"0123456789abcdef", b"fedcba9876543210"
        end = time.monotonic() + 20
        while not (reply := self.client.ask([BACKUP, name]))[1]:
            self.assertLess(time.monotonic(), end)
        files = reply[2]
        self.assertEqual(files[-1][0], "board.toml")
        self.assertEqual(status_of(lambda: self.client.ask([BACKUP, other])), OVERLOADED)
        for place, (_, size) in enumerate(files):
            self.assertEqual(len(self.client.ask([BACKUP_PART, name, place, 0])[1]), min(size, 2**20))
            for offset in (size, size + 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1):
                self.assertEqual(self.client.ask([BACKUP_PART, name, place, offset])[1], b"")
        for place in (len(files), 2**63 - 1, 2**64 - 1):
            self.assertEqual(status_of(lambda: self.client.ask([BACKUP_PART, name, place, 0])), REJECTED)
        for _ in range(2):
            self.client.ask([BACKUP_END, name])
        self.assertEqual(status_of(lambda: self.client.ask([BACKUP_PART, name, 0, 0])), REJECTED)


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
