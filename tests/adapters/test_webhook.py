"""Posts to a webhook: signed, to checked addresses alone, and honest about what may have arrived."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.adapters.checked_http import SignedWebhook
from services.core.acting.ports import Message, Receipt, Taken
from services.core.errors import InputError
from tests.servers import free_port

SECRET = "a-secret-of-the-shop"


class ListeningServer(ThreadingHTTPServer):
    """Answers each post with `status`, unless it is None; remembers the posts."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status: int | None = 204
        self.ending = threading.Event()
        self.posts: list[tuple[str, dict[str, str], bytes]] = []

    def url(self, *, host: str = "127.0.0.1") -> str:
        """Its address by one of this machine's names."""
        return f"http://{host}:{self.server_port}/hook?key=1"

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that hangs up."""


class _Handler(BaseHTTPRequestHandler):
    server: ListeningServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, dict(self.headers), body))
        if self.server.status is None:
            self.server.ending.wait(60)
            return
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def server() -> Iterator[ListeningServer]:
    with ListeningServer() as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield listening
        listening.ending.set()
        listening.shutdown()
        thread.join()


def post(url: str, *, live_s: float = 60.0, allow_private: bool = True, answer_s: float = 5.0) -> Receipt:
    webhook = SignedWebhook(url, SECRET, allow_private=allow_private, answer_s=answer_s)
    return webhook.post(Message("7-match", '{"é":1}'.encode(), time.time() + live_s))


def test_a_post_is_signed_over_its_time_and_body(server: ListeningServer) -> None:
    address = server.url(host="anna:s3cret@127.0.0.1")
    assert post(address) == Receipt(Taken.TAKEN)
    ((path, headers, body),) = server.posts
    assert (path, body) == ("/hook?key=1", '{"é":1}'.encode())
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Lookalike-Delivery"] == "7-match"
    sent_at = headers["X-Lookalike-Timestamp"]
    assert abs(int(sent_at) - time.time()) < 60
    signed = hmac.new(SECRET.encode(), sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Lookalike-Signature"] == f"sha256={signed}"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"anna:s3cret").decode()
    assert SECRET not in str(headers)


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        (200, Taken.TAKEN),
        (299, Taken.TAKEN),
        (302, Taken.REFUSED),
        (404, Taken.REFUSED),
        (408, Taken.NOT_YET),
        (429, Taken.NOT_YET),
        (500, Taken.NOT_YET),
        (503, Taken.NOT_YET),
    ],
)
def test_only_an_answer_that_may_change_is_a_reason_to_try_again(
    server: ListeningServer, status: int, taken: Taken
) -> None:
    server.status = status
    detail = "" if taken == Taken.TAKEN else f"it answers {status}; expected 200 to 299"
    assert post(server.url()) == Receipt(taken, detail)
    assert len(server.posts) == 1


def test_what_was_sent_and_not_answered_may_have_arrived(server: ListeningServer) -> None:
    server.status = None
    receipt = post(server.url(), answer_s=0.3)
    assert receipt.taken == Taken.UNKNOWN
    assert (
        receipt.detail
    ) == "no answer: it was not complete within 0.3 s. It may have arrived, so it is not sent again"


def test_a_receiver_that_is_not_there_was_sent_nothing() -> None:
    receipt = post(f"http://127.0.0.1:{free_port()}/")
    assert receipt == Receipt(Taken.NOT_YET, "it can't be reached: [Errno 111] Connection refused")
    receipt = post("http://nothing.invalid/")
    assert receipt.taken == Taken.NOT_YET
    assert "'nothing.invalid' has no address" in receipt.detail


def test_nothing_is_sent_when_a_connection_stands_too_late() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        # A full backlog: the system answers no further connection.
        filled = [socket.socket() for _ in range(3)]
        for each in filled:
            each.setblocking(False)
            each.connect_ex(address)
        receipt = post(f"http://127.0.0.1:{address[1]}/", live_s=0.2)
        for each in filled:
            each.close()
    assert receipt.taken == Taken.NOT_YET
    assert "no connection stood while the match was live" in receipt.detail


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "0.0.0.0"])
def test_this_machine_is_reached_only_if_that_is_allowed(server: ListeningServer, host: str) -> None:
    receipt = post(server.url(host=host), allow_private=False)
    assert receipt.taken == Taken.REFUSED
    assert receipt.detail.startswith((f"{host} is the private address", f"{host} is a private address"))
    assert "LOOKALIKE_WEBHOOK_PRIVATE=1" in receipt.detail
    assert server.posts == []
    assert post(server.url(host=host)).taken == Taken.TAKEN


def test_a_name_that_moves_to_a_private_address_is_refused_at_the_next_post(server: ListeningServer) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    webhook = SignedWebhook(
        server.url(host="hooks.example"),
        SECRET,
        allow_private=False,
        resolve=lambda _host, _port: next(answers),
        is_public=lambda address: address == "127.0.0.1",
    )
    message = Message("7-match", b"{}", time.time() + 60)
    assert webhook.post(message).taken == Taken.TAKEN
    second = webhook.post(message)
    assert second.taken == Taken.REFUSED
    assert "hooks.example is the private address 127.0.0.2" in second.detail
    assert len(server.posts) == 1


def test_what_is_no_address_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="is not an http or https address"):
        SignedWebhook("ftp://hooks.example/", SECRET, allow_private=True)
