"""A broker and cameras played by a test for a running system, and calls about them."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import paho.mqtt.publish as publish

from services.adapters.mqtt import MqttClient
from tests.servers import Server
from tests.system.stack import Stack, eventually, running

KEY = {"Authorization": "Bearer s3cret"}
JPEG = {"Content-Type": "image/jpeg"}


@contextlib.contextmanager
def keyed_stack(folder: Path, broker: Server) -> Iterator[Stack]:
    """A system with a key, without a catalogue, whose only cameras are those that a test plays."""
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none"}
    # Secrets in files, as containers have them.
    for name, value in {"API_KEY": "s3cret", "MQTT_URL": broker.url}.items():
        (folder / name).write_text(f"{value}\n", encoding="utf-8")
        settings[f"LOOKALIKE_{name}_FILE"] = str(folder / name)
    with running(folder, settings=settings) as started:
        started.wait_loaded()
        eventually(lambda: started.get("/healthz")["checks"]["broker"]["ok"], within_s=20, why=started.log)
        yield started


class PlayedCamera:
    """A camera that a test controls, with a name of its own; forgotten at the end."""

    def __init__(self, stack: Stack, thing: str = "") -> None:
        self.thing = thing or f"cam-{uuid.uuid4().hex[:8]}"
        self._stack = stack
        self._broker: Any = stack.broker

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.forget()

    def show(self, jpeg: bytes) -> None:
        """Send a preview."""
        self._send("preview", jpeg)

    def answer(self, reply: str, payload: bytes) -> None:
        """Send an answer to a command on its topic `reply`."""
        publish.single(reply, payload, **self._broker)

    def say(self, state: str, **status: Any) -> None:
        """Send a status, and return once the api knows it."""
        said = {"state": state, "reason": None, "source": None, **status}
        self._send("status", json.dumps(said), retain=True)
        eventually(lambda: status_of(self._stack, self.thing).items() >= said.items(), within_s=5)

    def forget(self) -> None:
        """Clear its retained messages."""
        self._send("status", "", retain=True)

    def _send(self, kind: str, payload: str | bytes, *, retain: bool = False) -> None:
        publish.single(f"lookalike/{self.thing}/{kind}", payload, int(retain), retain, **self._broker)


class CommandListener:
    """Receives a broker's messages, with the times of their arrival."""

    def __init__(self, url: str, *filters: str) -> None:
        self.heard: list[tuple[float, str, bytes]] = []
        self._hears = False
        self._client = MqttClient(url, filters=[*filters, "probe/listener"], qos=0, on_message=self._take)

    def __enter__(self) -> CommandListener:
        self._client.start()

        def hears_itself() -> bool:
            self._client.publish("probe/listener", b"")
            return self._hears

        eventually(hears_itself, within_s=10)
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.stop()

    def _take(self, topic: str, payload: bytes) -> None:
        self._hears = True
        if not topic.startswith("probe/"):
            self.heard.append((time.monotonic(), topic, payload))

    def of(self, kind: str) -> list[bytes]:
        """Messages whose topic has this end."""
        return [payload for _at_s, topic, payload in self.heard if topic.endswith(f"/{kind}")]


def status_of(stack: Stack, thing: str) -> dict[str, Any]:
    """A camera's state in GET /cameras, empty if it is not listed."""
    found = [each for each in stack.get("/cameras")["cameras"] if each["thing"] == thing]
    return dict(found[0]) if found else {}


def get_preview(stack: Stack, thing: str, **headers: str) -> httpx.Response:
    """Ask for a preview, with the key."""
    return stack.client.get(f"/cameras/{thing}/preview", headers=KEY | headers)


def post_frame(stack: Stack, thing: str, content: bytes, **headers: str) -> httpx.Response:
    """Send a frame, with the key."""
    return stack.client.post(f"/cameras/{thing}/frames", content=content, headers=KEY | JPEG | headers)
