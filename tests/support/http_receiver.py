"""A server on this machine that takes whatever is sent to it, and a provider whose runs are reported to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from etl.config import load
from etl.domain import Run
from etl.notify.notifier import Notifier
from tests.support.command_results import Billsight, Ended

AS_OF: Final = "2026-11-22T02:00:00Z"
CLOCK: Final = datetime(2026, 11, 22, 2, tzinfo=UTC)
TOKEN: Final = "xoxb-very-secret"
KEY: Final = "9c1e-check-key"


@dataclass(frozen=True)
class Received:
    """One request: its path with the query, and its body."""

    path: str
    body: str
    authorization: str = ""

    @property
    def message(self) -> dict[str, Any]:
        """The message that a webhook got."""
        content: dict[str, Any] = json.loads(self.body)
        return content


@dataclass
class Receiver:
    """What arrived, in order, and how it is answered.

    Attributes:
        statuses: answers to come, before 200 is answered again.
        is_dumb: requests are taken and never answered, until the test ends.
    """

    port: int = 0
    requests: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    is_dumb: bool = False
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def take(self) -> list[Received]:
        """What arrived since the last look."""
        taken = list(self.requests)
        self.requests.clear()
        return taken


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A server for as long as the context lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            receiver.requests.append(Received(self.path, body, self.headers.get("Authorization", "")))
            if receiver.is_dumb:
                receiver.released.wait(60)
                return
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Nothing on stderr: tests look at it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Site:
    """A provider whose runs are reported to a receiver."""

    def __init__(self, folder: Path, receiver: Receiver, command: Billsight, summary: dict[str, Any]) -> None:
        self.folder, self.receiver, self._command, self._summary = folder, receiver, command, summary
        self.config = folder / "billsight.toml"
        self.told = folder / "state" / "notified.json"
        (folder / "urls").write_text(f"# who is told\n{self.address()}\n", encoding="utf-8")
        (folder / "ping").write_text(f"http://{receiver.place}/ping/{KEY}?create=1\n", encoding="utf-8")
        for name in ("urls", "ping"):
            (folder / name).chmod(0o640)
        self.set("urls_file", "urls")

    def address(self, name: str = "hook") -> str:
        """An address of the receiver, with a secret in it."""
        return f"json://kim:pa55word@{self.receiver.place}/{name}/{TOKEN}"

    def set(self, key: str, value: str) -> None:
        """One more key of [notify]."""
        text = self.config.read_text(encoding="utf-8")
        head = "" if "[notify]" in text else "[notify]\n"
        text, line = (text if not head else f"{text}\n{head}"), f'{key} = "{value}"\n'
        self.config.write_text(text.replace("[notify]\n", f"[notify]\n{line}"), encoding="utf-8")

    def night(self, run_id: str) -> Ended:
        """One run."""
        return self._command("run", "--config", self.config, "--as-of", AS_OF, "--run-id", run_id)

    def tell(self) -> list[str]:
        """Tell of a run that was published elsewhere; the warnings."""
        teller = Notifier(load(self.config, {}))
        return [*teller.start(Run("night", CLOCK)), *teller.published(self._summary, self.folder, 0)]

    def test(self) -> Ended:
        """`billsight notify test`."""
        return self._command("notify", "test", "--config", self.config)

    def spoil(self) -> bytes:
        """Make a source unreadable; what it was."""
        path = self.folder / "accounting_invoices.csv"
        content = path.read_bytes()
        path.write_bytes(b"%PDF-1.7")
        return content

    def mend(self, content: bytes) -> None:
        """Make it readable again."""
        (self.folder / "accounting_invoices.csv").write_bytes(content)

    def pay(self) -> None:
        """Take a quarter of the invoices out of the extract."""
        path = self.folder / "accounting_invoices.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for number, line in enumerate(lines) if number % 4 != 1), encoding="utf-8")
