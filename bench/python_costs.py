#!/usr/bin/python3
"""What one operation costs: of this package, a plain object, CPython's manager and, where they run, Redis.

Usage: bench.py [SECONDS]: how long each is measured; the least of five rounds counts. Wall time: on an
idle machine.
"""

import multiprocessing.managers
import sys
import timeit
from collections.abc import Callable
from typing import Any

import bulletin
import bulletin.managers


class Plain:
    pass


def cost(statement: str, seconds: float, **names: Any) -> float:
    """In nanoseconds, without the loop."""

    def least(text: str, count: int) -> float:
        return min(timeit.repeat(text, globals=names, number=count, repeat=5)) / count * 1e9

    timer = timeit.Timer(statement, globals=names)
    count, took = timer.autorange()
    count = max(1, int(count * seconds / 5 / max(took, 1e-9)))
    return least(statement, count) - least("pass", count)


def report(what: str, statement: str, seconds: float, **names: Any) -> None:
    print(f"{what:44} {cost(statement, seconds, **names):12.1f} ns", flush=True)


def all_of_one(what: str, space: Any, seconds: float) -> None:
    space.real, space.whole, space.text = 3.25, 123456, "idle"
    space.items_ = [1, 2, 3]
    report(f"{what}: read a float", "ns.real", seconds, ns=space)
    report(f"{what}: read an int", "ns.whole", seconds, ns=space)
    report(f"{what}: read a str", "ns.text", seconds, ns=space)
    report(f"{what}: read a list of 3", "ns.items_", seconds, ns=space)
    name = "".join(["re", "al"])
    report(f"{what}: read by a computed name", "getattr(ns, name)", seconds, ns=space, name=name)
    report(f"{what}: write an int", "ns.whole = 5", seconds, ns=space)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    all_of_one("a plain object", Plain(), seconds)
    with bulletin.Manager() as manager:
        space = manager.make_namespace()
        all_of_one("bulletin.Namespace", space, seconds)
        handle = space.attribute("real", float)
        report("bulletin.Attribute: call", "handle()", seconds, handle=handle)
        report("bulletin.Namespace: item", "ns['real']", seconds, ns=space)
        report("bulletin.Namespace: add", "ns.add('n', 1)", seconds, ns=space)
    kinds: list[tuple[str, Callable[[], Any]]] = [
        ("bulletin.managers", bulletin.managers.SyncManager),
        ("multiprocessing.managers", multiprocessing.managers.SyncManager),
    ]
    for what, kind in kinds:
        with kind() as shared:
            all_of_one(what, shared.Namespace(), seconds)
    compare_with_redis(seconds)


def compare_with_redis(seconds: float) -> None:
    try:
        import redis
        server = redis.Redis()
        server.set("bulletin-bench", 1)
    except Exception as error:
        print(f"redis-py: not measured ({error})")
        return
    report("redis-py: read", "r.get('bulletin-bench')", seconds, r=server)
    report("redis-py: write", "r.set('bulletin-bench', 5)", seconds, r=server)


if __name__ == "__main__":
    main()
