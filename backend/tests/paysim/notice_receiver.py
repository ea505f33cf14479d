"""A shop's notify address: keeps what arrives and answers as told."""

import contextlib
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One delivery as it came over the wire; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class NoticeReceiver:
    """Answers 204, or first what `answers` lists; None answers by cutting the connection."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[int | None] = []
        self.delay_seconds = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/notify/wechat/1"

    def forget(self) -> None:
        """Start afresh."""
        self.received.clear()
        self.answers.clear()
        self.delay_seconds = 0.0

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(self.path, headers, body))
                status = receiver.answers.pop(0) if receiver.answers else 204
                time.sleep(receiver.delay_seconds)
                if status is None:
                    return
                with contextlib.suppress(OSError):  # The sender may have given up.
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Stay silent."""

        return Handler
