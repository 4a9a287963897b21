"""HTTP/1.1 as uvicorn speaks it, with a record of what each connection waits for."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn import Config
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, ASGISendEvent, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from services.adapters.http_server.connections import Connection, Connections

# Size of the pieces of a large answer, each of which waits until its reader has taken the one before; and the
# bytes of a body that have to come in the same time.
PIECE_BYTES = 64 * 1024
# Unsent bytes at which the next piece waits; with TLS the default is half a megabyte.
_UNSENT_BYTES = 16 * 1024


class LimitedState(ServerState):
    """uvicorn's state of a server, which all its connections share, with the book of these."""

    def __init__(self, connections: Connections) -> None:
        super().__init__()
        self.book = connections


class LimitedProtocol(H11Protocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        assert isinstance(server_state, LimitedState)
        self._book = server_state.book
        self._connection: Connection | None = None
        # Bytes that came since the client's time for them began.
        self._come_bytes = 0
        self._whole_app, self.app = self.app, self._in_pieces

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; with TLS after the handshake."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=_UNSENT_BYTES)
        self._connection = self._book.of(transport.get_extra_info("peername"))
        if self._connection is None:  # it was closed during the handshake
            transport.abort()
            return
        self._connection.transport = transport
        self._connection.awaits_body = self._awaits_body

    def data_received(self, data: bytes) -> None:
        """Take what has come; a body that comes in drops ends no wait."""
        self._come_bytes += len(data)
        if self._connection and self._come_bytes >= PIECE_BYTES:
            self._connection.unsent_since_s, self._come_bytes = None, 0
        super().data_received(data)

    def handle_events(self) -> None:
        """Read requests; the whole head of one ends the wait for it."""
        super().handle_events()
        self._note()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._note()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        if self._connection:
            self._connection.unread_since_s = self._book.clock()

    def resume_writing(self) -> None:
        """Go on: the client has read."""
        super().resume_writing()
        if self._connection:
            self._connection.unread_since_s = None

    def _note(self) -> None:
        if self._connection is None:
            return
        if self._at_work():
            self._connection.idle_since_s = None
        elif self._connection.idle_since_s is None:
            self._connection.idle_since_s = self._book.clock()

    def _at_work(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _awaits_body(self) -> bool:
        return self._at_work() and self.conn.their_state is h11.SEND_BODY and not self.flow.read_paused

    async def _in_pieces(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """The app, its large answers cut into pieces."""

        async def send_pieces(event: ASGISendEvent) -> None:
            if event["type"] != "http.response.body" or len(event.get("body", b"")) <= PIECE_BYTES:
                await send(event)
                return
            body, more_body = event.get("body", b""), event.get("more_body", False)
            assert self._connection is not None
            with self._book.holding(self._connection, len(body)):
                for start in range(0, len(body), PIECE_BYTES):
                    end = start + PIECE_BYTES
                    await send(
                        {
                            "type": "http.response.body",
                            "body": body[start:end],
                            "more_body": more_body or end < len(body),
                        }
                    )

        await self._whole_app(scope, receive, send_pieces)
