"""Fuzzed requests of every call of api and search process: each is answered, and none is a fault."""

from __future__ import annotations

import http.client
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from services.adapters.sqlite_history import SqliteHistory
from services.core.history.showing import showing_of
from tests.api.request_fuzz import FuzzedRequest, RequestFuzz
from tests.fake_history import record
from tests.memory import resident_bytes
from tests.system.stack import Stack, running

# A dependency that is away, a full disk, and a camera that sent one frame and no more, are no faults of ours.
NO_FAULTS = (503, 504, 507)
# Showings whose ids are among the texts of requests.
SHOWN = {1: "match", 7: "unsure", 1764423000123: "no_match"}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system without samples and camera, whose items and showings nobody else uses."""
    settings = {
        "LOOKALIKE_SAMPLES": "0",
        "LOOKALIKE_SOURCE": "none",
        # Without an edge that takes cameras: a fuzzed address would be looked at for 15 s, and be kept.
        "LOOKALIKE_EDGE_CAMERAS": "0",
        "LOOKALIKE_EMBED_ORIGINS": "https://shop.example",
        "LOOKALIKE_WEBHOOK_URL": "http://127.0.0.1:1/",
        "LOOKALIKE_WEBHOOK_SECRET": "0123456789abcdef",
    }
    with running(tmp_path_factory.mktemp("fuzzed"), settings=settings) as started:
        started.wait_loaded()
        shown = [showing_of(record(number, 0, verdict=verdict)) for number, verdict in SHOWN.items()]
        with closing(SqliteHistory(started.data / "history.sqlite")) as history:
            history.write([replace(each, ended=True) for each in shown], [])
        assert len(started.get("/history")["showings"]) == len(SHOWN)
        yield started


@pytest.mark.parametrize(("process", "part"), [("page", "services.api"), ("search", "services.search")])
@pytest.mark.parametrize("of_each", [10, pytest.param(2000, marks=pytest.mark.soak)])
def test_no_request_is_a_fault_of_ours(fuzzed: Stack, process: str, part: str, of_each: int) -> None:
    address = fuzzed.address(process)
    document = httpx.get(f"{address}/openapi.json", timeout=60).json()
    pid, before = fuzzed.pid(part), len(fuzzed.log())
    statuses: Counter[int] = Counter()
    memory: list[int] = []
    for number, request in enumerate(RequestFuzz(document, seed=16).requests(of_each)):
        status, answer = send(address, request)
        statuses[status] += 1
        assert status < 500 or status in NO_FAULTS, (request, status, answer)
        if number % 1000 == 999:
            memory.append(resident_bytes(pid))
    assert fuzzed.pid(part) == pid
    assert not any(told in fuzzed.log()[before:] for told in ("Traceback", "Exception"))
    # Most are refused for a reason, some are right by chance, and none of these is a fault.
    assert {200, 400} <= statuses.keys()
    # The first pictures make the model and each thread take their memory; later ones take no more.
    if len(memory) >= 10:
        assert memory[-1] < memory[len(memory) // 2] * 1.3, memory


@pytest.mark.parametrize("process", ["page", "search"])
def test_a_client_that_goes_away_in_the_middle_of_a_body_is_no_fault_of_ours(
    fuzzed: Stack, process: str
) -> None:
    address = fuzzed.address(process)
    before = len(fuzzed.log())
    kinds = [
        *("application/json", "multipart/form-data; boundary=a", "application/zip", "image/jpeg"),
        *("application/x-www-form-urlencoded", "text/csv"),
    ]
    for method, path, _call in RequestFuzz(
        httpx.get(f"{address}/openapi.json", timeout=60).json(), seed=1
    ).calls:
        for kind in kinds:
            parts = urlsplit(address)
            with socket.create_connection((parts.hostname, parts.port)) as client:
                head = f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {kind}\r\n"
                part = '--a\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nabc'
                client.sendall(f"{head}Content-Length: 1000\r\n\r\n{part}".encode())
    # What they left has come before this.
    assert httpx.get(f"{address}/alive", timeout=60).status_code == 200
    assert not any(told in fuzzed.log()[before:] for told in ("Traceback", "Exception"))


def send(address: str, request: FuzzedRequest) -> tuple[int, bytes]:
    """The status and the first bytes of the answer; an event stream does not end."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        if request.body is not None:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        answer = connection.getresponse()
        return answer.status, answer.read1(300)
    finally:
        connection.close()
