"""A link by Greengrass IPC: the nucleus passes messages on to AWS IoT Core, and those from there to us."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from common import wire
from common.rate_limited_log import RateLimitedLog
from edge.link.ipc_port import Connection, IpcError, NotAllowedError
from edge.link.nucleus import Nucleus
from edge.link.outbox import Outbox, is_too_large
from edge.link.port import OnMessage, OpenLink

_log = logging.getLogger(__name__)
# Silence of a nucleus after which the connection is ended; the search would drop later messages anyway.
_SILENT_S = 5.0
# Ticks between attempts at a subscription that the nucleus could not make.
_SUBSCRIBE_TICKS = 20


def greengrass_links(nucleus: Nucleus) -> OpenLink:
    """Links by the IPC of a nucleus."""
    return partial(GreengrassLink, nucleus)


class GreengrassLink:
    """A link by IPC: sends a camera's messages and receives those to it, fresh or not at all.

    A message waits at most `keep_s` for the nucleus, or for the nucleus' own connection to AWS IoT Core, and
    only the freshest of its topic; at most two are without an answer. There is no last will: a camera that is
    silent for a minute counts as offline. Nucleus lite retains no status, but it is repeated each 10 s.
    """

    def __init__(
        self,
        nucleus: Nucleus,
        thing: str | None,
        *,
        filters: Sequence[str] = (),
        on_message: OnMessage | None = None,
        retained: Sequence[tuple[str, bytes]] = (),
        about: Mapping[str, object] | None = None,
        keep_s: float = 2.0,
    ) -> None:
        """Prepare the link, as OpenLink says; nothing is opened yet."""
        self._nucleus, self._thing, self._on_message = nucleus, thing, on_message
        self._retained = retained
        del about  # of the last will, which there is none of here
        self._filters = list(filters) or [wire.topic(thing or "none", "command")]
        self._on_connect: Callable[[], None] = lambda: None
        self._first_connection = threading.Event()
        self._faults = RateLimitedLog()
        self._lock = threading.Lock()
        self._outbox = Outbox(self._send, keep_s=keep_s)
        self._number = 0
        self._connection: Connection | None = None
        # Whether the nucleus passes messages on: without a connection to AWS IoT Core it refuses them.
        self._online = True
        self._unsubscribed: list[str] = []
        self._ticks = 0
        # Operations and topics that accessControl does not allow, said once a connection.
        self._refused: set[tuple[str, str]] = set()

    @property
    def connected(self) -> bool:
        """Whether the nucleus is connected now, and passes messages on as far as we know."""
        return self._connection is not None and self._online

    @property
    def max_message_bytes(self) -> int:
        """The largest message that it takes."""
        return self._nucleus.max_message_bytes

    def start(self, on_connect: Callable[[], None] = lambda: None) -> None:
        """Connect in the background, retried indefinitely; `on_connect` is called after each success."""
        self._on_connect = on_connect
        self._nucleus.join(self)

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait for the first connection; False if none came in time."""
        return self._first_connection.wait(timeout_s)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at QoS 0, now or within `keep_s`; True when it was handed to the nucleus already."""
        if is_too_large(topic, payload, self.max_message_bytes, self._faults):
            return False
        with self._lock:
            self._outbox.put(topic, payload)
            self._pass_on()
            return not self._outbox.waits(topic)

    def publish_status(self, payload: bytes) -> None:
        """Send a status, retained; dropped when unconnected."""
        if self._thing is not None:
            self._keep(wire.topic(self._thing, "status"), payload, lambda: None)

    def stop(self, last_status: bytes = b"", *, timeout_s: float = 0.4) -> None:
        """Send a last status and leave the nucleus, waiting at most `timeout_s`."""
        answered = threading.Event()
        if self._thing is not None and self.connected:
            self._keep(wire.topic(self._thing, "status"), last_status, answered.set)
            if not answered.wait(timeout_s):
                _log.warning("the last status could not be sent")
        self._nucleus.leave(self)
        self.on_loss()  # at once, for our caller

    def on_connection(self, connection: Connection) -> None:
        """Subscribe, and send what a new connection needs."""
        with self._lock:
            self._connection, self._online = connection, True
            dropped = self._outbox.start_over()
        self._refused.clear()
        if dropped:
            _log.info("%d messages were dropped before", dropped)
        self._unsubscribed = list(self._filters) if self._on_message else []
        self._subscribe()
        self._greet()
        self._first_connection.set()

    def on_loss(self) -> None:
        """Keep messages back until there is another connection."""
        with self._lock:
            self._connection = None

    def on_tick(self) -> None:
        """Try again what the nucleus could not do, and leave a nucleus that is silent."""
        self._ticks += 1
        if self._unsubscribed and self._ticks % _SUBSCRIBE_TICKS == 0:
            self._subscribe()
        with self._lock:
            silent = self._connection is not None and self._outbox.silent_s > _SILENT_S
            if self._connection is not None and not self._online:
                self._outbox.send()
        if silent:
            self._nucleus.drop(f"has not answered for {_SILENT_S:g} s")

    def _greet(self) -> None:
        self._on_connect()
        for topic, payload in self._retained:
            self._keep(topic, payload, lambda: None)
        with self._lock:
            self._pass_on()

    def _pass_on(self) -> None:
        if self.connected:
            self._outbox.send()
        else:
            self._outbox.forget_old()

    def _send(self, topic: str, payload: bytes) -> int:
        self._number += 1
        done = partial(self._sent, topic, self._number)
        self._nucleus.publish(topic, payload, retain=False, done=done)
        return self._number

    def _sent(self, topic: str, number: int, error: IpcError | None) -> None:
        taken = self._is_answer(topic, error)
        with self._lock:
            if taken:
                self._outbox.answered(number)
                self._pass_on()
            else:
                self._outbox.returned(number)

    def _keep(self, topic: str, payload: bytes, done: Callable[[], None]) -> None:
        """Publish a message for AWS IoT Core to keep."""

        def answered(error: IpcError | None) -> None:
            self._is_answer(topic, error)
            done()

        self._nucleus.publish(topic, payload, retain=True, done=answered)

    def _is_answer(self, topic: str, error: IpcError | None) -> bool:
        """Whether the nucleus has passed a message on, or never will; False if it can't now."""
        if isinstance(error, NotAllowedError):
            self._not_allowed("PublishToIoTCore", topic)
            return True
        was_online, self._online = self._online, error is None
        if error is not None and was_online:
            _log.warning("%s passes no messages on: %s; trying again", self._nucleus.where, error)
        if error is None and not was_online and self._connection is not None:
            _log.info("%s passes messages on", self._nucleus.where)
            self._greet()
        return error is None

    def _subscribe(self) -> None:
        if self._connection is None or self._on_message is None:
            return
        for name in self._unsubscribed:
            done = partial(self._subscription_answered, self._connection, name)
            self._connection.subscribe(name, self._received, done)

    def _subscription_answered(self, connection: Connection, name: str, error: IpcError | None) -> None:
        self._nucleus.post(partial(self._subscribed, connection, name, error))

    def _subscribed(self, connection: Connection, name: str, error: IpcError | None) -> None:
        if connection is not self._connection:
            return
        if isinstance(error, NotAllowedError):
            self._not_allowed("SubscribeToIoTCore", name)
        elif error is not None:
            if self._online:
                _log.warning("%s does not subscribe %s: %s; trying again", self._nucleus.where, name, error)
            return
        if name in self._unsubscribed:
            self._unsubscribed.remove(name)

    def _received(self, topic: str, payload: bytes) -> None:
        assert self._on_message is not None
        try:
            self._on_message(topic, payload)
        except Exception:  # a fault of ours must not end the connection
            _log.exception("a message of %d bytes failed", len(payload))

    def _not_allowed(self, operation: str, topic: str) -> None:
        if (operation, topic) not in self._refused:
            _log.error(
                "%s refuses %s: the component's accessControl does not allow aws.greengrass#%s on it",
                self._nucleus.where,
                topic,
                operation,
            )
        self._refused.add((operation, topic))
