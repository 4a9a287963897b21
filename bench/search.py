"""The rate of a search process's answers: `python -m bench.search [--offer 250 500 1000 4000]`.

Starts the whole system without a camera and with the sample catalogue, then sends it observations of 100
cameras over MQTT, at each of these rates in turn. Counts the match records that reach Redis, and measures the
age of an observation when it is answered. The CPU time an answer is the search process's own, so that other
programs hardly change it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import paho.mqtt.client as mqtt
import redis
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image

from bench.processes import cpu_s
from common.mqtt_address import parse_mqtt_address
from common.wire import Observation, encode_observation, from_iso, topic
from models.featurizer import OnnxFeaturizer
from models.locate import resolve
from tests.system.stack import Stack, eventually, running

CAMERAS = 100
SECONDS = 10.0
SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "pictures"
# Seconds between the sender's looks at the clock.
_TICK_S = 0.01


@dataclass(frozen=True, slots=True)
class Rate:
    """The result of one offered rate: a second's observations and answers, CPU us an answer, ages in ms."""

    offered: float
    answered: float
    cpu_us: float
    age_ms_median: float
    age_ms_p99: float


def main() -> None:
    """Print a line for each offered rate; with --send, be the process that sends at the first one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--offer", type=float, nargs="+", default=[250.0, 500.0, 1000.0, 4000.0])
    parser.add_argument("--send", nargs=2, metavar=("BROKER", "VECTORS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.send:
        broker, vectors = options.send
        print(_send(broker, Path(vectors), options.offer[0]))
        return
    print("offered/s  answered/s  CPU us an answer  age when answered, ms: median    p99")
    with tempfile.TemporaryDirectory() as folder:
        settings = {"LOOKALIKE_SOURCE": "none", "LOOKALIKE_LOG_LEVEL": "error"}
        with running(Path(folder), settings=settings) as stack:
            vectors = Path(folder) / "vectors.npz"
            _embed_samples(vectors)
            eventually(lambda: stack.client.get("/healthz").status_code == 200, within_s=120, why=stack.log)
            for offered in options.offer:
                rate = _measure(stack, vectors, offered)
                print(
                    f"{rate.offered:9.0f}  {rate.answered:10.0f}  {rate.cpu_us:16.0f}"
                    f"  {rate.age_ms_median:29.1f}  {rate.age_ms_p99:5.0f}"
                )


def _embed_samples(path: Path) -> None:
    """Write the vectors of the sample pictures, float32 [n, dim], and the model's fingerprint."""
    featurizer = OnnxFeaturizer(resolve("balanced", build=True))
    pictures = [
        np.ascontiguousarray(np.asarray(Image.open(file).convert("RGB"))[:, :, ::-1])
        for file in sorted(SAMPLES.iterdir())
        if file.suffix in (".jpg", ".png")
    ]
    np.savez(path, vectors=featurizer.embed(pictures), model=featurizer.fingerprint)


def _measure(stack: Stack, vectors: Path, offered: float) -> Rate:
    store = redis.Redis.from_url(stack.address("redis"), decode_responses=True)
    pid = stack.pid("services.search")
    # An uncounted round, which warms connections and caches.
    _sender(stack, vectors, min(offered, 100.0), seconds=1.0)
    before, used_s = _newest_id(store), cpu_s(pid)
    began_s = time.monotonic()
    sent = _sender(stack, vectors, offered, seconds=SECONDS)
    took_s = time.monotonic() - began_s
    answered = _newest_id(store) - before
    used_s = cpu_s(pid) - used_s
    records = [json.loads(text) for text in store.lrange("stack:matches", 0, min(answered, 500) - 1)]
    ages = sorted((from_iso(r["searched_at"]) - from_iso(r["captured_at"])) * 1000 for r in records)
    return Rate(
        offered=sent / took_s,
        answered=answered / took_s,
        cpu_us=used_s / max(1, answered) * 1e6,
        age_ms_median=ages[len(ages) // 2] if ages else float("nan"),
        age_ms_p99=ages[int(len(ages) * 0.99)] if ages else float("nan"),
    )


def _sender(stack: Stack, vectors: Path, offered: float, *, seconds: float) -> int:
    """Send from a process of its own; gives the number of observations sent."""
    command = [sys.executable, "-m", "bench.search", "--send", stack.address("broker"), str(vectors)]
    environ = stack.environ | {"BENCH_SECONDS": str(seconds)}
    done = subprocess.run(
        [*command, "--offer", str(offered)], env=environ, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def _send(broker: str, path: Path, offered: float) -> int:
    """Publish at this rate for BENCH_SECONDS, each camera in turn; gives the number sent."""
    held = np.load(path)
    vectors, model = held["vectors"], str(held["model"])
    address = parse_mqtt_address(broker)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    if address.user is not None:
        client.username_pw_set(address.user, address.password)
    client.max_queued_messages_set(0)
    client.connect(address.host, address.port)
    client.loop_start()
    seconds, sent = float(os.environ["BENCH_SECONDS"]), 0
    began_s = time.monotonic()
    while (passed_s := time.monotonic() - began_s) < seconds:
        while sent < passed_s * offered:
            thing = f"cam-{sent % CAMERAS + 1}"
            vector = vectors[sent % len(vectors)][np.newaxis]
            seen = Observation(
                thing=thing,
                vectors=vector,
                captured_at_s=time.time(),
                session=f"{os.getpid():08x}"[-8:],
                seq=sent // CAMERAS,
                model=model,
                timings_ms={"capture": 1.0, "embed": 40.0},
            )
            client.publish(topic(thing, "features"), encode_observation(seen, encoding="i8"), qos=0)
            sent += 1
        time.sleep(_TICK_S)
    time.sleep(0.5)  # observations on their way are still answered
    client.loop_stop()
    client.disconnect()
    return sent


def _newest_id(store: redis.Redis) -> int:
    newest = store.lindex("stack:matches", 0)
    return json.loads(str(newest))["id"] if newest else 0


if __name__ == "__main__":
    main()
