"""The lesson of multiprocessing's managers: a shared namespace. Only the import is another."""

from multiprocessing import Process
from typing import Any

from bulletin.managers import SyncManager


def change(ns: Any) -> None:
    ns.item = "educative is awesome !"


if __name__ == "__main__":
    manager = SyncManager()
    manager.start()
    namespace = manager.Namespace()
    namespace.item = "educative"
    print(namespace.item)

    process = Process(target=change, args=(namespace,))
    process.start()
    process.join()
    print(namespace.item)
