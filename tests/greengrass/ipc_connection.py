"""One connection of a component with the IPC double: its requests, and the messages that it subscribed to.

The differences of nucleus lite, as its source has them: a wrong token or a packet of more than 10,000 bytes
ends the connection without a word, answers leave their stream open, errors carry no `message`, and nothing
is retained.
"""

import base64
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.greengrass import eventstream
from tests.greengrass.component import Component
from tests.greengrass.core import Core
from tests.greengrass.eventstream import Frame

LITE_PACKET_BYTES = 10_000
_CLASSIC_PACKET_BYTES = 16 * 1024 * 1024
_CORE_PAYLOAD_BYTES = 128 * 1024
_STREAMING = ("SubscribeToIoTCore", "SubscribeToConfigurationUpdate")


@dataclass
class Nucleus:
    """A nucleus with one component: nucleus lite, else the classic one.

    `states` are those that the component reported. While `holds`, requests get no answer.
    """

    component: Component
    core: Core
    lite: bool = False
    holds: bool = False
    states: list[str] = field(default_factory=list)


class _RefusedError(Exception):
    """A request is answered by an error of this shape."""

    def __init__(self, shape: str, text: str) -> None:
        super().__init__(text)
        self.shape = shape


class IpcConnection:
    """Serves one connection in the calling thread."""

    def __init__(self, connection: socket.socket, nucleus: Nucleus) -> None:
        self._socket, self._nucleus = connection, nucleus
        self._reader = connection.makefile("rb")
        self._lock = threading.Lock()
        self._ends: dict[int, Callable[[], None]] = {}
        self._configuration_streams: set[int] = set()
        self._streams: set[int] = set()

    @property
    def open_streams(self) -> int:
        """The number of streams that neither side has ended."""
        return len(self._streams)

    def serve(self) -> None:
        """Answer requests until either side ends the connection."""
        try:
            if self._connect():
                while frame := self._read():
                    self._handle(frame)
        except (OSError, ValueError):
            pass  # the connection is gone, or the component broke the protocol
        finally:
            for stream in list(self._ends):
                self._end(stream)
            self.close()
            self._reader.close()
            self._socket.close()

    def close(self) -> None:
        """End the connection, without a word."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:  # it has ended
            return

    def tell_of_configuration(self, keys: list[str]) -> None:
        """Report changed keys to streams that asked for them."""
        name = self._nucleus.component.name
        for stream in list(self._configuration_streams):
            for key in keys:
                event = {"configurationUpdateEvent": {"componentName": name, "keyPath": [key]}}
                self._send(stream, "ConfigurationUpdateEvents", event)

    def _read(self) -> Frame | None:
        most = LITE_PACKET_BYTES if self._nucleus.lite else _CLASSIC_PACKET_BYTES
        return eventstream.read_frame(self._reader, most_bytes=most)

    def _connect(self) -> bool:
        frame = self._read()
        if frame is None or frame.kind != eventstream.CONNECT:
            return False
        accepted: bool = json.loads(frame.payload).get("authToken") == self._nucleus.component.token
        if not accepted and self._nucleus.lite:
            return False
        self._write(Frame(eventstream.CONNECT_ACK, eventstream.ACCEPTED * accepted))
        if not accepted:
            self._read()  # until the component ends the connection, as the classic nucleus leaves that to it
        return accepted

    def _handle(self, frame: Frame) -> None:
        if frame.kind == eventstream.PING:
            self._write(Frame(eventstream.PING_RESPONSE, payload=frame.payload))
        elif frame.flags & eventstream.TERMINATE:
            self._end(frame.stream)
        elif not self._nucleus.holds:
            self._answer(frame.stream, frame.headers["operation"], json.loads(frame.payload))

    def _answer(self, stream: int, operation: str, request: dict[str, Any]) -> None:
        kind = operation.removeprefix("aws.greengrass#")
        self._streams.add(stream)
        try:
            answer = self._carry_out(stream, kind, request)
        except _RefusedError as error:
            keys = ("_message", "_errorCode") if self._nucleus.lite else ("message", "code")
            body = dict(zip(keys, (str(error), error.shape), strict=True))
            self._send(stream, error.shape, body, kind=eventstream.ERROR, flags=eventstream.TERMINATE)
            return
        ends = kind not in _STREAMING and not self._nucleus.lite
        self._send(stream, f"{kind}Response", answer, flags=eventstream.TERMINATE * ends)
        if kind == "SubscribeToIoTCore":
            # After the answer, which must be the stream's first message.
            self._ends[stream] = self._nucleus.core.subscribe(
                request["topicName"], lambda *message: self._deliver(stream, *message)
            )

    def _carry_out(self, stream: int, kind: str, request: dict[str, Any]) -> dict[str, Any]:
        component = self._nucleus.component
        if kind == "UpdateState":
            self._nucleus.states.append(request["state"])
            return {}
        if kind == "SubscribeToConfigurationUpdate":
            self._configuration_streams.add(stream)
            return {}
        if kind == "GetConfiguration":
            try:
                value = component.at(request.get("keyPath") or [])
            except KeyError:
                raise _RefusedError("ResourceNotFoundError", "Key not found") from None
            return {"componentName": component.name, "value": value}
        if kind not in ("PublishToIoTCore", "SubscribeToIoTCore"):
            raise _RefusedError("ServiceError", f"{kind} is not doubled")
        if not component.may(kind, request["topicName"]):
            raise _RefusedError("UnauthorizedError", "Not Authorized")
        if kind == "PublishToIoTCore":
            self._publish(request)
        return {}

    def _publish(self, request: dict[str, Any]) -> None:
        payload = base64.b64decode(request["payload"])
        if len(payload) > _CORE_PAYLOAD_BYTES:
            raise _RefusedError("ServiceError", f"{len(payload)} bytes exceed the limit of AWS IoT")
        retain = bool(request.get("retain")) and not self._nucleus.lite
        passed = self._nucleus.core.publish(
            request["topicName"], payload, qos=int(request["qos"]), retain=retain
        )
        if not passed:
            raise _RefusedError("ServiceError", "Device is offline. Dropping QoS 0 message.")

    def _deliver(self, stream: int, topic: str, payload: bytes, retained: bool) -> None:
        message: dict[str, Any] = {"topicName": topic, "payload": base64.b64encode(payload).decode()}
        if not self._nucleus.lite:
            message["retain"] = retained
        self._send(stream, "IoTCoreMessage", {"message": message})

    def _end(self, stream: int) -> None:
        self._configuration_streams.discard(stream)
        self._streams.discard(stream)
        end = self._ends.pop(stream, None)
        if end is not None:
            end()

    def _send(
        self, stream: int, shape: str, body: object, *, kind: int = eventstream.MESSAGE, flags: int = 0
    ) -> None:
        if flags & eventstream.TERMINATE:
            self._streams.discard(stream)
        headers = {":content-type": "application/json", "service-model-type": f"aws.greengrass#{shape}"}
        self._write(Frame(kind, flags, stream, headers, json.dumps(body).encode()))

    def _write(self, frame: Frame) -> None:
        try:
            with self._lock:
                self._socket.sendall(eventstream.encode(frame))
        except OSError:  # the component is gone: its thread notices
            return
