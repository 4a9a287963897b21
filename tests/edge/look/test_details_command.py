"""The command that asks a running edge for local features, and its answer."""

from pathlib import Path

import pytest
from paho.mqtt import publish

from common.local_points import decode_points
from common.wire import ASK_DETAILS, decode_observation
from tests.edge.jpegs import encode
from tests.edge.kit import Heard, MqttListener, run_edge
from tests.points import printed
from tests.servers import until


@pytest.mark.parametrize("source", ["mqtt", "folder"])
def test_a_running_edge_answers_with_the_local_features_of_what_it_sees(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path, source: str
) -> None:
    shown = encode(printed(1, height=240, width=320))
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "one.jpg").write_bytes(shown)
    settings = {"mqtt_url": f"mqtt://127.0.0.1:{broker_port}", "model": str(model)}
    settings["source"] = str(tmp_path / "pictures") if source == "folder" else source

    def details() -> list[Heard]:
        return [heard for heard in listener.heard if heard.topic == "lookalike/cam-1/details"]

    def answered() -> bool:
        if source == "mqtt":
            publish.single("lookalike/cam-1/frame", shown, port=broker_port)
        publish.single("lookalike/cam-1/command", ASK_DETAILS, qos=1, port=broker_port)
        return bool(details())

    with run_edge(tmp_path / "log", **settings):
        until(answered, what="local features")
        listener.wait_observations(1)
    heard = details()[0]
    seen = decode_observation(heard.payload, thing="cam-1", kind="details", received_at_s=heard.at_s)
    assert seen is not None
    assert len(decode_points(seen.local or b"")) > 100
    assert all(one.local is None for one in listener.observations())
