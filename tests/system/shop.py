"""A system of a shop with many items, and cameras for it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image

from common.wire import Vectors, unit
from models.files import fingerprint, read_model
from models.locate import resolve
from services.adapters.sqlite_items import SqliteItems
from services.core.domain import Item
from tests.system.stack import ROOT, Stack, eventually, running

ITEMS = 500
SHOWN = ROOT / "samples" / "pictures" / "mug-harbour.jpg"


@contextlib.contextmanager
def running_shop(folder: Path) -> Iterator[Stack]:
    """A system with many items, and a camera that sees one thing that is none of them."""
    (folder / "desk").mkdir()
    (folder / "desk" / "mug.jpg").write_bytes(SHOWN.read_bytes())
    fill(folder / "data")
    settings = {
        "LOOKALIKE_SAMPLES": "0",
        "LOOKALIKE_SOURCE": str(folder / "desk"),
        "LOOKALIKE_FETCH_PRIVATE": "1",
    }
    with running(folder, settings=settings) as started:
        eventually(lambda: started.get("/healthz")["checks"]["index"].get("items") == ITEMS, within_s=30)
        eventually(
            lambda: "online" in [camera["state"] for camera in started.get("/cameras")["cameras"]],
            within_s=30,
        )
        yield started


def fill(data: Path) -> None:
    """Fill it with items of generated vectors, as embedding their pictures takes minutes."""
    data.mkdir()
    model, rng = fingerprint(read_model(resolve("balanced", build=True))), np.random.default_rng(0)

    def near(middle: Vectors, count: int, spread: float) -> Vectors:
        noise = unit(rng.normal(size=(count, middle.shape[1])).astype(np.float32))
        return unit(middle + spread * noise)

    def made(number: int) -> Item:
        middle = near(np.zeros((1, 512), np.float32), 1, 1.0)
        return Item(f"made-{number:03}", f"Made up {number}", "0" * 64 + ".jpg", model, near(middle, 5, 0.6))

    store = SqliteItems(data / "items.sqlite", writable=True)
    store.put_many([made(number) for number in range(ITEMS)])
    store.close()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


class Pretender:
    """A camera that claims a state, and answers commands as the test wants."""

    def __init__(self, url: str, thing: str, state: dict[str, str], answer: bytes | None = None) -> None:
        self._thing, self._answer = thing, answer
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._commanded
        address = httpx.URL(url)
        self._client.username_pw_set(address.username, address.password)
        self._client.connect(address.host, address.port or 1883)
        self._client.loop_start()
        self._client.subscribe(f"lookalike/{thing}/command", qos=1)
        self._client.publish(f"lookalike/{thing}/status", json.dumps(state), qos=1, retain=True)

    def _commanded(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if self._answer is not None:
            client.publish(json.loads(message.payload)["reply"], self._answer)

    def __enter__(self) -> Pretender:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.publish(f"lookalike/{self._thing}/status", b"", qos=1, retain=True).wait_for_publish(5)
        self._client.disconnect()
        self._client.loop_stop()
