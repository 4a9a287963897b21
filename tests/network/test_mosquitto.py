"""The edge on a real Mosquitto that dies, starts late, freezes, or wants a password or TLS."""

import json
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.edge.cameras.things import send, wait_status
from tests.edge.jpegs import encode
from tests.edge.kit import Heard, MqttListener, grey, run_edge, write_clip
from tests.network.conftest import Certificates
from tests.network.mosquitto import PASSWORD, USER, Mosquitto, mosquitto
from tests.servers import until


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A started Mosquitto."""
    with mosquitto(tmp_path) as server:
        server.start()
        yield server


@pytest.fixture
def settings(tmp_path: Path, model: Path) -> dict[str, str]:
    """Settings of an edge that plays a clip whose every frame differs."""
    return {"source": str(write_clip(tmp_path / "clip.mp4")), "model": str(model)}


def features(listener: MqttListener) -> list[Heard]:
    return [heard for heard in listener.heard if heard.topic.endswith("/features")]


def captured(listener: MqttListener) -> list[float]:
    return [seen.captured_at_s for seen in listener.observations()]


def ages_s(listener: MqttListener) -> list[float]:
    """The age of each observation at its arrival."""
    came = zip(features(listener), captured(listener), strict=True)
    return [heard.at_s - captured_at_s for heard, captured_at_s in came]


def test_after_a_kill_observations_come_again_and_none_of_before(
    tmp_path: Path, broker: Mosquitto, settings: dict[str, str]
) -> None:
    with run_edge(tmp_path / "log", mqtt_url=broker.url, **settings) as edge:
        with MqttListener(broker.port) as listener:
            listener.wait_observations(3)
            broker.kill()
            killed_s = time.time()
            broker.start()
            before = len(features(listener))
            listener.wait_observations(before + 5)
            assert min(captured(listener)[before:]) > killed_s
            assert max(ages_s(listener)) < 2
        with MqttListener(broker.port) as late:
            assert late.wait_state("online")["source"]
            assert late.heard[0].retained
            edge.process.kill()
            assert late.wait_state("offline")["reason"] == "the connection was lost"


def test_a_broker_that_comes_late_gets_only_what_is_fresh(tmp_path: Path, settings: dict[str, str]) -> None:
    with mosquitto(tmp_path) as broker, run_edge(tmp_path / "log", mqtt_url=broker.url, **settings) as edge:
        until(lambda: "camera" in edge.log and "online" in edge.log, within_s=30, what="frames")
        assert edge.log.count("cannot be reached: nothing listens there") == 1
        broker.start()
        with MqttListener(broker.port) as listener:
            listener.wait_observations(5)
            listener.wait_state("online")
            assert max(ages_s(listener)) < 2
            assert all(one < two for one, two in pairwise(captured(listener)))


@pytest.mark.parametrize("frozen_s", [3, 8])
def test_a_frozen_broker_has_two_messages_at_most_and_then_gets_fresh_ones(
    tmp_path: Path, broker: Mosquitto, settings: dict[str, str], frozen_s: float
) -> None:
    with (
        run_edge(tmp_path / "log", mqtt_url=broker.url, **settings) as edge,
        MqttListener(broker.port) as listener,
    ):
        listener.wait_observations(3)
        broker.freeze()
        frozen_at_s = time.time()
        until(lambda: time.time() > frozen_at_s + frozen_s, what="the broker was frozen for a while")
        thawed_at_s = time.time()
        broker.thaw()
        until(lambda: captured(listener)[-1] > thawed_at_s, what="observations of now")
        listener.wait_observations(len(features(listener)) + 10)
        old = [age_s for age_s in ages_s(listener) if age_s > 2.5]
        assert len(old) <= 2
        between = [at_s for at_s in captured(listener) if frozen_at_s + 0.5 < at_s < thawed_at_s - 2.5]
        assert not between
        assert ("has not answered for 5 s" in edge.log) == (frozen_s > 5)
        listener.wait_state("online")


def test_a_wrong_password_is_told_once_and_a_right_one_works(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    with mosquitto(tmp_path, password=True) as broker:
        broker.start()

        def url(password: str) -> str:
            return broker.url.replace("//", f"//{USER}:{quote(password, safe='')}@")

        with run_edge(tmp_path / "wrong", mqtt_url=url("wrong-secret"), **settings) as edge:
            cause = f"broker 127.0.0.1:{broker.port} refused the connection: Not authorized"
            until(lambda: cause in edge.log, within_s=30, what="the cause")
            began_s = time.time()
            until(lambda: time.time() > began_s + 4, what="more attempts")
            assert edge.log.count("refused the connection") == 1
            assert len([line for line in edge.log.splitlines() if " INFO " not in line]) == 1
            assert "wrong-secret" not in edge.log
        with run_edge(tmp_path / "right", mqtt_url=url(PASSWORD), **settings) as edge:
            until(lambda: "connected to broker" in edge.log, within_s=30)
            assert edge.terminate()[0] == 0
            assert PASSWORD not in edge.log


def test_tls_is_checked_against_the_authorities_that_are_named(
    tmp_path: Path,
    settings: dict[str, str],
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = certificates()
    with mosquitto(tmp_path, tls=files) as broker:
        broker.start()
        with run_edge(tmp_path / "strange", mqtt_url=broker.url, **settings) as edge:
            until(lambda: "its TLS certificate is not trusted: self-signed" in edge.log, within_s=30)
            assert "connected to broker" not in edge.log
        plain = broker.url.replace("mqtts", "mqtt")
        with run_edge(tmp_path / "plain", mqtt_url=plain, **settings) as edge:
            until(lambda: "is it mqtt:// or mqtts://?" in edge.log, within_s=30)
        monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
        with run_edge(tmp_path / "trusted", mqtt_url=broker.url, **settings) as edge:
            until(lambda: "connected to broker" in edge.log, within_s=30)
            assert edge.terminate()[0] == 0


def test_frames_of_two_things_survive_a_kill_of_the_broker(
    tmp_path: Path, broker: Mosquitto, model: Path
) -> None:
    frames = [("door", encode(grey(50))), ("window", encode(grey(90)))]

    def both(listener: MqttListener) -> bool:
        send(broker.port, *frames)
        return {seen.thing for seen in listener.observations()} == {"door", "window"}

    with run_edge(tmp_path / "log", mqtt_url=broker.url, source="mqtt", model=str(model)) as edge:
        for _ in range(2):
            with MqttListener(broker.port) as listener:
                until(lambda: both(listener), within_s=30, what="both things")
                wait_status(listener, "door", state="online")
            broker.kill()
            broker.start()
        with MqttListener(broker.port) as listener:
            until(lambda: both(listener), within_s=30, what="both things")
            edge.process.kill()
            for thing in ("door", "window"):
                wait_status(listener, thing, state="offline", reason="the connection was lost")


def test_home_assistants_messages_are_retained_again_after_a_kill(
    tmp_path: Path, broker: Mosquitto, settings: dict[str, str]
) -> None:
    with run_edge(tmp_path / "log", mqtt_url=broker.url, home_assistant="1", **settings) as edge:
        for _ in range(2):
            until(lambda: "connected to broker" in edge.log, within_s=30)
            with MqttListener(broker.port, "homeassistant/#") as listener:
                until(lambda: len(listener.heard) >= 3, within_s=30)
                assert all(json.loads(heard.payload)["device"] for heard in listener.heard)
            broker.kill()
            broker.start()
