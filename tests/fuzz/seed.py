#!/usr/bin/python3
"""Writes the corpus of every fuzzer from the golden messages in tests/vectors.

Usage: seed.py. Files are named by their vectors; what a fuzzer finds is added beside them.
"""

import json
import os
import random
import re

import msgpack
import xxhash

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "..", "vectors")

JSON = ["null", "true", "-1.5e3", "18446744073709551615", "-9223372036854775808", '"text\\u20ac\\ud83d\\ude00"',
        '{"a": [1, {"b": null}], "c": {"$bytes": "aGVsbG8="}}', '{"$real": "nan"}', '{"$map": {"$bytes": 1}}',
        '{"a": 1, "a": 2}', "[[[[[[[[]]]]]]]]", '{"speed": 1.0, "mode": "idle"}']

# With the first byte of an input for toml_fuzz.
TOML = [(0, 'bind = "tcp://127.0.0.1:*"\nsession-ms = 5000\ninsecure = true\n'), (0, 'data = "folder"\ndurability = "async"\n'),
        (1, 'format = 1\nhistory = "kept"\n'), (1, 'format = 2\nhistory = "unsynced"\n'),
        (2, '[groups]\noperators = ["anna", "ben"]\n\n[[rule]]\ngroup = "operators"\nnamespace = "plant/line1"\n'
            'right = "read"\n\n[[rule]]\nuser = "*"\nright = "none"\n')]

# With the first byte of an input for text_fuzz.
KEY = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
TEXTS = [(0, f"# comment\n{KEY}\n"), (1, f"# keys\n{KEY} alice in hall 7\n"), (2, "tcp://[::1]:5570"), (2, "ipc:///run/board"),
         (2, "tcp://*:*"), (3, "tcp://robot7:5570"), (4, "tcp://127.0.0.1:5570#plant%2Frobot"), (5, "aGVsbG8="),
         (6, "plant/line1\u20ac\u0007")]

# The first byte of an input for reply_fuzz.
REPLIES = ["welcome", "done", "write_reply", "read_reply", "snapshot_reply", "since_reply", "status_reply",
           "list_reply", "backup_reply", "backup_part_reply", "renewed"]


def load(name):
    with open(os.path.join(VECTORS, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def save(fuzzer, name, data):
    folder = os.path.join(HERE, "corpus", fuzzer)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")), "wb") as file:
        file.write(data)


def reply_choice(kind):
    return bytes([REPLIES.index(kind) if kind in REPLIES else 0])


def main():
    for fuzzer, names in (("request", ["requests", "leniencies"]), ("transaction", ["transactions"]),
                          ("update", ["updates"])):
        for name in names:
            for vector in load(name):
                save(fuzzer, vector["name"], bytes.fromhex(vector["hex"]))
    for vector in load("replies"):
        save("reply", vector["name"], reply_choice(vector["kind"]) + bytes.fromhex(vector["hex"]))
    for number, vector in enumerate(load("values")):
        save("value", f"value {number}", bytes.fromhex(vector["hex"]))
    for vector in load("refused"):
        prefix = b"\0" if vector["decoder"] == "reply" else b""
        save(vector["decoder"], "refused " + vector["name"], prefix + bytes.fromhex(vector["hex"]))
    write_texts()
    write_records()
    for number in range(40):  # each a conversation of several connections
        save("socket", f"talk {number}", random.Random(number).randbytes(200 + 10 * number))
    for name in ("authority", "client"):
        for number in range(8):
            save(name, f"steps {number}", bytes((i * (2 * number + 3) + number) % 251 for i in range(300)))


def write_texts():
    for number, text in enumerate(JSON):
        save("json", f"json {number}", text.encode())
    for choice, text in TOML:
        save("toml", f"toml {choice} {len(text)}", bytes([choice]) + text.encode())
    for choice, text in TEXTS:
        save("text", f"text {choice} {len(text)}", bytes([choice]) + text.encode())


def record(key, value, of_log=False):
    return bytes([of_log, len(key)]) + key + b"\1" + bytes([len(value)]) + value


def write_records():
    number = (7).to_bytes(8, "big")
    counters = record(b"A", msgpack.packb([b"e" * 16, 5, 100, 1, 8]))
    session = record(b"D" + number, msgpack.packb(["alice", "client"]))
    lane = record(b"E" + number + number, msgpack.packb(3) + msgpack.packb([0, [[0, 4, []]], []]))
    space = record(b"Ba", msgpack.packb([4, 1, 0x1234567890ABCDEF]))
    attribute = record(b"Ca\0x", msgpack.packb([4, 1]))
    log = record(b"", msgpack.packb(["a", 0, 4, 1, [[4, False, [["x", 1]]]]]), of_log=True)
    save("stored", "counters", counters)
    save("stored", "a session and its lane", counters + session + lane)
    save("stored", "a namespace with another digest", counters + space + attribute)
    save("stored", "an empty namespace", counters + record(b"Ba", msgpack.packb([4, 1, 0])) + log)
    digest = xxhash.xxh3_64_intdigest(b"\1", seed=(xxhash.xxh3_64_intdigest(b"x") + 4) % 2**64)
    whole = record(b"Ba", msgpack.packb([4, 1, digest]))
    save("stored", "a namespace", counters + whole + attribute + session + lane + log)


if __name__ == "__main__":
    main()
