#!/usr/bin/python3
"""Reads, changes and watches a namespace from Python.

Usage: notice_board.py ENDPOINT NAMESPACE [show | set NAME JSON | erase NAME | add NAME NUMBER | watch]
"""

import json
import sys

from bulletin_client import Client


def show(space, name):
    if name in space:
        print(f"{name} = {json.dumps(space[name], ensure_ascii=False, default=bytes.hex)}", flush=True)
    else:
        print(f"{name} is gone", flush=True)


def watch(client, space):
    space.on_change = lambda name: show(space, name)
    for name in space.names():
        show(space, name)
    while True:
        client.run(timeout=60)


def main(endpoint, namespace, verb="show", *arguments):
    client = Client(endpoint, name="notice_board.py")
    space = client.open(namespace)
    if verb == "show":
        for name in space.names():
            show(space, name)
    elif verb == "set":
        space.set(arguments[0], json.loads(arguments[1]))
    elif verb == "erase":
        space.erase(arguments[0])
    elif verb == "add":
        print(space.add(arguments[0], json.loads(arguments[1])))
    elif verb == "watch":
        watch(client, space)
    else:
        sys.exit(__doc__)
    client.close()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
