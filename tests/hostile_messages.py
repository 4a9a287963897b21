"""Hostile MQTT messages of every kind that our processes listen to, the same for the same seed."""

from __future__ import annotations

import base64
import json
import random
import socket
import time
from collections.abc import Callable, Iterator

from tests.flood import observation, publish_packet

KINDS = ("features", "details", "infer", "status", "preview", "frame", "reply/00000000", "command", "match")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
_TEXTS = (
    b"",
    b"{",
    b"null",
    b"\0" * 64,
    b"\xff\xfe{\0",
    b'"\\ud800"',
    b"[" * 5000,
    b'{"a":' * 2000,
    b"-1e999999",
    b"Infinity",
    b"1" * 5000,
    b'{"v":1,"v":1}',
    b"<script>\x1b[2J\r\n",
    JPEG,
    JPEG + b"\xff" * 2000,
    b"\x89PNG\r\n\x1a\n",
    b"x" * 70_000,
)
_VALUES: tuple[object, ...] = (
    *(None, True, -1, 0, 2**53, 2**64, 1e308, -1e308, float("nan"), float("inf"), "", "x" * 3000, "\x1b[2J"),
    *("../../etc/passwd", "\ud800", [], [[]], {}, {"a": {"b": []}}, "1970-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "2026-11-30T10:00:00"),
)


def send(link: socket.socket, model: str, *, count: int, seed: int = 2018) -> None:
    """Send this number of messages, as fast as the broker takes them."""
    packets = hostile_packets(model, seed=seed)
    for _ in range(0, count, 50):
        link.sendall(b"".join(next(packets) for _ in range(50)))


def hostile_packets(model: str, *, seed: int) -> Iterator[bytes]:
    """Packets without an end."""
    chance = random.Random(seed)
    for name, payload in hostile_messages(model, chance):
        yield publish_packet(name, payload, retain=chance.random() < 0.001)


def hostile_messages(model: str, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Topics and payloads without an end."""
    makers: list[Callable[[random.Random, str], bytes]] = [
        *(_text, _noise, _observation, _cut, _csv, _status, _local, _command)
    ]
    while True:
        thing = chance.choice(["cam-1", "a", "z" * 128, f"invented-{chance.randrange(5000)}"])
        name = f"lookalike/{thing}/{chance.choice(KINDS)}"
        yield name, chance.choice(makers)(chance, model)


def _text(chance: random.Random, _model: str) -> bytes:
    return chance.choice(_TEXTS)


def _noise(chance: random.Random, _model: str) -> bytes:
    return chance.randbytes(chance.randrange(400))


def _observation(chance: random.Random, model: str) -> bytes:
    """An observation whose fields are changed."""
    message = json.loads(
        observation("cam-1", model, session="0a1b2c3d", at_s=1e9, seq=chance.randrange(2**53))
    )
    for field in chance.sample(sorted(message), chance.randrange(1, 4)):
        message[field] = chance.choice(_VALUES)
    return json.dumps(message).encode()


def _local(chance: random.Random, model: str) -> bytes:
    """A fresh observation with local features: any bytes, or points that nothing shows."""
    message = json.loads(
        observation("cam-1", model, session="0a1b2c3d", at_s=time.time(), seq=chance.randrange(2**53))
    )
    points = b"".join(
        bytes([0, chance.randrange(240), 0, chance.randrange(240)]) + chance.randbytes(32) for _ in range(60)
    )
    blob = chance.choice([b"\x01" + points, b"\x01" + points * 5, b"\x02" + points, chance.randbytes(400)])
    return json.dumps(message | {"local": base64.b64encode(blob).decode()}).encode()


def _command(chance: random.Random, _model: str) -> bytes:
    command = {"do": chance.choice(["watch", "snapshot", "moments", "details", *_VALUES])}
    reply = chance.choice(["lookalike/cam-1/reply/00000000", *_VALUES])
    return json.dumps(command | {"reply": reply, "for_s": chance.choice(_VALUES)}).encode()


def _cut(chance: random.Random, model: str) -> bytes:
    whole = observation("cam-1", model, session="0a1b2c3d", at_s=1e9, seq=1)
    return whole[: chance.randrange(len(whole))]


def _csv(chance: random.Random, _model: str) -> bytes:
    numbers = ",".join(
        chance.choice(["0.5", "nan", "1e99", "-", "", "0"]) for _ in range(chance.randrange(700))
    )
    return json.dumps({"features": numbers}).encode()


def _status(chance: random.Random, _model: str) -> bytes:
    states = ("online", "offline", "clock_wrong", "?", "")
    return json.dumps({"state": chance.choice(states), "reason": chance.choice(_VALUES)}).encode()
