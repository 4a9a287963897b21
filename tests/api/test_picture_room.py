"""Requests with pictures, of which only a few are at work at once and a few more wait."""

import asyncio
import threading
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from fastapi import FastAPI, Request

from services.api import rights, search
from services.api.picture_room import MAX_BYTES, PictureRoom
from services.bootstrap.api import ApiParts
from services.bootstrap.limit_settings import LimitSettings
from services.bootstrap.settings import ApiSettings
from services.contract import problems
from services.core.catalogue.decode_turns import DecodeTurns
from services.core.errors import BusyError, InputError
from services.core.ports import Picture


def _request(size: int | None = 1) -> Request:
    headers = [] if size is None else [(b"content-length", str(size).encode())]
    return Request({"type": "http", "headers": headers})


async def _stay(room: PictureRoom, leave: asyncio.Event, *, size: int | None = 1) -> None:
    async with room.place(_request(size)), room.turn():
        await leave.wait()


async def _enter(room: PictureRoom, count: int) -> tuple[list[asyncio.Task[None]], asyncio.Event]:
    """This many requests that are in the room until the event."""
    leave = asyncio.Event()
    tasks = [asyncio.create_task(_stay(room, leave)) for _ in range(count)]
    for _ in range(10):
        await asyncio.sleep(0)
    return tasks, leave


def test_one_more_than_the_room_has_places_is_sent_away_at_once() -> None:
    async def tried() -> None:
        room = PictureRoom(at_work=2, waiting=3, wait_s=60)
        tasks, leave = await _enter(room, 5)
        with pytest.raises(BusyError, match="5 requests with pictures or tables are under way"):
            await _stay(room, leave)
        leave.set()
        await asyncio.gather(*tasks)
        await _stay(room, leave)

    asyncio.run(tried())


def test_who_waits_too_long_is_sent_away_and_leaves_its_place() -> None:
    async def tried() -> None:
        room = PictureRoom(at_work=1, waiting=1, wait_s=0.01)
        tasks, leave = await _enter(room, 1)
        for _ in range(3):
            with pytest.raises(BusyError, match="no turn for the request within"):
                await _stay(room, leave)
        leave.set()
        await asyncio.gather(*tasks)
        await _stay(room, leave)

    asyncio.run(tried())


@pytest.mark.parametrize("size", [1, MAX_BYTES, None])
def test_a_body_is_not_read_before_those_that_were_leave_room_for_it(size: int | None) -> None:
    async def tried() -> None:
        room, leave, read = PictureRoom(at_work=2, waiting=8, wait_s=60), asyncio.Event(), []
        first = asyncio.create_task(_stay(room, leave, size=MAX_BYTES + 1))
        for _ in range(10):
            await asyncio.sleep(0)

        async def second() -> None:
            async with room.place(_request(size)):
                read.append(leave.is_set())

        task = asyncio.create_task(second())
        for _ in range(10):
            await asyncio.sleep(0)
        assert read == []
        leave.set()
        await asyncio.gather(first, task)
        assert read == [True]

    asyncio.run(tried())


def test_who_waits_too_long_to_be_read_is_sent_away() -> None:
    async def tried() -> None:
        room, leave = PictureRoom(at_work=2, waiting=8, wait_s=0.01), asyncio.Event()
        first = asyncio.create_task(_stay(room, leave, size=MAX_BYTES))
        for _ in range(10):
            await asyncio.sleep(0)
        for _ in range(3):
            with pytest.raises(BusyError, match="no turn for the request within"):
                await _stay(room, leave)
        leave.set()
        await first
        await _stay(room, leave)

    asyncio.run(tried())


def test_an_error_of_the_work_frees_its_place() -> None:
    async def tried() -> None:
        room = PictureRoom(at_work=1, waiting=0, wait_s=60)
        for _ in range(3):
            with pytest.raises(KeyError):
                async with room.place(_request()), room.turn():
                    raise KeyError("x")

    asyncio.run(tried())


class _HeldDecoder:
    """Decodes when it is let; counts those who are inside at once."""

    def __init__(self) -> None:
        self.let, self.entered = threading.Event(), threading.Event()
        self.inside = self.most_inside = 0

    def decode(self, _content: bytes) -> tuple[Picture, str]:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.entered.set()
        self.let.wait()
        self.inside -= 1
        raise InputError("decoded at last")


def test_45_slow_uploads_leave_other_routes_their_threads() -> None:
    held = _HeldDecoder()
    catalogue = SimpleNamespace(decode=DecodeTurns(at_once=2).of(held.decode))
    app = FastAPI()
    problems.install(app)
    rights.install(app, ApiSettings())
    app.include_router(
        search.build_router(cast(ApiParts, SimpleNamespace(catalogue=catalogue)), LimitSettings())
    )

    @app.get("/in-a-thread")
    def in_a_thread() -> int:
        return threading.active_count()

    async def tried() -> tuple[list[int], list[httpx.Response]]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
            uploads = [
                asyncio.create_task(client.post("/search", files={"image": b"a picture"})) for _ in range(45)
            ]
            await asyncio.to_thread(held.entered.wait)
            others = [(await client.get("/in-a-thread")).status_code for _ in range(3)]
            held.let.set()
            return others, await asyncio.gather(*uploads)

    others, uploads = asyncio.run(tried())
    assert others == [200, 200, 200]
    assert held.most_inside <= 2
    answered = [answer.status_code for answer in uploads]
    places = search.AT_WORK + LimitSettings().pictures_waiting
    assert (answered.count(400), answered.count(429)) == (places, 45 - places)
    busy = next(answer for answer in uploads if answer.status_code == 429)
    assert busy.headers["Retry-After"] == "2"
    assert busy.headers["Content-Type"] == "application/problem+json"
