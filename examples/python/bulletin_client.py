"""A small Bulletin client in plain Python: pyzmq and msgpack, written from docs/protocol.md alone.

    client = Client("tcp://127.0.0.1:5570")
    robot = client.open("plant/robot")         # complete when it returns
    robot.set("speed", 3.2)                    # one round trip
    robot["speed"]                             # this process's memory
    client.run(timeout=1.0)                    # applies what others change

One thread, no magic: call `run` often, at least every few seconds. Where the real library repairs, this one opens the
namespace again. It checks revisions and counts, not digests.
"""

import os
import socket
import time

import msgpack
import zmq

HELLO, KEEPALIVE, GOODBYE, WRITE, READ, SNAPSHOT, SINCE = 1, 2, 3, 4, 5, 6, 7
SET, ERASE, ADD, CLEAR = 1, 2, 3, 4
OK, UNCHANGED, LOST = 0, 1, 2
WRONG_EPOCH, UNKNOWN_SESSION = 18, 19
COMMITS, BEAT = 1, 2
FRAME_BYTES = 16 << 20


class Refused(Exception):
    """The broker says no: nothing was applied."""

    def __init__(self, status, message, name):
        super().__init__(message)
        self.status, self.name = status, name


class InDoubt(Exception):
    """The write was sent, and whether it was applied is not known."""


class Disconnected(Exception):
    """No answer in time; nothing was applied."""


class Hole(Exception):
    """The stream does not follow what the replica has."""


class Namespace:
    """A replica. Reads are of this process's memory; writes go to the broker."""

    def __init__(self, client, name):
        self.client, self.name = client, name
        self.on_change = lambda _: None  # called with each name that was set or removed
        self.forget()

    def forget(self):
        self.epoch, self.revision, self.count, self.attributes = b"", 0, 0, {}

    def __getitem__(self, name):
        return self.attributes[name][0]

    def __contains__(self, name):
        return name in self.attributes

    def get(self, name, default=None):
        return self.attributes.get(name, (default,))[0]

    def revision_of(self, name):
        """0 when there is no such attribute."""
        return self.attributes.get(name, (None, 0))[1]

    def names(self):
        return sorted(self.attributes)

    def set(self, name, value, ttl_ms=0, ephemeral=False):
        return self.commit([[SET, name, value, ttl_ms, ephemeral]])[0]

    def erase(self, name):
        return self.commit([[ERASE, name]])[0]

    def add(self, name, amount):
        return self.commit([[ADD, name, amount]])[1][0]

    def commit(self, operations, conditions=()):
        """Returns the revision and the sums of the additions; None when a condition does not hold."""
        return self.client.write(self, operations, list(conditions))

    # What the client calls.

    def start(self, epoch, attributes):
        """The copy of a snapshot takes the place of what was there, as one difference."""
        gone = set(self.attributes) - set(attributes)
        changed = [n for n, a in attributes.items() if self.attributes.get(n) != a]
        self.epoch, self.attributes = epoch, attributes
        for name in [*gone, *changed]:
            self.on_change(name)

    def apply_run(self, previous, revision, count, commits):
        if revision <= self.revision:
            return
        if previous > self.revision:
            raise Hole(self.name)
        for commit in commits:
            if commit[0] > self.revision:
                self.apply(*commit)
        self.revision, self.count = revision, count

    def apply(self, revision, cleared, changes):
        """The higher revision wins: the copy may be newer than the commit."""
        listed = {change[0] for change in changes}
        removed = [change[0] for change in changes if len(change) == 1]
        if cleared:
            removed += [name for name in self.attributes if name not in listed]
        removed = [name for name in removed if name in self.attributes and self.revision_of(name) < revision]
        for name in removed:
            del self.attributes[name]
        present = [change for change in changes if len(change) == 2 and self.revision_of(change[0]) < revision]
        for name, value in present:
            self.attributes[name] = (value, revision)
        for name in [*removed, *(change[0] for change in present)]:
            self.on_change(name)

    def check_beat(self, epoch, revision, count, _digest):
        if epoch != self.epoch or revision > self.revision:
            raise Hole(self.name)
        if revision == self.revision and count != self.count:
            raise Hole(self.name)


class Client:
    def __init__(self, endpoint, name="python", timeout=5.0):
        self.endpoint, self.name, self.timeout = endpoint, name, timeout
        self.context = zmq.Context()
        self.commands = self.context.socket(zmq.REQ)
        self.commands.setsockopt(zmq.REQ_RELAXED, 1)
        self.commands.setsockopt(zmq.REQ_CORRELATE, 1)
        self.commands.setsockopt(zmq.IMMEDIATE, 1)
        self.prepare(self.commands)
        self.commands.connect(endpoint)
        self.namespaces, self.numbers = {}, 0
        self.hello()
        self.updates = self.context.socket(zmq.SUB)
        self.updates.setsockopt(zmq.SNDHWM, 0)
        self.updates.setsockopt(zmq.RCVHWM, 0)
        self.prepare(self.updates)
        self.updates.connect(self.updates_endpoint)

    @staticmethod
    def prepare(socket):
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.MAXMSGSIZE, FRAME_BYTES)
        socket.setsockopt(zmq.HEARTBEAT_IVL, 1000)
        socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 60_000)  # behind the largest message on the slowest line
        socket.setsockopt(zmq.IPV6, 1)

    def close(self):
        self.ask([GOODBYE, self.epoch, self.session])
        self.context.destroy(linger=0)

    def open(self, name):
        """Returns when the replica is complete, and no later update can be missed."""
        space = self.namespaces.setdefault(name, Namespace(self, name))
        self.join(space)
        return space

    def run(self, timeout=0.0):
        """Applies the updates that come within this time."""
        end = time.monotonic() + timeout
        while True:
            if time.monotonic() > self.renew_at:
                self.renew()
            left = min(end, self.renew_at) - time.monotonic()
            if self.updates.poll(max(left, 0) * 1000):
                self.take(*self.updates.recv_multipart())
            elif time.monotonic() >= end:
                return

    # The session.

    def hello(self):
        reply = self.ask([HELLO, 1, 1, self.name, socket.gethostname()])
        _, _, self.epoch, self.session, port, endpoint, _, session_ms = reply[:8]
        self.renew_every = session_ms / 3000
        self.renew_at = time.monotonic() + self.renew_every
        self.updates_endpoint = self.locate_updates(port, endpoint)

    def locate_updates(self, port, endpoint):
        if endpoint:
            return endpoint
        if not port:
            return self.endpoint + ".updates"
        host = f"[{self.peer}]" if ":" in self.peer else self.peer
        return f"tcp://{host}:{port}"

    def renew(self):
        self.renew_at = time.monotonic() + self.renew_every
        try:
            self.ask([KEEPALIVE, self.epoch, self.session])
        except Refused as refused:
            if refused.status not in (WRONG_EPOCH, UNKNOWN_SESSION):
                raise
            self.hello()
            for space in self.namespaces.values():
                self.join(space)

    # Requests.

    def ask(self, message):
        """Sends the same bytes again until an answer comes; docs/protocol.md tells when, and why that is safe."""
        request = msgpack.packb(message)
        end = time.monotonic() + self.timeout
        sent, patience = 0, 1
        while (left := end - time.monotonic()) > 0:
            try:
                self.commands.send(request, zmq.DONTWAIT)
            except zmq.Again:  # not connected yet
                self.commands.poll(left * 1000, zmq.POLLOUT)
                continue
            sent += 1
            if self.commands.poll(min(patience, left) * 1000):
                return self.receive(in_doubt=message[0] == WRITE and sent > 1)
            patience = min(patience * 2, 8)
        raise InDoubt("no answer") if sent and message[0] == WRITE else Disconnected(f"no broker at {self.endpoint}")

    def receive(self, in_doubt=False):
        """`in_doubt`: an earlier copy may have been applied before the session ended."""
        frame = self.commands.recv(copy=False)
        self.peer = frame.get("Peer-Address")
        reply = msgpack.unpackb(frame.bytes)
        if in_doubt and reply[0] in (WRONG_EPOCH, UNKNOWN_SESSION):
            raise InDoubt(reply[1])
        if reply[0] != OK:
            raise Refused(*reply[:3])
        return reply

    def write(self, space, operations, conditions):
        self.numbers += 1
        transaction = msgpack.packb([conditions, operations])
        item = [space.name, space.revision, transaction]
        reply = self.ask([WRITE, self.epoch, self.session, 1, self.numbers, [item]])
        outcome = reply[1][0]
        for _, previous, revision, count, commits in (tail[:5] for tail in reply[2]):
            space.apply_run(previous, revision, count, commits)
        if outcome[0] == OK:
            self.catch_up(space, outcome[1])
            return outcome[1], outcome[2]
        if outcome[0] in (UNCHANGED, LOST):
            self.catch_up(space, outcome[1])
            return (outcome[1], []) if outcome[0] == UNCHANGED else None
        raise Refused(*outcome[:3])

    def catch_up(self, space, revision):
        """After a write one reads what decided it, whether or not the answer brought it."""
        while space.revision < revision:
            reply = self.ask([SINCE, space.name, space.epoch, space.revision])
            if reply[2]:
                return self.join(space)
            space.apply_run(*reply[4:8])

    # Joining and following.

    def join(self, space):
        """Subscribe, prove it, copy."""
        self.updates.subscribe(space.name.encode() + b"\0")
        self.prove_subscribed()
        while not self.copy(space):
            pass

    def prove_subscribed(self):
        end = time.monotonic() + self.timeout
        nonce = b"\xff" + os.urandom(16)
        self.updates.subscribe(nonce)
        try:
            while self.updates.poll(max(end - time.monotonic(), 0) * 1000):
                topic, body = self.updates.recv_multipart()
                if topic == nonce:
                    return
                self.take(topic, body, repair=False)
        finally:
            self.updates.unsubscribe(nonce)
        raise Disconnected(f"no updates from {self.updates_endpoint}")

    def copy(self, space):
        """False: the copy cannot be completed, begin again."""
        attributes, after, first, more = {}, "", None, True
        while more:
            _, epoch, revision, count, more, part = self.ask([SNAPSHOT, space.name, after])[:6]
            first = first or (epoch, revision)
            if epoch != first[0]:
                return False
            attributes.update({name: (value, changed) for name, value, changed in (a[:3] for a in part)})
            after = part[-1][0] if part else ""
        space.start(epoch, attributes)
        space.revision, space.count = first[1], count
        while space.revision < revision:  # what changed in the parts that had been cut already
            reply = self.ask([SINCE, space.name, epoch, space.revision])
            if reply[2]:
                return False
            space.apply_run(*reply[4:8])
        return True

    def take(self, topic, body, repair=True):
        space = self.namespaces.get(topic[:-1].decode(errors="replace"))
        if space is None:
            return
        try:
            kind, epoch, *rest = msgpack.unpackb(body)
            if kind == BEAT:
                space.check_beat(epoch, *rest[:3])
            elif epoch != space.epoch:
                raise Hole(space.name)
            else:
                space.apply_run(*rest[:4])
        except Hole:
            if repair:
                self.join(space)
