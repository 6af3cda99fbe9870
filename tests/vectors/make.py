#!/usr/bin/python3
"""Writes the golden messages in this folder, with Python's msgpack and xxhash: not with our own code.

Usage: make.py [FOLDER]. A change of what it writes is a change of the protocol; see docs/protocol.md.
"""

import json
import os
import sys

import msgpack
import xxhash

EPOCH = bytes(range(16))
OTHER_EPOCH = bytes.fromhex("ffeeddccbbaa99887766554433221100")
REVISION = 1_790_000_000_000_000  # about what an epoch begins with: microseconds
SESSION = 42


def pack(message):
    return msgpack.packb(message, use_bin_type=True)


def value_hex(value):
    return pack(value).hex()


def vector(name, kind, fields, message):
    return {"name": name, "kind": kind, "fields": fields, "hex": pack(message).hex()}


# --- transactions -----------------------------------------------------------------------------------------------


def transaction(name, conditions, operations):
    fields = {
        "conditions": [{"name": n, "revision": r} for n, r in conditions],
        "operations": [operation_fields(o) for o in operations],
    }
    return vector(name, "transaction", fields, [conditions, operations])


def operation_fields(operation):
    kind, *rest = operation
    fields = {"kind": {1: "set", 2: "erase", 3: "add", 4: "clear"}[kind]}
    if rest:
        fields["name"] = rest[0]
    if kind in (1, 3):
        fields["value"] = value_hex(rest[1])
    if kind == 1:
        fields["ttl_ms"], fields["ephemeral"] = rest[2:] or (0, False)
    return fields


SMALL = [[], [[1, "speed", 3.25]]]
FULL = [[["speed", REVISION], ["lock", 0]],
        [[1, "x", 1], [1, "owner", "cell-7", 0, True], [1, "hint", None, 1500, False],
         [2, "old"], [3, "count", 1], [3, "sum", -0.5], [4]]]


def transactions():
    return [
        transaction("nothing at all", [], []),
        transaction("one set", *SMALL),
        transaction("every kind of operation", *FULL),
        transaction("only a condition", [["speed", REVISION]], []),
    ]


# --- requests ---------------------------------------------------------------------------------------------------


def session_fields(number=SESSION):
    return {"epoch": EPOCH.hex(), "session": number}


def requests():
    return [
        vector("hello", "hello", {"lowest": 1, "highest": 1, "client_name": "robot 7 (4711)"},
               [1, 1, 1, "robot 7 (4711)"]),
        vector("hello with the host", "hello",
               {"lowest": 1, "highest": 1, "client_name": "robot 7 (4711)", "host": "hall-7"},
               [1, 1, 1, "robot 7 (4711)", "hall-7"]),
        vector("keepalive", "keepalive", session_fields(), [2, EPOCH, SESSION]),
        vector("goodbye", "goodbye", session_fields(2**32), [3, EPOCH, 2**32]),
        write("a write of one set", [["plant/robot", 0, SMALL]]),
        write("a write of two namespaces", [["plant/robot", REVISION, SMALL], ["plant/cell", 300, FULL]]),
        write("a write of nothing", []),
        vector("read", "read", {"namespace": "plant/robot", "names": ["speed", "größe"]},
               [5, "plant/robot", ["speed", "größe"]]),
        vector("the first part of a snapshot", "snapshot", {"namespace": "plant/robot", "after": ""},
               [6, "plant/robot", ""]),
        vector("the next part of a snapshot", "snapshot", {"namespace": "plant/robot", "after": "speed"},
               [6, "plant/robot", "speed"]),
        vector("read with leases", "read", {"namespace": "plant/robot", "names": ["speed"], "leases": True},
               [5, "plant/robot", ["speed"], True]),
        vector("a part of a snapshot with leases", "snapshot", {"namespace": "plant/robot", "after": "", "leases": True},
               [6, "plant/robot", "", True]),
        vector("since", "since", {"namespace": "plant/robot", "epoch": EPOCH.hex(), "revision": REVISION},
               [7, "plant/robot", EPOCH, REVISION]),
        vector("status", "status", {"namespaces": ["plant/robot", "plant/cell"]},
               [8, ["plant/robot", "plant/cell"]]),
        vector("list", "list", {"prefix": "plant/", "after": "plant/cell"}, [9, "plant/", "plant/cell"]),
        vector("backup", "backup", {"id": EPOCH.hex()}, [10, EPOCH]),
        vector("a part of a backup", "backup_part", {"id": EPOCH.hex(), "file": 2, "offset": 2**20},
               [11, EPOCH, 2, 2**20]),
        vector("the end of a backup", "backup_end", {"id": EPOCH.hex()}, [12, EPOCH]),
    ]


def write(name, items):
    fields = dict(session_fields(), lane=1, number=200, items=[
        {"namespace": n, "known": known, "transaction": pack(body).hex()} for n, known, body in items])
    message = [4, EPOCH, SESSION, 1, 200, [[n, known, pack(body)] for n, known, body in items]]
    return vector(name, "write", fields, message)


# --- commits, as they stand in tails, updates and the answer of SINCE ---------------------------------------------

COMMITS = [
    [REVISION + 1, False, [["speed", 3.25]]],
    [REVISION + 5, True, [["mode", "idle"], ["pose", {"x": 1, "y": [2.5, None]}]]],
    [REVISION + 6, False, [["mode"], ["raw", b"\x00\xff"]]],
]


def commit_fields(commit):
    revision, cleared, changes = commit
    return {"revision": revision, "cleared": cleared,
            "changes": [{"name": c[0], "value": value_hex(c[1]) if len(c) == 2 else ""} for c in changes]}


def run_fields(previous, count, commits):
    return {"previous": previous, "revision": commits[-1][0] if commits else previous, "count": count,
            "commits": [commit_fields(c) for c in commits]}


def run(previous, count, commits):
    return [previous, commits[-1][0] if commits else previous, count, commits]


# --- replies ----------------------------------------------------------------------------------------------------

LIMITS = [1024, 255, 1 << 20, 8 << 20, 10_000]
REFUSALS = {"malformed": 16, "wrong_version": 17, "wrong_epoch": 18, "unknown_session": 19, "old_number": 20,
            "rejected": 21, "wrong_type": 22, "denied": 23, "overloaded": 24}


def replies():
    return (
        [refusal(name, status) for name, status in REFUSALS.items()]
        + [welcome("welcome on tcp", 5571, ""),
           welcome("welcome with an endpoint of its own", 0, "tcp://board.example:5571"),
           vector("done: to GOODBYE", "done", {}, [0]),
           renewed("renewed: to KEEPALIVE", 5571, ""),
           renewed("renewed: the updates are elsewhere now", 0, "tcp://board.example:5573")]
        + write_replies() + read_replies() + snapshot_replies() + since_replies()
        + [status_reply(), list_reply()] + backup_replies())


def refusal(name, status):
    message = f"'speed' is refused: {name}"
    return vector(f"refusal {name}", "refusal", {"status": status, "message": message, "name": "speed"},
                  [status, message, "speed"])


def welcome(name, port, endpoint):
    fields = {"version": 1, "epoch": EPOCH.hex(), "session": SESSION, "updates_port": port,
              "updates_endpoint": endpoint, "beat_ms": 1000, "session_ms": 10_000, "limits": LIMITS}
    return vector(name, "welcome", fields, [0, 1, EPOCH, SESSION, port, endpoint, 1000, 10_000, LIMITS])


def renewed(name, port, endpoint):
    return vector(name, "renewed", {"updates_port": port, "updates_endpoint": endpoint}, [0, port, endpoint])


def write_replies():
    outcomes = [[0, REVISION + 6, []], [0, REVISION + 7, [8, 2.5, -300]], [1, REVISION], [2, REVISION, "lock"],
                [22, "'mode' is a string", "mode"]]
    fields = [{"status": 0, "revision": REVISION + 6, "sums": []},
              {"status": 0, "revision": REVISION + 7, "sums": [value_hex(v) for v in (8, 2.5, -300)]},
              {"status": 1, "revision": REVISION},
              {"status": 2, "revision": REVISION, "name": "lock"},
              {"status": 22, "message": "'mode' is a string", "name": "mode"}]
    tail = {"namespace": "plant/robot", "run": run_fields(REVISION, 17, COMMITS)}
    return [
        vector("a write's reply with every outcome", "write_reply", {"outcomes": fields, "tails": []},
               [0, outcomes, []]),
        vector("a write's reply with a tail", "write_reply", {"outcomes": fields[:1], "tails": [tail]},
               [0, outcomes[:1], [["plant/robot", *run(REVISION, 17, COMMITS)]]]),
    ]


def read_replies():
    fields = {"epoch": EPOCH.hex(), "revision": REVISION + 6,
              "attributes": [{"value": value_hex("idle"), "revision": REVISION}, {"value": "", "revision": 0}]}
    return [vector("a read's reply: one there, one absent", "read_reply", fields,
                   [0, EPOCH, REVISION + 6, [["idle", REVISION], []]]), read_reply_with_leases()]


def read_reply_with_leases():
    leases = [(0, False), (29_000, False), (1, True)]
    fields = {"epoch": EPOCH.hex(), "revision": REVISION + 6,
              "attributes": [{"value": value_hex("idle"), "revision": REVISION, "ttl_ms": ttl, "ephemeral": ephemeral}
                             for ttl, ephemeral in leases] + [{"value": "", "revision": 0}]}
    return vector("a read's reply with leases", "read_reply", fields,
                  [0, EPOCH, REVISION + 6, [["idle", REVISION, *lease] for lease in leases] + [[]]])


def snapshot_replies():
    attributes = [["größe", 180, REVISION], ["speed", 3.25, REVISION + 1]]
    fields = {"epoch": EPOCH.hex(), "revision": REVISION + 6, "count": 17, "more": True,
              "attributes": [{"name": n, "value": value_hex(v), "revision": r} for n, v, r in attributes]}
    empty = {"epoch": EPOCH.hex(), "revision": 0, "count": 0, "more": False, "attributes": []}
    return [
        vector("a part of a snapshot", "snapshot_reply", fields, [0, EPOCH, REVISION + 6, 17, True, attributes]),
        vector("the snapshot of a namespace that there is not", "snapshot_reply", empty,
               [0, EPOCH, 0, 0, False, []]),
        vector("a part of a snapshot with leases", "snapshot_reply",
               {**empty, "attributes": [{"name": "cell", "value": value_hex(7), "revision": REVISION, "ttl_ms": 2**40,
                                         "ephemeral": True}]},
               [0, EPOCH, 0, 0, False, [["cell", 7, REVISION, 2**40, True]]]),
    ]


def since_replies():
    def fields(more, commits):
        return {"epoch": EPOCH.hex(), "take_snapshot": False, "more": more,
                "run": run_fields(REVISION, 17, commits)}

    return [
        vector("since: take a snapshot", "since_reply", {"epoch": EPOCH.hex(), "take_snapshot": True},
               [0, EPOCH, True]),
        vector("since: commits, and more follow", "since_reply", fields(True, COMMITS[:2]),
               [0, EPOCH, False, True, *run(REVISION, 17, COMMITS[:2])]),
        vector("since: nothing new", "since_reply", fields(False, []),
               [0, EPOCH, False, False, *run(REVISION, 17, [])]),
    ]


def status_reply():
    states = [(EPOCH, REVISION, 17, 0xFEDCBA9876543210, 5, 1234), (EPOCH, 0, 0, 0, 0, 0)]
    fields = {"namespaces": [{"epoch": e.hex(), "revision": r, "count": c, "digest": f"{d:016x}", "attributes": a, "bytes": b}
                             for e, r, c, d, a, b in states]}
    return vector("status: one there, one not", "status_reply", fields, [0, [list(s) for s in states]])


def list_reply():
    names = ["plant/line1", "plant/robot"]
    return vector("a list's reply", "list_reply", {"more": True, "names": names}, [0, True, names])


def backup_replies():
    files = [["db/000007.sst", 4096], ["board.toml", 190]]
    return [
        vector("a backup is not ready", "backup_reply", {"ready": False, "files": []}, [0, False, []]),
        vector("a backup is ready", "backup_reply",
               {"ready": True, "files": [{"name": n, "size": s} for n, s in files]}, [0, True, files]),
        vector("a part of a backup's file", "backup_part_reply", {"bytes": b"format".hex()}, [0, b"format"]),
    ]


# --- updates ----------------------------------------------------------------------------------------------------


def updates():
    digest = 0x0123456789ABCDEF
    return [
        vector("an update of three commits", "commits",
               {"epoch": EPOCH.hex(), "run": run_fields(REVISION, 17, COMMITS)},
               [1, EPOCH, *run(REVISION, 17, COMMITS)]),
        vector("the first update of a namespace", "commits",
               {"epoch": OTHER_EPOCH.hex(), "run": run_fields(0, 1, COMMITS[:1])},
               [1, OTHER_EPOCH, *run(0, 1, COMMITS[:1])]),
        vector("a beat", "beat",
               {"epoch": EPOCH.hex(), "revision": REVISION + 6, "count": 17, "digest": f"{digest:016x}"},
               [2, EPOCH, REVISION + 6, 17, digest]),
        vector("the beat on a nonce topic", "beat",
               {"epoch": EPOCH.hex(), "revision": 0, "count": 0, "digest": "0" * 16}, [2, EPOCH, 0, 0, 0]),
    ]


# --- digests ----------------------------------------------------------------------------------------------------


def attribute_digest(name, value, revision):
    seed = (xxhash.xxh3_64_intdigest(name.encode()) + revision) % 2**64
    return xxhash.xxh3_64_intdigest(pack(value), seed=seed)


def digest(attributes):
    total = sum(attribute_digest(*a) for a in attributes) % 2**64
    return {"attributes": [{"name": n, "value": value_hex(v), "revision": r,
                            "name_hash": f"{xxhash.xxh3_64_intdigest(n.encode()):016x}",
                            "digest": f"{attribute_digest(n, v, r):016x}"} for n, v, r in attributes],
            "digest": f"{total:016x}"}


def digests():
    return [
        digest([]),
        digest([("speed", 3.25, REVISION)]),
        digest([("speed", 3.25, REVISION + 1)]),
        digest([("a", None, 1), ("b", True, 2), ("größe", "x" * 300, REVISION), ("raw", b"\x00\xff", 2**63)]),
    ]


# --- values -----------------------------------------------------------------------------------------------------


def values():
    """Each as JSON (bytes as {"$bytes": hex}) and in the shortest form, which is what our own encoders write."""
    integers = [0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1,
                -1, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1, -2**63]
    reals = [0.0, -0.0, 1.0, 3.25, -1e300, 5e-324]
    texts = ["", "idle", "größe", "\U0001F916", "x" * 31, "x" * 32, "x" * 256]
    nested = [[], {}, [1, [2, [3]]], {"a": 1, "b": {"c": [None, True, False]}}, [0] * 16]
    plain = [None, True, False, *integers, *reals, *texts, *nested]
    blobs = [b"", b"\x00\xff", b"\x01" * 256]
    return ([{"json": v, "hex": value_hex(v)} for v in plain]
            + [{"json": {"$bytes": v.hex()}, "hex": value_hex(v)} for v in blobs])


# --- what must be taken, and what must not ----------------------------------------------------------------------


def leniencies():
    """Messages in unusual forms, each equal to the usual one beside it."""
    return [
        same("keepalive", "a later version's elements are passed over", [2, EPOCH, SESSION],
             pack([2, EPOCH, SESSION, "new", {"x": [1]}])),
        same("hello", "behind the host, too", [1, 1, 1, "robot", "hall-7"],
             pack([1, 1, 1, "robot", "hall-7", 5])),
        same("keepalive", "an extension type among them too", [2, EPOCH, SESSION],
             b"\x94\x02" + pack(EPOCH) + b"\x2a" + b"\xc7\x03\x05abc"),
        same("keepalive", "integers need not be short", [2, EPOCH, SESSION],
             b"\xdc\x00\x03\xcd\x00\x02" + pack(EPOCH) + b"\xcf" + SESSION.to_bytes(8, "big")),
        same("keepalive", "nor unsigned", [2, EPOCH, SESSION],
             b"\x93\xd0\x02" + pack(EPOCH) + b"\xd1\x00\x2a"),
        same("snapshot", "only true asks for leases", [6, "p", ""], pack([6, "p", "", 1, True])),
        same("read", "only true asks for leases", [5, "p", []], pack([5, "p", [], None])),
        same("list", "strings need not be short", [9, "p", ""], b"\x93\x09\xdb\x00\x00\x00\x01p\xd9\x00"),
    ]


def same(kind, name, message, other):
    return {"name": name, "kind": kind, "usual": pack(message).hex(), "hex": other.hex()}


def invalid_values():
    nested = b"\x91" * 64 + b"\x90"
    return {
        "nothing": b"", "a reserved byte": b"\xc1", "an extension": b"\xd4\x01\x00",
        "an extension in an array": b"\x91\xc7\x00\x01", "a timestamp": b"\xd6\xff\x00\x00\x00\x00",
        "a key that is no string": b"\x81\x01\x02", "a key twice": b"\x82\xa1a\x01\xa1a\x02",
        "a key twice, not in a row": b"\x83\xa1b\x01\xa1a\x02\xa1b\x03",
        "a string that is not UTF-8": b"\xa1\xff", "a surrogate": b"\xa3\xed\xa0\x80",
        "an overlong NUL": b"\xa2\xc0\x80", "beyond U+10FFFF": b"\xa4\xf4\x90\x80\x80",
        "a key that is not UTF-8": b"\x81\xa1\xff\x01", "65 arrays in each other": nested,
        "a string cut short": b"\xa2a", "a length cut short": b"\xd9", "a double cut short": b"\xcb\x00",
        "an array of 4 billion": b"\xdd\xff\xff\xff\xff", "a map of 4 billion": b"\xdf\xff\xff\xff\xff",
        "a map without a value": b"\x81\xa1a", "two values": b"\x01\x02",
    }


def invalid_requests():
    return {
        "nothing": b"", "no array": b"\x01", "an empty array": b"\x90", "an unknown kind": pack([99]),
        "a kind below zero": b"\x91\xff", "too few elements": pack([2, EPOCH]), "bytes behind it": pack([8, []]) + b"\x00",
        "a short epoch": pack([2, EPOCH[:15], SESSION]), "an epoch that is a string": pack([2, "x" * 16, SESSION]),
        "a session below zero": pack([2, EPOCH, -1]), "names that are no strings": pack([8, [1]]),
        "a name that is not UTF-8": b"\x92\x08\x91\xa1\xff",
        "a transaction that is not binary": pack([4, EPOCH, SESSION, 1, 1, [["n", 0, SMALL]]]),
        "an item of two elements": pack([4, EPOCH, SESSION, 1, 1, [["n", 0]]]),
    }


def in_arrays(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def invalid_transactions():
    return {
        "nothing": b"", "no operations": pack([[]]), "a condition without a revision": pack([[["a"]], []]),
        "an unknown operation": pack([[], [[5]]]), "a set without a value": pack([[], [[1, "a"]]]),
        "a set of four elements": pack([[], [[1, "a", 1, 0]]]),
        "an erase without a name": pack([[], [[2]]]), "an add of text": pack([[], [[3, "a", "1"]]]),
        "a set of a value that is too deep": pack([[], [[1, "a", in_arrays(65)]]]),
        "a set of an extension": b"\x92\x90\x91\x93\x01\xa1a\xd4\x01\x00",
        "bytes behind it": pack([[], []]) + b"\xc0",
    }


def invalid_updates():
    backwards = [[5, False, []], [4, False, []]]
    return {
        "nothing": b"", "an unknown kind": pack([3, EPOCH, 0, 0, 0]), "too few elements": pack([1, EPOCH, 0, 0, 0]),
        "revisions that go back": pack([1, EPOCH, 1, 4, 2, backwards]),
        "a run that ends elsewhere": pack([1, EPOCH, 1, 6, 2, [[5, False, []]]]),
        "a commit that does not follow": pack([1, EPOCH, 5, 5, 2, [[5, False, []]]]),
        "an empty run that moves": pack([1, EPOCH, 1, 2, 2, []]),
        "a commit of four elements": pack([1, EPOCH, 1, 2, 2, [[2, False, [], 0]]]),
        "a change of three elements": pack([1, EPOCH, 1, 2, 2, [[2, False, [["a", 1, 2]]]]]),
        "a change of none": pack([1, EPOCH, 1, 2, 2, [[2, False, [[]]]]]),
        "a value that is none": pack([1, EPOCH, 1, 2, 2, [[2, False, [["a"]]]]])[:-3] + b"\x92\xa1a\xc1",
    }


def invalid_replies():
    return {
        "nothing": b"", "an empty array": b"\x90", "an unknown status": pack([3]), "a bare refusal": pack([21]),
        "a refusal without a name": pack([21, "no"]), "bytes behind it": pack([0]) + b"\x00",
    }


def refused():
    groups = {"value": invalid_values(), "request": invalid_requests(), "transaction": invalid_transactions(),
              "update": invalid_updates(), "reply": invalid_replies()}
    return [{"decoder": decoder, "name": name, "hex": data.hex()}
            for decoder, cases in groups.items() for name, data in cases.items()]


# --- names ------------------------------------------------------------------------------------------------------


def names():
    """Names in hex, because some are not text; `shared`: may be the name of a shared attribute."""
    attributes = [(b"speed", True), (b"a b/c", True), ("größe".encode(), True), (b"$sys", True), (b"a_", True),
                  (b"x" * 1024, True), (b"\x01", True), (b"", False), (b"x" * 1025, False), (b"a\x00b", False),
                  (b"_private", False), (b"_", False), (b"\xff", False), (b"\xc3", False), (b"\xed\xa0\x80", False)]
    namespaces = [(b"plant", True), (b"plant/line1/robot", True), (b"$sys/broker", True), (b"_x", True),
                  (b"x" * 255, True), (b"x" * 256, False), (b"", False), (b"/", False), (b"/a", False),
                  (b"a/", False), (b"a//b", False), (b"a\x00", False), (b"\xff/a", False)]
    return {"attributes": [{"hex": n.hex(), "shared": ok} for n, ok in attributes],
            "namespaces": [{"hex": n.hex(), "legal": ok} for n, ok in namespaces],
            "topics": [{"namespace": "plant/robot", "hex": b"plant/robot\x00".hex()}]}


def main(arguments):
    folder = arguments[1] if len(arguments) > 1 else os.path.dirname(os.path.abspath(__file__))
    for make in (transactions, requests, replies, updates, digests, values, leniencies, refused, names):
        with open(os.path.join(folder, make.__name__ + ".json"), "w", encoding="utf-8") as file:
            json.dump(make(), file, indent=1, ensure_ascii=False)
            file.write("\n")


if __name__ == "__main__":
    main(sys.argv)
