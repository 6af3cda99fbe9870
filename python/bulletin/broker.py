"""Run a broker from a program and hand its board to others."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time
import uuid
from collections.abc import Sequence
from types import TracebackType

from bulletin.client import Client
from bulletin.errors import Disconnected
from bulletin.namespace import Namespace

_PATIENCE = 2.0


def find_broker() -> str:
    """$BULLETIN_BROKER, else the one of this package, else bulletin-broker on PATH."""
    configured = os.environ.get("BULLETIN_BROKER")
    if configured:
        return configured
    own = os.path.join(os.path.dirname(__file__), "bin", "bulletin-broker")
    found = own if os.path.exists(own) else shutil.which("bulletin-broker")
    if found is None:
        raise Disconnected(
            "there is no bulletin-broker on PATH: install the package bulletin-broker, or name the "
            "program in $BULLETIN_BROKER"
        )
    return found


class Broker:
    """A broker as a child process, with its own process group. It ends with this one."""

    def __init__(
        self,
        bind: str = "tcp://127.0.0.1:*",
        *,
        program: str = "",
        arguments: Sequence[str] = (),
        start_timeout: float = 10.0,
    ) -> None:
        self.bind = bind
        self.program = program
        self.arguments = tuple(arguments)
        self.start_timeout = start_timeout
        self.endpoint = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def start(self) -> Broker:
        """Runs the broker and returns when it is ready; nothing if it runs already."""
        if self.running:
            return self
        program = self.program or find_broker()
        command = [program, "--bind", self.bind, "--exit-on-eof", "0", "--log-level", "error"]
        try:
            self._process = subprocess.Popen(
                [*command, *self.arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise Disconnected(f"the broker '{program}' cannot be run: {error}") from error
        self._owner = os.getpid()
        self.endpoint = self._ready_endpoint()
        if not self.endpoint:
            status = self._process.poll()
            self.shutdown()
            raise Disconnected(
                f"the broker '{program}' did not start: "
                + ("it is not ready in time" if status is None else f"exit status {status}")
            )
        return self

    def _ready_endpoint(self) -> str:
        """The commands endpoint in `ready commands=ENDPOINT updates=ENDPOINT`; '': none came."""
        assert self._process is not None and self._process.stdout is not None
        output = self._process.stdout.fileno()
        deadline = time.monotonic() + self.start_timeout
        line = b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                return ""
            part = os.read(output, 4096)
            if not part:
                self._process.wait(_PATIENCE)
                return ""
            line += part
        text = line.decode()
        if not text.startswith("ready commands="):
            return ""
        return text.removeprefix("ready commands=").rpartition(" updates=")[0]

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended; False in a forked child."""
        return (
            self._process is not None
            and self._owner == os.getpid()
            and self._process.poll() is None
        )

    def shutdown(self) -> None:
        """Ends the broker and waits for it. In a forked child: nothing, it is the parent's."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Broker:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()

    def __repr__(self) -> str:
        state = self.endpoint if self._process is not None else "not running"
        return f"<bulletin.{type(self).__name__} {state}>"


class Manager(Broker):
    """A broker, and a client of it.

    with bulletin.Manager() as manager:
        board = manager.make_namespace()
        multiprocessing.Process(target=work, args=(board,)).start()
    """

    _client: Client | None = None

    @property
    def client(self) -> Client:
        """A client of the broker."""
        if self._process is None:
            raise Disconnected("the manager is not started")
        if self._client is None or self._client.closed:
            self._client = Client(self.endpoint)
        return self._client

    def start(self) -> Manager:
        super().start()
        return self

    def open(self, name: str, *, pickle: bool = False) -> Namespace:
        """Opens a namespace by its name."""
        return self.client.open(name, pickle=pickle)

    def make_namespace(self, *, pickle: bool = False) -> Namespace:
        """Opens a fresh namespace that nobody else has. Hand it, or its uri, to others."""
        return self.open(f"anonymous/{uuid.uuid4().hex}", pickle=pickle)

    def shutdown(self) -> None:
        if self._client is not None and self._owner == os.getpid():
            self._client.close()
            self._client = None
        super().shutdown()

    def __enter__(self) -> Manager:
        return self.start()
