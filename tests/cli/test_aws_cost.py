"""`lookalike aws cost`: the estimate, and what is billed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cli.app import app
from tests import aws


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["aws", "cost", *arguments], input=typed)


class CostExplorer(ThreadingHTTPServer):
    """Answers each request with the same groups, and counts them."""

    groups: list[dict[str, Any]]
    count = 0


class Answering(BaseHTTPRequestHandler):
    """Its answers."""

    server: CostExplorer

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.count += 1
        body = json.dumps({"ResultsByTime": [{"Groups": self.server.groups}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch) -> Iterator[CostExplorer]:
    with CostExplorer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for name, value in aws.CREDENTIALS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_COST_EXPLORER", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()


def group(service: str, tag: str, dollars: str) -> dict[str, Any]:
    return {
        "Keys": [service, f"lookalike:name${tag}"],
        "Metrics": {"UnblendedCost": {"Amount": dollars, "Unit": "USD"}},
    }


def test_the_estimate_asks_nothing_of_aws_and_follows_its_options() -> None:
    usual, more = run(), run("--endpoint", "--messages", "--page-hours", "24")
    assert usual.exit_code == more.exit_code == 0
    assert "dollars a month" in usual.stdout
    assert "SageMaker: ml.t2.medium: 730 h x $0.065" in more.stdout
    assert "(2.63 + 0.26) M messages" in more.stdout


def test_what_is_billed_is_asked_for_after_a_question(explorer: CostExplorer) -> None:
    explorer.groups = [group("Amazon ElastiCache", "lookalike", "4.5"), group("AWS IoT", "", "0.31")]
    assert "AWS takes $0.01" in run("--billed", typed="n\n").output
    assert explorer.count == 0
    told = run("--billed", typed="y\n")
    assert "    4.50  Amazon ElastiCache\n" in told.stdout
    assert "of what has the tag of lookalike" in told.stdout
    assert "0.31  AWS IoT, without a tag" in told.stderr
    assert explorer.count == 1


def test_a_tag_that_is_not_counted_by_is_said(explorer: CostExplorer) -> None:
    explorer.groups = [group("AWS IoT", "", "0.31")]
    assert "activate it in the console" in run("--billed", "--yes").stderr
