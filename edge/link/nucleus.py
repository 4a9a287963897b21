"""A Greengrass nucleus, whose one connection all links of this process share; it comes back by itself."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from functools import partial

from common.wire import AWS_IOT_MESSAGE_BYTES
from edge.link.ipc_port import Connection, ConnectionLostError, Done, IpcError, Member, TokenRefusedError

_log = logging.getLogger(__name__)
_TICK_S = 0.25
_FIRST_DELAY_S, _LAST_DELAY_S = 0.5, 5.0
# Attempts in a row after which a token counts as refused: on nucleus lite a refusal looks like its own end.
_REFUSALS = 3
# Nucleus lite takes 10,000 bytes a packet, in which a payload is base64 beside 500 bytes of other things, and
# ends the connection at a larger one.
LITE_MESSAGE_BYTES = 7000


class Nucleus:
    """Keeps a connection for its members, from when the first one joins."""

    def __init__(self, connect: Callable[[Callable[[], None]], Connection], *, where: str) -> None:
        """`connect` gets what to call when the connection is lost, and raises IpcError; `where` is a name."""
        self._connect, self.where = connect, where
        self.max_message_bytes = AWS_IOT_MESSAGE_BYTES
        # Whether it has refused our token for good; with each start it gives a component a new one.
        self.refused = False
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._members: list[Member] = []
        self._connection: Connection | None = None
        # Messages without an answer yet that are too large for nucleus lite.
        self._large = 0
        self._delay_s, self._next_s, self._refusals = _FIRST_DELAY_S, 0.0, 0
        self._trouble: str | None = None
        self._thread = threading.Thread(target=self._run, name="nucleus", daemon=True)
        self._stopping = threading.Event()

    def join(self, member: Member) -> None:
        """Let a member use the connection, and begin to connect."""
        with self._lock:
            if not self._thread.is_alive() and not self._stopping.is_set():
                self._thread.start()
        self.post(partial(self._add, member))

    def leave(self, member: Member) -> None:
        """Call the member no more, soon."""
        self.post(partial(self._remove, member))

    def post(self, job: Callable[[], None]) -> None:
        """Call this in the nucleus' thread."""
        self._jobs.put(job)

    def publish(self, topic: str, payload: bytes, *, retain: bool, done: Done) -> None:
        """Publish on the present connection; `done` is called in our thread, if the connection lasts."""
        with self._lock:
            connection = self._connection
            large = len(payload) > LITE_MESSAGE_BYTES
            self._large += large
        if connection is not None:
            connection.publish(
                topic,
                payload,
                retain=retain,
                done=lambda error: self.post(partial(self._published, connection, large, done, error)),
            )

    def drop(self, why: str) -> None:
        """End the present connection, and make another."""
        connection = self._connection
        if connection is not None:
            _log.warning("%s %s; connecting again", self.where, why)
            self._lost(connection)
            connection.close()

    def stop(self) -> None:
        """End the connection; waits a moment at most."""
        self._stopping.set()
        self.post(lambda: None)
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._connection is None and not self.refused and time.monotonic() >= self._next_s:
                _safely(self._attempt)
            self._work()
            for member in list(self._members):
                _safely(member.on_tick)
        if self._connection is not None:
            self._connection.close()

    def _work(self) -> None:
        """Do what was posted, for the time of a tick."""
        until_s = time.monotonic() + _TICK_S
        while (left_s := until_s - time.monotonic()) > 0 and not self._stopping.is_set():
            try:
                job = self._jobs.get(timeout=left_s)
            except queue.Empty:
                return
            _safely(job)

    def _attempt(self) -> None:
        made: list[Connection] = []
        try:
            connection = self._connect(lambda: self.post(lambda: self._lost(made[0]) if made else None))
        except TokenRefusedError:
            self._refusals += 1
            self.refused = self._refusals >= _REFUSALS
            if self.refused:
                _log.error("%s refuses this component's token (SVCUID)", self.where)
            self._try_later()
        except IpcError as error:
            self._refusals = 0
            if str(error) != self._trouble:
                _log.warning("%s cannot be reached: %s; trying again", self.where, error)
            self._trouble = str(error)
            self._try_later()
        else:
            made.append(connection)
            self._begin(connection)

    def _try_later(self) -> None:
        self._next_s = time.monotonic() + self._delay_s
        self._delay_s = min(2 * self._delay_s, _LAST_DELAY_S)

    def _begin(self, connection: Connection) -> None:
        with self._lock:
            self._connection, self._large = connection, 0
        self._refusals, self._trouble, self._delay_s = 0, None, _FIRST_DELAY_S
        _log.info("connected to %s", self.where)
        for member in list(self._members):
            if connection is self._connection:  # none of them has dropped it
                member.on_connection(connection)

    def _lost(self, connection: Connection) -> None:
        with self._lock:
            if connection is not self._connection:  # we have left it
                return
            self._connection, large = None, self._large
        self._next_s = time.monotonic() + self._delay_s
        if large and self.max_message_bytes > LITE_MESSAGE_BYTES:
            self.max_message_bytes = LITE_MESSAGE_BYTES
            _log.warning(
                "%s ended the connection at a large message, as nucleus lite does; from now on messages have "
                "at most %d bytes, and pictures are smaller",
                self.where,
                LITE_MESSAGE_BYTES,
            )
        else:
            _log.warning("connection to %s lost; trying again", self.where)
        for member in list(self._members):
            member.on_loss()

    def _published(self, connection: Connection, large: bool, done: Done, error: IpcError | None) -> None:
        if connection is not self._connection or isinstance(error, ConnectionLostError):
            return
        with self._lock:
            self._large -= large
        done(error)

    def _add(self, member: Member) -> None:
        self._members.append(member)
        if self._connection is not None:
            member.on_connection(self._connection)

    def _remove(self, member: Member) -> None:
        if member in self._members:
            self._members.remove(member)
            member.on_loss()


def _safely(job: Callable[[], None]) -> None:
    try:
        job()
    except Exception:  # a fault of ours must not end the connection
        _log.exception("what was to be done with the nucleus failed")
