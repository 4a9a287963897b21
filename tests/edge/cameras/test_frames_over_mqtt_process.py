"""An edge process for all things that send their frames over MQTT."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.files import fingerprint, read_model
from tests.edge.cameras.things import send, wait_status
from tests.edge.jpegs import encode
from tests.edge.kit import EdgeProcess, MqttListener, frame_of, grey, make_broker, run_edge
from tests.pace import limit_s
from tests.servers import free_port, until


@pytest.fixture
def edge(tmp_path: Path, broker_port: int, model: Path) -> Iterator[EdgeProcess]:
    """An edge process for all frames over MQTT."""
    url = f"mqtt://127.0.0.1:{broker_port}"
    with run_edge(tmp_path / "log", source="mqtt", mqtt_url=url, model=str(model), max_fps="50") as process:
        yield process


def sent_until(port: int, things: str, condition: Callable[[], object]) -> None:
    """Send frames of these things, each in its grey, until a condition holds."""
    frames = [(thing, encode(grey(10 * (1 + index)))) for index, thing in enumerate(things)]

    def so() -> object:
        send(port, *frames)
        return condition()

    until(so, within_s=30)


def test_one_process_looks_at_all_things_in_turn(
    edge: EdgeProcess, broker_port: int, listener: MqttListener, model: Path
) -> None:
    sent_until(broker_port, "abc", lambda: len(listener.observations()) >= 12)
    seen_ = listener.observations()
    assert {(each.thing, frame_of(each.vectors[0])) for each in seen_} == {("a", 1), ("b", 2), ("c", 3)}
    assert {each.model for each in seen_} == {fingerprint(read_model(model))}
    assert len({each.session for each in seen_}) == 3
    for thing in "abc":
        wait_status(listener, thing, state="online", provider="CPUExecutionProvider")
    code, took_s = edge.terminate()
    assert (code, took_s < limit_s(3)) == (0, True)
    for thing in "abc":
        wait_status(listener, thing, state="offline", reason="stopped")


def test_each_thing_has_a_last_will(edge: EdgeProcess, broker_port: int, listener: MqttListener) -> None:
    sent_until(broker_port, "ab", lambda: {each.thing for each in listener.observations()} == {"a", "b"})
    edge.process.kill()
    for thing in "ab":
        wait_status(listener, thing, state="offline", reason="the connection was lost")


def test_without_frames_it_loads_no_model_and_stops_at_once(
    edge: EdgeProcess, listener: MqttListener
) -> None:
    until(lambda: "connected to broker" in edge.log, within_s=30)
    code, took_s = edge.terminate()
    assert (code, took_s < limit_s(2)) == (0, True)
    assert "model" not in edge.log
    assert not listener.heard


def test_after_the_broker_was_away_all_things_come_again(tmp_path: Path, model: Path) -> None:
    port = free_port()
    url = f"mqtt://127.0.0.1:{port}"
    with run_edge(tmp_path / "log", source="mqtt", mqtt_url=url, model=str(model)):
        for _ in range(2):
            with make_broker(port), MqttListener(port) as listener:
                sent_until(port, "ab", lambda: _both_seen(listener))
                for thing in "ab":
                    wait_status(listener, thing, state="online")


def _both_seen(listener: MqttListener) -> bool:
    return {each.thing for each in listener.observations()} == {"a", "b"}
