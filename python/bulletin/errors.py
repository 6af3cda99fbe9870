"""The exceptions of the package: each is an Error, and the one of Python that fits."""

from __future__ import annotations

from typing import NoReturn


class Error(Exception):
    """What every failing call raises.

    `name` is the attribute concerned ('' if it is none). `retryable`: the same call may succeed
    later without any change. `may_have_applied`: a write may have happened nevertheless.
    """

    name: str = ""
    retryable: bool = False
    may_have_applied: bool = False

    def __init__(self, message: str = "", name: str = "") -> None:
        super().__init__(message)
        self.name = name

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class Missing(Error, AttributeError, KeyError):
    """The attribute does not exist."""


class WrongType(Error, TypeError):
    """The value is of another type than the one asked for, or is not a number to add to."""


class Rejected(Error, ValueError):
    """The request itself is not allowed: an illegal name, a value over the limit."""


class Denied(Error, PermissionError):
    """This user may not do that."""


class Disconnected(Error, ConnectionError):
    """No broker within the deadline, or the client is closed. A write was not applied."""

    retryable = True


class ConnectionLost(Disconnected, EOFError):
    """The board of a SyncManager has ended: what CPython's proxies tell by an EOFError."""


class Overloaded(Error):
    """The broker has reached a bound, or other writers always came first. Nothing was applied."""

    retryable = True


class Conflict(Error):
    """A condition of a transaction did not hold. Nothing was applied."""

    retryable = True


class InDoubt(Error, ConnectionError):
    """The write was sent, and whether it was applied will not be known."""

    may_have_applied = True


class ProtocolError(Error):
    """The broker speaks another version, or something that is not Bulletin."""


_OF_CODE: dict[str, type[Error]] = {
    "missing": Missing,
    "wrong_type": WrongType,
    "rejected": Rejected,
    "denied": Denied,
    "disconnected": Disconnected,
    "overloaded": Overloaded,
    "in_doubt": InDoubt,
    "protocol": ProtocolError,
}


# The extension calls these.


def from_code(code: str, message: str, name: str) -> Error:
    """The exception for an error of the C++ library."""
    return _OF_CODE[code](message, name)


def raise_connection_lost() -> NoReturn:
    """The board of a manager is not heard any more."""
    raise ConnectionLost(
        "the manager's board has ended or is not heard any more: its server was shut down or killed"
    )


def raise_wrong_type(name: str, found: object, wanted: type) -> NoReturn:
    """A typed handle meets a value of another type."""
    raise WrongType(
        f"attribute '{name}' holds {found!r:.100}, which is no {wanted.__name__}", name
    )
