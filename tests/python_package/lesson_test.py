"""Programs written for CPython's manager: only the import changes, and nothing that they print."""

from __future__ import annotations

import pytest

HEAD = """
import copy, sys
from multiprocessing import Process, set_start_method
if sys.argv[1] == "bulletin":
    from bulletin.managers import SyncManager
else:
    from multiprocessing.managers import SyncManager
"""

BEGIN = """
if __name__ == "__main__":
    set_start_method(sys.argv[2])
    manager = SyncManager(address=("", 0))
    manager.start()
    ns = manager.Namespace()
"""

PROGRAMS = {
    "a value goes to a child and comes back": """
def work(ns):
    print(ns.item, flush=True)
    ns.item = "educative is awesome !"
"""
    + BEGIN
    + """
    ns.item = "educative"
    p = Process(target=work, args=(ns,))
    p.start()
    p.join()
    print(ns.item)
""",
    "two children, one after the other": """
def first(ns): ns.item = "educative"
def second(ns): ns.item += " is awesome !"
"""
    + BEGIN
    + """
    ns.item = "empty"
    print(ns.item)
    for work in first, second:
        p = Process(target=work, args=(ns,))
        p.start()
        p.join()
        print(ns.item, p.name)
""",
    "a private name is not shared": """
def work(ns):
    print(ns._item)
"""
    + BEGIN
    + """
    ns._item = 5
    p = Process(target=work, args=(copy.copy(ns),))
    p.start()
    p.join()
    print(p.exitcode, ns._item)
""",
    "a list that is changed in place": """
def work(ns):
    ns.items.append("lost")
"""
    + BEGIN
    + """
    ns.items = ["empty"]
    p = Process(target=work, args=(ns,))
    p.start()
    p.join()
    print(ns.items, ns, hasattr(ns, "other"), manager._number_of_objects())
""",
}


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_it_prints_what_it_prints_with_cpython(program, name, method):
    results = []
    for which in ("cpython", "bulletin"):
        output, errors = program.run(HEAD + PROGRAMS[name], which, method)
        results.append((output, errors.splitlines()[-1:]))
    assert results[0] == results[1]
    assert results[0][0] != ""
