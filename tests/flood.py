"""A flood of observations as a process: `python -m tests.flood BROKER --rate 10000 --seconds 30`.

It writes MQTT packets that are made beforehand, so that one process sends tens of thousands a second; only
the capture time and the number of each are put in.
"""

from __future__ import annotations

import argparse
import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from common.mqtt_address import MqttAddress, parse_mqtt_address
from common.wire import Observation, Vectors, encode_observation, to_iso, topic, unit

ROOT = Path(__file__).resolve().parents[1]
CAMERAS = 100
# Of the vectors of all models that models/ builds.
DIM = 512
# Seconds between the sender's looks at the clock: what it holds back meanwhile counts as age of an answer.
_TICK_S = 0.001
# Seconds for which it sends without a look at the clock.
_PIECE_S = 0.01
_SEQ, _SEQ_WIDTH = 8_888_888_888_888, 13


def start(
    broker: str,
    model: str,
    *,
    rate: float,
    seconds: float,
    cameras: int = CAMERAS,
    vectors: Path | None = None,
) -> subprocess.Popen[str]:
    """Start the process; it prints the number of observations that it sent.

    The cameras show one each of `vectors`, a file of float32 [n, dim]; without it, what resembles nothing.
    """
    command = [sys.executable, "-m", "tests.flood", broker, model, "--cameras", str(cameras)]
    command += ["--rate", str(rate), "--seconds", str(seconds)]
    command += ["--vectors", str(vectors)] if vectors else []
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def main() -> None:
    """Send, each camera in turn, and print the number sent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("broker")
    parser.add_argument("model", help="the fingerprint of the catalogue's model")
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--cameras", type=int, default=CAMERAS)
    parser.add_argument("--vectors", type=Path, help="a .npy file")
    asked = parser.parse_args()
    things = [f"flood-{number}" for number in range(asked.cameras)]
    vectors = np.load(asked.vectors) if asked.vectors else np.stack([_vector_of(thing) for thing in things])
    shown = itertools.cycle(vectors)
    makers = [_maker(thing, asked.model, next(shown)) for thing in things]
    with connect(parse_mqtt_address(asked.broker)) as link:
        print(_send(link, makers, rate=asked.rate, seconds=asked.seconds))


def _send(
    link: socket.socket, makers: list[Callable[[str, int], bytes]], *, rate: float, seconds: float
) -> int:
    sent, turns = 0, itertools.cycle(makers)
    began_s = time.monotonic()
    while (passed_s := time.monotonic() - began_s) < seconds:
        due = int(passed_s * rate) - sent
        now = to_iso(time.time())
        # In pieces: a broker that is slow to take them must not make the capture times old.
        for _ in range(0, due, 100):
            count = min(100, int(passed_s * rate) - sent)
            link.sendall(b"".join(next(turns)(now, sent + n) for n in range(count)))
            sent += count
            if time.monotonic() - began_s - passed_s > _PIECE_S:
                break
        time.sleep(_TICK_S)
    return sent


def _maker(thing: str, model: str, vector: Vectors) -> Callable[[str, int], bytes]:
    """A function of capture time and number that gives the packet of an observation."""
    session = f"{os.getpid():08x}"[-8:]
    payload = _observation(thing, model, vector, session=session, at_s=0.0, seq=_SEQ)
    packet = publish_packet(topic(thing, "features"), payload)
    before, _, rest = packet.partition(str(_SEQ).encode())
    between, _, after = rest.partition(to_iso(0.0).encode())
    return lambda at, seq: b"".join(
        (before, str(seq).rjust(_SEQ_WIDTH).encode(), between, at.encode(), after)
    )


def observation(thing: str, model: str, *, session: str, at_s: float, seq: int) -> bytes:
    """An observation with a vector that is the camera's own."""
    return _observation(thing, model, _vector_of(thing), session=session, at_s=at_s, seq=seq)


def _vector_of(thing: str) -> Vectors:
    vector: Vectors = unit(np.random.default_rng(list(thing.encode())).standard_normal((1, DIM), np.float32))[
        0
    ]
    return vector


def _observation(thing: str, model: str, vector: Vectors, *, session: str, at_s: float, seq: int) -> bytes:
    timings_ms = {"capture": 1.0, "embed": 40.0}
    seen = Observation(thing, vector[np.newaxis], at_s, session, seq, model, timings_ms=timings_ms)
    return encode_observation(seen, encoding="i8")


def connect(address: MqttAddress) -> socket.socket:
    """A connection to a broker without TLS that may publish; whatever the broker sends is left unread."""
    link = socket.create_connection((address.host, address.port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # MQTT 3.1.1, a clean session, a keep-alive beyond any test; with user and password if there are any.
    flags = 0x02 | (0xC0 if address.user is not None else 0)
    body = _text("MQTT") + bytes([4, flags, 0xFF, 0xFF]) + _text(f"flood-{os.getpid()}-{time.time_ns()}")
    if address.user is not None:
        body += _text(address.user) + _text(address.password or "")
    link.sendall(b"\x10" + _length(len(body)) + body)
    answer = link.recv(4)
    assert answer == b"\x20\x02\0\0", f"the broker refused: {answer!r}"
    return link


def publish_packet(name: str, payload: bytes, *, retain: bool = False) -> bytes:
    """The packet that publishes a message at QoS 0."""
    body = _text(name) + payload
    return bytes([0x30 | retain]) + _length(len(body)) + body


def _text(text: str) -> bytes:
    return len(text.encode()).to_bytes(2, "big") + text.encode()


def _length(value: int) -> bytes:
    """MQTT's variable length: seven bits a byte, the lowest first."""
    out = bytearray()
    while True:
        value, low = divmod(value, 128)
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


if __name__ == "__main__":
    main()
