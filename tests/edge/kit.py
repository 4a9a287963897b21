"""Helpers of the edge's tests: clips, a model, a listening client and the edge as a process."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import av
import iotcore
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from common import wire
from edge.picture.crop import Box
from edge.picture.frame_types import Frame
from tests.servers import PATIENCE_S, until

CLIP_FPS = 10
LEVEL_STEP = 10


def make_broker(port: int) -> iotcore.Broker:
    """An embedded broker, not yet started."""
    return iotcore.Broker(port=port, listen="127.0.0.1", max_payload_size=524_288)


def grey(level: int, *, height: int = 48, width: int = 64) -> Frame:
    """A picture of one grey."""
    return np.full((height, width, 3), level, np.uint8)


def write_clip(path: Path, *, frames: int = 12) -> Path:
    """A video of 10 frames a second whose frame i is of the grey i x LEVEL_STEP; it appears in one step."""
    part = path.with_name(f"part-{path.name}")
    with av.open(part, "w") as container:
        stream = container.add_stream("libx264", rate=CLIP_FPS)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(frames):
            picture = av.VideoFrame.from_ndarray(grey(index * LEVEL_STEP), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return part.rename(path)


def frame_of(vector: wire.Vectors) -> int:
    """The number of the frame in a clip of `write_clip` that the model of `write_model` saw."""
    return round(float(vector[0] / vector[3]) * 255 / LEVEL_STEP)


def write_model(path: Path, *, box: Box | None = None) -> Path:
    """A model file whose vector is (mean blue, green, red, 1), the means as shares of 255, at unit length.

    With a box it always finds the thing in the picture at that place.
    """
    constants: dict[str, NDArray[Any]] = {
        "sides": np.array([1, 2], np.int64),
        "widen": np.eye(3, 4, dtype=np.float32) / 255,
        "one": np.array([0, 0, 0, 1], np.float32),
        "last": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["picture"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats", "sides"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "widen"], ["wide"]),
        helper.make_node("Add", ["wide", "one"], ["raw"]),
        helper.make_node("ReduceL2", ["raw", "last"], ["length"], keepdims=1),
        helper.make_node("Div", ["raw", "length"], ["vector"]),
    ]
    outputs = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", 4])]
    if box:
        constants |= {"nought": np.zeros(1, np.float32), "found": np.array([box], np.float32)}
        nodes.append(helper.make_node("Mul", ["wide", "nought"], ["noughts"]))
        nodes.append(helper.make_node("Add", ["noughts", "found"], ["box"]))
        outputs.append(helper.make_tensor_value_info("box", TensorProto.FLOAT, ["batch", 4]))
    graph = helper.make_graph(
        nodes,
        "means",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, ["batch", "height", "width", 3])],
        outputs,
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


@dataclass(frozen=True)
class Heard:
    """A message, with its arrival in Unix seconds."""

    topic: str
    payload: bytes
    at_s: float
    retained: bool


class MqttListener:
    """Subscribes to all of Lookalike's topics and remembers the messages; it reconnects quickly."""

    def __init__(self, port: int, topics: str = "lookalike/#") -> None:
        self.heard: list[Heard] = []
        self.subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(topics, qos=1)
        self._client.on_subscribe = lambda *_: self.subscribed.set()
        self._client.on_message = self._keep
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def __enter__(self) -> "MqttListener":
        until(self.subscribed.is_set, what="the listener's subscription")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        # Without references back to us it closes its sockets at once, not in a later collection of garbage.
        self._client.on_message = self._client.on_subscribe = None

    def _keep(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.heard.append(Heard(message.topic, bytes(message.payload), time.time(), message.retain))

    def statuses(self) -> list[dict[str, Any]]:
        """The status messages so far."""
        return [json.loads(heard.payload) for heard in self.heard if heard.topic.endswith("/status")]

    def states(self) -> list[str]:
        """States of the status messages so far."""
        return [status["state"] for status in self.statuses()]

    def observations(self) -> list[wire.Observation]:
        """Observations so far; WireError for one that search would refuse."""
        found = []
        for heard in self.heard:
            if heard.topic.endswith("/features"):
                thing, kind = wire.parse_topic(heard.topic)
                seen = wire.decode_observation(
                    heard.payload, thing=thing, kind=kind, received_at_s=heard.at_s
                )
                found.append(cast(wire.Observation, seen))
        return found

    def wait_state(self, state: str, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until the newest status has this state and return it."""
        until(lambda: self.states()[-1:] == [state], within_s=within_s, what=f"state {state}")
        return self.statuses()[-1]

    def wait_observations(self, count: int) -> list[wire.Observation]:
        """Wait for `count` observations in all."""
        until(lambda: len(self.observations()) >= count, what=f"{count} observations")
        return self.observations()


class EdgeProcess:
    """`python -m edge`, run as a user does."""

    def __init__(self, log: Path, settings: dict[str, str]) -> None:
        self._log = log
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edge"], env={**inherited, **settings}, stderr=stderr
            )

    @property
    def log(self) -> str:
        """The log so far."""
        return self._log.read_text()

    def terminate(self) -> tuple[int, float]:
        """Send SIGTERM; return the exit code and the seconds until the end."""
        started_s = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        return code, time.monotonic() - started_s


@contextmanager
def run_edge(log: Path, **settings: str) -> Iterator[EdgeProcess]:
    """Run the edge with settings given by their names without LOOKALIKE_; it is killed at the end."""
    edge = EdgeProcess(log, {f"LOOKALIKE_{name.upper()}": value for name, value in settings.items()})
    try:
        yield edge
    finally:
        edge.process.kill()
        edge.process.wait()
