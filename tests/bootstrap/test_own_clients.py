"""Clients of our own processes."""

import http.server
import re
import threading
from collections.abc import Iterator

import pytest

from services.bootstrap.own_clients import own_client
from tests.system.stack import ROOT


class _NoContentHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def address() -> Iterator[str]:
    """A server on this machine."""
    with http.server.HTTPServer(("127.0.0.1", 0), _NoContentHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_not_asked(
    address: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for proxy in ("http://127.0.0.1:9", "socks5://127.0.0.1:9"):
        monkeypatch.setenv(variable, proxy)
        with own_client(address, timeout_s=30) as client:
            assert client.get("/").status_code == 204


def test_no_other_client_of_http_is_made_that_would_heed_a_proxy() -> None:
    heeding = re.compile(
        r"httpx\.(Client|AsyncClient|get|post|request|stream)\(|\burlopen\(|import requests|"
        r"build_opener(?!\(\s*urllib\.request\.ProxyHandler\(\{\}\))"
    )
    files = [
        path for folder in ("common", "services", "edge", "models") for path in (ROOT / folder).rglob("*.py")
    ]
    found = [path.name for path in files if heeding.search(path.read_text(encoding="utf-8"))]
    assert found == ["own_clients.py"]
