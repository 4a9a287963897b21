"""Reasons of a refused MQTT connection, without its password."""

from pathlib import Path

import pytest

from tests.edge.kit import run_edge
from tests.edge.link.lines import Start
from tests.edge.link.puppet import CONNACK, SUBSCRIBE, puppet
from tests.servers import until


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


@pytest.mark.parametrize(("code", "words"), [(4, "Bad user name or password"), (5, "Not authorized")])
def test_a_refusal_is_told_once_with_its_cause_and_without_the_password(
    start: Start, caplog: pytest.LogCaptureFixture, code: int, words: str
) -> None:
    with puppet() as broker:
        start(broker.port, user="me:secret@")
        for _ in range(2):
            visit = broker.accept()
            assert b"secret" in visit.greet(code).body
            assert not visit.rest()
        assert len(errors(caplog)) == 1
    assert f"127.0.0.1:{broker.port} refused the connection: {words}" in errors(caplog)[0]
    assert "secret" not in caplog.text


def test_a_broker_that_hangs_up_is_told(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    with puppet() as broker:
        start(broker.port)
        broker.accept().close()
        broker.accept()
        assert len(errors(caplog)) == 1
    assert "ended the connection before it accepted it; is it mqtt:// or mqtts://?" in errors(caplog)[0]


def test_a_broker_without_tls_is_told_once(tmp_path: Path, model: Path) -> None:
    with puppet() as broker:
        url = f"mqtts://me:secret@127.0.0.1:{broker.port}"
        with run_edge(tmp_path / "log", source="none", mqtt_url=url, model=str(model)) as edge:
            for _ in range(2):
                broker.accept().write(CONNACK, b"no TLS")
            until(lambda: "no TLS with it" in edge.log)
            assert edge.log.count("cannot be reached: no TLS with it: WRONG_VERSION_NUMBER") == 1
            assert "secret" not in edge.log


def test_a_refused_subscription_is_told(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    with puppet() as broker:
        start(broker.port)
        visit = broker.accept()
        visit.greet()
        visit.answer(visit.read_kind(SUBSCRIBE), 128)
        until(lambda: "refuses the subscription to lookalike/cam-1/command" in caplog.text)
