#!/usr/bin/python3
"""Writes the corpus of every fuzzer from the golden messages in tests/vectors.

Usage: seed.py. Files are named by their vectors; what a fuzzer finds is added beside them.
"""

import json
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "..", "vectors")

# The first byte of an input for reply_fuzz.
REPLIES = ["welcome", "done", "write_reply", "read_reply", "snapshot_reply", "since_reply", "status_reply",
           "list_reply", "backup_reply", "backup_part_reply"]


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


if __name__ == "__main__":
    main()
