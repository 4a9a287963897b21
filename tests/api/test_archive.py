"""Exports at once, up to a limit."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from fastapi import FastAPI

from services.api import archive, rights
from services.api.archive import RETRY_S
from services.bootstrap.api import ApiParts
from services.bootstrap.settings import ApiSettings
from services.contract import problems
from tests.core.catalogue.catalogues import make_catalogue


class Export:
    """A client's call; it reads nothing until it is told to."""

    def __init__(self, app: FastAPI) -> None:
        self._reads, self._gone = asyncio.Event(), asyncio.Event()
        self.started = asyncio.Event()
        self.answer: dict[str, Any] = {}
        self._sent = [{"type": "http.request", "body": b"", "more_body": False}]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "path": "/items/archive",
            "raw_path": b"/items/archive",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "headers": [],
        }
        self._task = asyncio.create_task(app(scope, self._receive, self._send))

    async def read(self) -> None:
        """Read all of it."""
        self._reads.set()
        await self._task

    async def leave(self) -> None:
        """Go away in the middle."""
        self._gone.set()
        await self._task

    async def _receive(self) -> dict[str, Any]:
        if self._sent:
            return self._sent.pop()
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.answer = message
            self.started.set()
        elif message.get("more_body"):
            await self._reads.wait()


async def _exports(app: FastAPI, count: int) -> list[Export]:
    made = [Export(app) for _ in range(count)]
    for each in made:
        await each.started.wait()
    return made


def test_more_exports_at_once_are_asked_to_try_again_and_each_end_frees_a_place(tmp_path: Path) -> None:
    async def call() -> None:
        app = FastAPI()
        rights.install(app, ApiSettings())
        problems.install(app)
        parts = cast(ApiParts, SimpleNamespace(catalogue=make_catalogue(), turns=None))
        app.include_router(archive.build_router(parts, folder=tmp_path, threads=1, exports=2))

        first, second = await _exports(app, 2)
        (third,) = await _exports(app, 1)
        assert [each.answer["status"] for each in (first, second, third)] == [200, 200, 429]
        assert (b"retry-after", str(RETRY_S).encode()) in third.answer["headers"]
        await third.read()

        await first.read()
        await second.leave()
        for each in await _exports(app, 2):
            assert each.answer["status"] == 200
            await each.leave()

    asyncio.run(call())
