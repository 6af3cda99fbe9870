"""Bulletin: a shared notice board for cooperating processes.

    import bulletin

    with bulletin.Client("tcp://robot7:5570") as client:
        robot = client.open("plant/robot")
        robot.speed = 3.2          # one round trip; every process sees it
        print(robot.speed)         # from this process's memory: some nanoseconds

Programs written for multiprocessing.managers change one line:

    from bulletin.managers import SyncManager
"""

import logging as _logging

from bulletin._core import Attribute, Future, decode, encode
from bulletin.broker import Broker, Manager
from bulletin.client import Client, open
from bulletin.errors import (
    Conflict,
    ConnectionLost,
    Denied,
    Disconnected,
    Error,
    InDoubt,
    Missing,
    Overloaded,
    ProtocolError,
    Rejected,
    WrongType,
)
from bulletin.namespace import Freshness, Namespace
from bulletin.snapshot import Snapshot, Versioned
from bulletin.transaction import CommitResult, Transaction
from bulletin.watch import Change, Subscription, Watch

__version__ = "0.1.0"

__all__ = [
    "Attribute",
    "Broker",
    "Change",
    "Client",
    "CommitResult",
    "Conflict",
    "ConnectionLost",
    "Denied",
    "Disconnected",
    "Error",
    "Freshness",
    "Future",
    "InDoubt",
    "Manager",
    "Missing",
    "Namespace",
    "Overloaded",
    "ProtocolError",
    "Rejected",
    "Snapshot",
    "Subscription",
    "Transaction",
    "Versioned",
    "Watch",
    "WrongType",
    "decode",
    "encode",
    "namespace",
    "open",
]

_logging.getLogger("bulletin").addHandler(_logging.NullHandler())


def namespace(proxy: object) -> Namespace:
    """The native namespace behind a proxy of bulletin.managers: with add(), watch() and so on."""
    from bulletin.managers import native_namespace

    return native_namespace(proxy)
