"""The log about a broker that demands client certificates, played by a server that knows TLS alone."""

import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from common.mqtt_broker import MqttFiles, describe_broker
from common.mqtt_connection_log import ConnectionLog
from services.adapters.mqtt import MqttClient
from tests.certificates import Authority, CertificateFiles
from tests.servers import until


class DemandingServer:
    """Asks each client for an authority's certificate, and then hangs up."""

    def __init__(self, own: CertificateFiles, authority: Path, version: ssl.TLSVersion) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(own.certificate, own.key)
        self._context.load_verify_locations(authority)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.maximum_version = version
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.visits = 0
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(ConnectionAbortedError, OSError):
            while True:
                connection, _ = self._listening.accept()
                with connection, contextlib.suppress(OSError):
                    self._context.wrap_socket(connection, server_side=True).close()
                self.visits += 1

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def server(authority: Authority, request: pytest.FixtureRequest) -> Iterator[DemandingServer]:
    """A server; with TLS 1.3 it refuses a client only after the client's own handshake."""
    made = DemandingServer(authority.sign("broker"), authority.certificate, request.param)
    yield made
    made.close()


def told(server: DemandingServer, files: MqttFiles, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Log lines of two attempts."""
    url = f"mqtts://user:secret@127.0.0.1:{server.port}"
    client = MqttClient(url, filters=["a"], qos=0, on_message=lambda _topic, _payload: None, files=files)
    with caplog.at_level(logging.WARNING):
        client.start()
        try:
            until(lambda: server.visits >= 2, what="two attempts")
        finally:
            client.stop()
    assert "secret" not in caplog.text
    return [record.getMessage() for record in caplog.records]


def test_without_a_certificate_the_demand_is_told_once(
    server: DemandingServer, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    assert told(server, MqttFiles(authorities=authority.certificate), caplog) == [
        f"broker 127.0.0.1:{server.port} demands a client certificate; set LOOKALIKE_MQTT_CERT and "
        "LOOKALIKE_MQTT_KEY; trying again"
    ]


@pytest.mark.parametrize(("days", "why"), [(30, "unknown ca"), (-1, "certificate expired")])
def test_a_certificate_that_is_refused_is_told_once_with_the_reason(
    server: DemandingServer,
    authority: Authority,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    days: int,
    why: str,
) -> None:
    signing = authority if days < 0 else Authority(tmp_path, "another")
    own = signing.sign("client", days=days)
    files = MqttFiles(own.certificate, own.key, authority.certificate)
    assert told(server, files, caplog) == [
        f"broker 127.0.0.1:{server.port} refused our certificate: {why}; trying again"
    ]


def test_a_broker_of_another_authority_is_not_trusted(
    server: DemandingServer, authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = authority.sign("client")
    files = MqttFiles(own.certificate, own.key, Authority(tmp_path, "another").certificate)
    (line,) = told(server, files, caplog)
    assert "cannot be reached: its TLS certificate is not trusted: " in line


def test_a_name_that_two_clients_use_is_logged_once_and_not_at_each_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now_s = [0.0]
    told = ConnectionLog(describe_broker("mqtt://127.0.0.1:1883", MqttFiles()), clock=lambda: now_s[0])

    def connection_of(seconds: float) -> None:
        told.attempt()
        told.connected()
        now_s[0] += seconds
        told.ended(ReasonCode(PacketTypes.DISCONNECT, "Unspecified error"))

    with caplog.at_level(logging.INFO):
        for _ in range(100):
            connection_of(1)
        assert len(caplog.records) <= 7
        assert caplog.text.count("does another process use the same name") == 1
        connection_of(60)
        assert caplog.text.rstrip().endswith("lost (Unspecified error); trying again")
