"""An edge that is given cameras over MQTT, with a real broker and a real camera."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.edge.cameras.mjpeg import PASSWORD, QUOTED, USER
from tests.edge.kit import EdgeProcess, MqttListener, run_edge
from tests.servers import Server, until

COMMAND = "lookalike/server/command"


class Asking:
    """Sends commands to the edge `server`, and waits for their answers."""

    def __init__(self, port: int, listener: MqttListener) -> None:
        self._listener, self._number = listener, 0
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def ask(self, act: str, **given: object) -> Any:
        """The answer to a command: a JPEG, or an object."""
        self._number += 1
        reply = f"lookalike/server/reply/{self._number:08x}"
        command = {"do": "camera", "act": act, "reply": reply, **given}
        self._client.publish(COMMAND, json.dumps(command).encode(), qos=1)
        until(lambda: self._answers(reply), what=f"the answer to {act}")
        answer = self._answers(reply)[0]
        return answer if answer.startswith(b"\xff\xd8") else json.loads(answer)

    def _answers(self, reply: str) -> list[bytes]:
        return [heard.payload for heard in self._listener.heard if heard.topic == reply]


@pytest.fixture
def asking(broker_port: int, listener: MqttListener) -> Iterator[Asking]:
    """Who gives cameras."""
    asks = Asking(broker_port, listener)
    yield asks
    asks.stop()


@pytest.fixture
def camera() -> Iterator[Server]:
    """A network camera with a password."""
    server = Server("http", [sys.executable, "-m", "tests.edge.cameras.mjpeg", "{port}"])
    server.start()
    yield server
    server.kill()


def newest(listener: MqttListener, thing: str) -> dict[str, Any]:
    """The newest status of a thing; an empty one when it was taken back."""
    found = [heard.payload for heard in listener.heard if heard.topic == f"lookalike/{thing}/status"]
    return json.loads(found[-1] or b"{}") if found else {}


def wait(listener: MqttListener, thing: str, **fields: object) -> dict[str, Any]:
    """Wait until the newest status of a thing has these fields."""
    until(
        lambda: fields.items() <= newest(listener, thing).items(),
        what=f"{fields}; {newest(listener, thing)}",
    )
    return newest(listener, thing)


def own(folder: Path, broker_port: int, model: Path) -> dict[str, str]:
    """The settings of an edge `server` that takes cameras."""
    return {
        "thing": "server",
        "mqtt_url": f"mqtt://127.0.0.1:{broker_port}",
        "model": str(model),
        "edge_data": str(folder / "data"),
    }


def children(edge: EdgeProcess) -> list[int]:
    """The processes that an edge has started."""
    found = Path(f"/proc/{edge.process.pid}/task").glob("*/children")
    return [int(pid) for each in found for pid in each.read_text().split()]


def test_cameras_are_tested_added_changed_kept_and_forgotten_without_a_word_of_their_password(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path, asking: Asking, camera: Server
) -> None:
    settings = own(tmp_path, broker_port, model) | {"source": "mqtt", "camera_local": "1"}
    place = f"127.0.0.1:{camera.port}/video"
    source = f"http://{USER}:{QUOTED}@{place}"
    with run_edge(tmp_path / "log", **settings) as edge:
        assert wait(listener, "server", state="online")["edge"] == {"takes": 8, "troubles": {}}
        assert newest(listener, "server")["source"] == "cameras of the page"
        assert len(asking.ask("test", source=source)) > 500
        wrong = asking.ask("test", source=f"http://{USER}:wrong-word@{place}")["refused"]
        assert wrong == f"http://***@{place}: wrong user or password (401)"
        none = asking.ask("test", source="http://127.0.0.1:9/video")["refused"]
        assert "connection refused: nothing listens at this port" in none

        added = {"thing": "door", "title": "현관 문", "source": source, "region": [0.5, 0, 0.5, 1]}
        assert asking.ask("add", **added) == {"done": True}
        status = wait(listener, "door", state="online")
        assert (status["title"], status["run_by"]) == ("현관 문", "server")
        assert (status["region"], status["source"]) == ([0.5, 0, 0.5, 1], f"http://***@{place}")
        until(lambda: any(seen.thing == "door" for seen in listener.observations()), what="its observation")

        (child,) = children(edge)
        os.kill(child, signal.SIGKILL)
        lost = wait(listener, "door", state="offline", reason="the connection was lost")
        assert lost["title"] == "현관 문"
        until(lambda: "was killed" in str(newest(listener, "server")), what="a report of the end")
        wait(listener, "door", state="online")

        assert asking.ask("change", thing="door", title="Front door") == {"done": True}
        wait(listener, "door", state="online", title="Front door", region=[0.5, 0, 0.5, 1])
        code, _took_s = edge.terminate()
    assert code == 0
    assert not Path(f"/proc/{child}").exists()
    assert newest(listener, "door")["reason"] == "stopped"

    with run_edge(tmp_path / "log-2", **settings) as edge:
        wait(listener, "door", state="online", title="Front door")
        (child,) = children(edge)
        edge.process.kill()  # without a chance to end anything
        until(lambda: not Path(f"/proc/{child}").exists(), what="the end of its camera")
    with run_edge(tmp_path / "log-3", **settings) as edge:
        wait(listener, "door", state="online", title="Front door")
        assert asking.ask("forget", thing="door") == {"done": True}
        until(lambda: newest(listener, "door") == {}, what="its status taken back")
        assert children(edge) == []
    assert not list((tmp_path / "data" / "cameras").iterdir())
    messages = b"".join(heard.payload for heard in listener.heard if heard.topic != COMMAND)
    everything = messages.decode("latin-1")
    everything += "".join((tmp_path / name).read_text() for name in ("log", "log-2", "log-3"))
    for secret in (PASSWORD, QUOTED, "wrong-word"):
        assert secret not in everything


def test_an_edge_with_a_camera_of_its_own_takes_others_too_and_refuses_this_machines_addresses(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path, asking: Asking, camera: Server
) -> None:
    settings = own(tmp_path, broker_port, model) | {"source": "test", "edge_cameras": "1"}
    with run_edge(tmp_path / "log", **settings) as edge:
        assert wait(listener, "server", state="online")["edge"] == {"takes": 1, "troubles": {}}
        source = f"http://127.0.0.1:{camera.port}/open"
        assert "127.0.0.1 is an address of this machine" in asking.ask("test", source=source)["refused"]
        assert asking.ask("add", thing="door", title="Door", source=source) == {"done": True}
        refused = wait(listener, "door", state="no_camera", title="Door")
        until(lambda: "this machine" in str(newest(listener, "door")), what=f"why; {refused}")
        wait(listener, "server", edge={"takes": 0, "troubles": {}})
        more = asking.ask("add", thing="hall", title="Hall", source="test")["refused"]
        assert "which is its limit" in more
        assert edge.terminate()[0] == 0
