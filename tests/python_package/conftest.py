"""Fixtures: one broker for all tests of a run, a fresh namespace for each."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bulletin
import pytest

_numbers = itertools.count()


@pytest.fixture(scope="session")
def broker() -> Iterator[bulletin.Broker]:
    with bulletin.Broker() as broker:
        yield broker


@pytest.fixture
def client(broker: bulletin.Broker) -> Iterator[bulletin.Client]:
    with bulletin.Client(broker.endpoint) as client:
        yield client


@pytest.fixture
def board(client: bulletin.Client) -> bulletin.Namespace:
    return client.open(f"test/{os.getpid()}/{next(_numbers)}")


@pytest.fixture
def other(broker: bulletin.Broker, board: bulletin.Namespace) -> Iterator[bulletin.Namespace]:
    """The same namespace, of another client."""
    with bulletin.Client(broker.endpoint) as client:
        yield client.open(board.name)


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Awaits a condition."""
    deadline = time.monotonic() + seconds
    pause = __import__("threading").Event()
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true in time"
        pause.wait(0.005)


class Program:
    """Runs a program of text in an interpreter of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, text: str, *arguments: str) -> subprocess.Popen[str]:
        file = self._folder / f"program{next(_numbers)}.py"
        file.write_text(text)
        return subprocess.Popen(
            [sys.executable, *_interpreter_options(), str(file), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, text: str, *arguments: str, status: int = 0) -> tuple[str, str]:
        """Its standard output and standard error."""
        with self.start(text, *arguments) as process:
            try:
                output, errors = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        assert process.returncode == status, errors
        return output, errors


def _interpreter_options() -> list[str]:
    options = ["-B"]
    if sys.flags.dev_mode:
        options += ["-X", "dev"]
    return options + [f"-W{option}" for option in sys.warnoptions if option != "default"]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)
