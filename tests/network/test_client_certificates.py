"""Edge, search and command line on a real Mosquitto that demands client certificates."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.certificates import Authority, CertificateFiles
from tests.edge.kit import run_edge
from tests.edge.link.test_home_assistant import catalogue
from tests.network.mosquitto import Mosquitto, mosquitto
from tests.servers import free_port, redis_server, until

RECORD = re.compile(r" (match|unsure|no_match) +seq ")


class Demanding:
    """A broker that demands its authority's certificates, and a client's files for it."""

    def __init__(self, folder: Path, broker: Mosquitto, authority: Authority) -> None:
        self.folder, self.broker, self._authority = folder, broker, authority

    def client(self, name: str, *, days: int = 30) -> CertificateFiles:
        """A certificate that the broker accepts unless it has expired."""
        return self._authority.sign(name, days=days)

    def settings(self, files: CertificateFiles | None) -> dict[str, str]:
        """A client's settings."""
        named = {"mqtt_url": self.broker.url, "mqtt_ca": str(self._authority.certificate)}
        if files:
            named |= {"mqtt_cert": str(files.certificate), "mqtt_key": str(files.key)}
        return named


@pytest.fixture(params=["tlsv1.3", "tlsv1.2"])
def demanding(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Demanding]:
    """A running broker; with TLS 1.3 it refuses a client only after the client's handshake."""
    authority = Authority(tmp_path)
    own = authority.sign("broker")
    with mosquitto(
        tmp_path,
        tls=(own.certificate, own.key),
        clients=authority.certificate,
        tls_version=request.param,
    ) as broker:
        broker.start()
        yield Demanding(tmp_path, broker, authority)


def environ(settings: dict[str, str]) -> dict[str, str]:
    """The environment of a process with only these settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
    return inherited | {f"LOOKALIKE_{name.upper()}": value for name, value in settings.items()}


@contextmanager
def searching(folder: Path, redis_url: str, settings: dict[str, str]) -> Iterator[Path]:
    """A search process; returns its log."""
    own = settings | {"data_dir": str(folder), "redis_url": redis_url, "search_port": str(free_port())}
    log = folder / "search.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen([sys.executable, "-m", "services.search"], env=environ(own), stderr=stderr)
    try:
        yield log
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def watching(folder: Path, addresses: dict[str, str], settings: dict[str, str]) -> Iterator[Path]:
    """`lookalike watch` of a system at these addresses; returns its output."""
    (folder / "run.json").write_text(json.dumps({"page": "", "search": ""} | addresses))
    files = {name: value for name, value in settings.items() if name != "mqtt_url"}
    printed = folder / "watch.out"
    with printed.open("wb") as stdout:
        command = [sys.executable, "-m", "services.cli", "watch"]
        process = subprocess.Popen(command, env=environ(files | {"data_dir": str(folder)}), stdout=stdout)
    try:
        yield printed
    finally:
        process.terminate()
        process.wait(20)


def test_edge_search_and_command_line_meet_on_a_broker_that_knows_their_certificates(
    demanding: Demanding, model: Path
) -> None:
    folder = demanding.folder
    edge, search, watch = (demanding.settings(demanding.client(name)) for name in ("edge", "search", "watch"))
    catalogue(folder, model)
    with (
        redis_server() as redis,
        searching(folder, redis.url, search),
        watching(folder, {"broker": demanding.broker.url, "redis": redis.url}, watch) as printed,
        run_edge(folder / "edge.log", source="test", model=str(model), **edge) as running,
    ):
        until(lambda: " observation  seq " in printed.read_text(), within_s=30, what="an observation")
        until(lambda: RECORD.search(printed.read_text()), within_s=30, what="a match record")
        assert running.terminate()[0] == 0


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("stranger", "refused our certificate: unknown ca"),
        ("expired", "refused our certificate: certificate expired"),
        ("none", "demands a client certificate; set LOOKALIKE_MQTT_CERT and LOOKALIKE_MQTT_KEY"),
    ],
)
def test_a_certificate_that_the_broker_refuses_is_told_once_by_both_sides(
    demanding: Demanding, model: Path, which: str, words: str
) -> None:
    files = None
    if which == "stranger":
        files = Authority(demanding.folder, "another").sign("stranger")
    if which == "expired":
        files = demanding.client("expired", days=-1)
    settings = demanding.settings(files)
    line = f"broker 127.0.0.1:{demanding.broker.port} {words}; trying again"
    with (
        redis_server() as redis,
        searching(demanding.folder, redis.url, settings) as search_log,
        run_edge(demanding.folder / "log", source="none", model=str(model), **settings) as edge,
    ):
        until(lambda: line in edge.log, within_s=30, what="the edge's cause")
        until(lambda: line in search_log.read_text(), within_s=30, what="the search's cause")
        # A later attempt: the broker is gone by then.
        demanding.broker.kill()
        until(lambda: "nothing listens there" in edge.log, within_s=30, what="another attempt")
        until(lambda: "nothing listens there" in search_log.read_text(), within_s=30, what="another")
        for log in (edge.log, search_log.read_text()):
            assert log.count(words) == 1
            assert "Traceback" not in log


def test_an_authority_that_did_not_sign_the_brokers_certificate_is_told(
    demanding: Demanding, model: Path
) -> None:
    settings = demanding.settings(demanding.client("edge"))
    settings["mqtt_ca"] = str(Authority(demanding.folder, "another").certificate)
    with run_edge(demanding.folder / "log", source="none", model=str(model), **settings) as edge:
        until(lambda: "cannot be reached: its TLS certificate is not trusted" in edge.log, within_s=30)
        assert "connected to broker" not in edge.log
