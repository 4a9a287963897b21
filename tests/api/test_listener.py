"""The api's listening socket."""

from __future__ import annotations

import socket

import uvicorn

from services.api.__main__ import listener


def test_an_answer_s_body_does_not_wait_for_its_head_to_be_acknowledged() -> None:
    bound = listener(uvicorn.Config("nothing:here", port=0, log_config=None))
    with bound:
        bound.listen()
        with socket.create_connection(bound.getsockname()), bound.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
