"""The edge's frame rate, bytes, CPU time on a still scene, and memory: `python -m bench.edge [--memory]`."""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import av
import iotcore
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from bench.processes import cpu_s
from common import wire
from models.featurizer import OnnxFeaturizer
from models.locate import resolve
from tests.servers import free_port

CLIP = Path(__file__).resolve().parents[1] / "samples" / "clip.mp4"
ROUNDS, ROUND_S = 3, 8.0
STILL_S = 60.0
EARLY_FRAMES, LATE_FRAMES = 2_000, 20_000


class Counter:
    """Counts what a camera publishes, and its bytes with their topics."""

    def __init__(self, port: int) -> None:
        self.messages = self.bytes = 0
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("lookalike/+/features")
        self._client.on_message = self._count
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def wait(self, messages: int) -> None:
        """Return when `count` messages have come."""
        while self.messages < messages:
            time.sleep(0.02)

    def _count(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.messages += 1
        self.bytes += len(message.payload) + len(message.topic)


@contextlib.contextmanager
def edge(port: int, settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m edge` with these settings, on a recording at full speed, without its gate."""
    own = {"MQTT_URL": f"mqtt://127.0.0.1:{port}", "PACE": "fast", "MAX_FPS": "1000", "GATE": "0", **settings}
    environ = os.environ | {f"LOOKALIKE_{name}": value for name, value in own.items()}
    process = subprocess.Popen([sys.executable, "-m", "edge"], env=environ, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    """Print each part's measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true", help="only memory, over 20,000 frames (ten minutes)")
    only_memory = parser.parse_args().memory
    port = free_port()
    with (
        iotcore.Broker(port=port, listen="127.0.0.1", max_payload_size=524_288),
        tempfile.TemporaryDirectory() as folder,
    ):
        counter = Counter(port)
        if only_memory:
            _memory(port, counter)
            return
        _bytes()
        for model in ("fast", "balanced"):
            _frame_rate(model, port, counter)
        _still(Path(folder), port, counter)


def _frame_rate(model: str, port: int, counter: Counter) -> None:
    """The frame rates of the loop and of the bare runtime, in turns, so that a slow moment hits both."""
    path = resolve(model, build=True)
    tensors = [frame[np.newaxis] for frame in _frames(60)]
    session = _bare_session(path)
    _run_bare(session, tensors, for_s=1.0)
    loop, bare = [], []
    for _ in range(ROUNDS):
        bare.append(_run_bare(session, tensors, for_s=ROUND_S))
        with edge(port, {"MODEL": model, "SOURCE": str(CLIP)}):
            before = counter.messages
            counter.wait(before + 10)
            started_s, before = time.monotonic(), counter.messages
            time.sleep(ROUND_S)
            loop.append((counter.messages - before) / (time.monotonic() - started_s))
    ratio = statistics.median(a / b for a, b in zip(loop, bare, strict=True))
    print(
        f"{model}: the whole loop {statistics.median(loop):.1f} frames a second, bare ONNX Runtime on the "
        f"same tensors {statistics.median(bare):.1f}; ratio {ratio:.3f} (median of {ROUNDS} pairs)"
    )


def _bare_session(path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _run_bare(session: ort.InferenceSession, tensors: list[NDArray[np.uint8]], *, for_s: float) -> float:
    started_s, count = time.monotonic(), 0
    while time.monotonic() - started_s < for_s:
        session.run(None, {"picture": tensors[count % len(tensors)]})
        count += 1
    return count / (time.monotonic() - started_s)


def _frames(count: int) -> list[NDArray[np.uint8]]:
    with av.open(str(CLIP)) as container:
        frames = container.decode(container.streams.video[0])
        return [next(frames).to_ndarray(format="bgr24").astype(np.uint8) for _ in range(count)]


def _bytes() -> None:
    """The bytes of a message with its topic, and of that of 2018, for the same vector of 1280 values."""
    vectors = OnnxFeaturizer(resolve("lite0", build=True)).embed(_frames(1))
    timings_ms = {"capture": 12.34, "embed": 56.78}
    box = (0.21875, 0.0, 0.5625, 1.0)
    seen = wire.Observation(
        "cam-1", vectors, time.time(), "01234567", 123_456, "0" * 12, box, timings_ms, still_s=1.234
    )
    topic_bytes = len(wire.topic("cam-1", "features"))
    ours = len(wire.encode_observation(seen, encoding="i8")) + topic_bytes
    f16 = len(wire.encode_observation(seen)) + topic_bytes
    csv = '{ "features": "' + ",".join(str(value) for value in vectors[0]) + '" }'
    theirs = len(csv) + len("$aws/things/cam-1/infer")
    print(f"a message of {vectors.shape[1]} values: {ours} bytes with its topic, ", end="")
    print(
        f"{theirs / ours:.2f} times fewer than the {theirs} of the 2018 CSV message of the same vector;",
        end="",
    )
    print(f" as f16 {f16}, {theirs / f16:.2f} times fewer")


def _still(folder: Path, port: int, counter: Counter) -> None:
    """A minute of a still scene with a camera's noise, with the gate and without."""
    clip = folder / "still.mp4"
    _write_still(clip)
    for gate in ("1", "0"):
        settings = {"SOURCE": str(clip), "GATE": gate, "PACE": "real", "MAX_FPS": "10"}
        with edge(port, settings) as process:
            before = counter.messages
            counter.wait(before + 10)
            time.sleep(3)  # time for the gate to settle
            messages, sent, used_s = counter.messages, counter.bytes, cpu_s(process.pid)
            time.sleep(STILL_S)
            switched = "on" if gate == "1" else "off"
            print(
                f"a still scene for {STILL_S:g} s at 10 frames a second, gate {switched}: "
                f"{counter.messages - messages} messages, {(counter.bytes - sent) / 1000:.0f} kB, "
                f"{cpu_s(process.pid) - used_s:.1f} CPU seconds"
            )


def _write_still(path: Path) -> None:
    still = _frames(1)[0]
    noise = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.height, stream.width = still.shape[:2]
        stream.pix_fmt = "yuv420p"
        for _ in range(100):
            noisy = np.clip(still + noise.normal(0, 4, still.shape), 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="bgr24")))
        container.mux(stream.encode(None))


def _memory(port: int, counter: Counter) -> None:
    """Resident memory of the edge early and late, while the whole clip repeats."""
    with edge(port, {"MODEL": "fast", "SOURCE": str(CLIP)}) as process:
        early = _resident_when(process.pid, counter, EARLY_FRAMES)
        late = _resident_when(process.pid, counter, LATE_FRAMES)
    print(f"resident memory after {EARLY_FRAMES} frames {early / 1e6:.1f} MB, after {LATE_FRAMES}", end="")
    print(f" {late / 1e6:.1f} MB: {late / early - 1:+.1%}")


def _resident_when(pid: int, counter: Counter, frames: int) -> float:
    counter.wait(frames)
    (line,) = [
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    ]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
