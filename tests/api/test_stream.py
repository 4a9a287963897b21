"""Responses that are sent in pieces: what they hold is given back however they end."""

from __future__ import annotations

import asyncio
from collections.abc import Generator

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Scope

from services.api.stream import PieceStream

SCOPE: Scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}}


async def receive() -> Message:
    """A client that says nothing."""
    await asyncio.Event().wait()
    raise AssertionError


async def send_until_gone(message: Message) -> None:
    """A client that goes with the first piece."""
    if message["type"] == "http.response.body":
        raise OSError


@pytest.mark.parametrize(
    ("fault", "raised"), [(None, ClientDisconnect), (ValueError("a file that is still open"), ValueError)]
)
def test_its_place_is_free_again_though_the_client_went_and_closing_fails(
    fault: Exception | None, raised: type[Exception]
) -> None:
    closed, ended = list[bool](), list[bool]()

    def pieces() -> Generator[bytes]:
        try:
            yield b"one"
            yield b"two"
        finally:
            closed.append(True)
            if fault:
                raise fault

    response = PieceStream(pieces(), media_type="text/plain", headers={}, ended=lambda: ended.append(True))
    with pytest.raises(raised):
        asyncio.run(response(SCOPE, receive, send_until_gone))
    assert (closed, ended) == ([True], [True])
