"""Search by picture: what the search process is asked."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

import httpx
import numpy as np
from fastapi import FastAPI

from common.local_points import encode_points
from common.wire import Observation, decode_observation
from services.api import rights
from services.api.search import build_router
from services.bootstrap.api import ApiParts
from services.bootstrap.limit_settings import LimitSettings
from services.bootstrap.settings import ApiSettings
from services.core.ports import Picture
from tests.points import random_points

POINTS = encode_points(random_points(9))


class SlowApi:
    """Parts of an api whose pictures take a moment to decode, and a search that keeps what it is asked."""

    def __init__(self) -> None:
        self.decoded_at_s = 0.0
        self.asked: Observation | None = None

    def decode(self, _content: bytes) -> tuple[Any, str]:
        began_s = time.time()
        while time.time() < began_s + 0.002:  # an observation's times are in milliseconds
            pass
        self.decoded_at_s = time.time()
        return np.zeros((8, 8, 3), np.uint8), ".png"

    def look(self, _pictures: object) -> tuple[Any, Any]:
        return np.ones((1, 4), np.float32) / 2, np.array([[0, 0, 1, 1]], np.float32)

    def describe(self, picture: Picture, box: tuple[float, ...]) -> bytes:
        assert (picture.shape, box) == ((8, 8, 3), (0, 0, 1, 1))
        return POINTS

    def search(self, payload: bytes, *, k: int) -> str:
        self.asked = decode_observation(payload, thing="upload", kind="features", received_at_s=time.time())
        return f'{{"matches":[],"k":{k}}}'


def test_an_observation_is_dated_when_its_picture_is_decoded_and_has_its_local_features() -> None:
    slow = SlowApi()
    featurizer = SimpleNamespace(look=slow.look, fingerprint="0123456789ab")
    catalogue = SimpleNamespace(decode=slow.decode, featurizer=featurizer, describer=slow)
    app = FastAPI()
    rights.install(app, ApiSettings())
    app.include_router(
        build_router(cast(ApiParts, SimpleNamespace(catalogue=catalogue, search=slow)), LimitSettings())
    )

    async def sent() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
            return await client.post("/search", files={"image": b"a picture"})

    assert asyncio.run(sent()).status_code == 200
    assert slow.asked is not None
    assert slow.asked.captured_at_s >= slow.decoded_at_s - 0.001
    assert slow.asked.local == POINTS
