"""One connection to a Greengrass nucleus by IPC, on AWS' own SDK, which this file alone imports."""

import logging
from collections.abc import Callable
from typing import Any

from awscrt.exceptions import AwsCrtError
from awsiot import greengrasscoreipc
from awsiot.eventstreamrpc import (
    AccessDeniedError,
    ConnectionClosedError,
    LifecycleHandler,
    StreamClosedError,
)
from awsiot.greengrasscoreipc import client, model

from edge.link.ipc_port import ConnectionLostError, Done, IpcError, NotAllowedError, TokenRefusedError
from edge.link.port import OnMessage

_WITHIN_S = 5.0
# What the SDK's errors begin with, in words.
_CAUSES = {
    "AWS_IO_SOCKET_CONNECTION_REFUSED": "nothing listens there",
    "AWS_ERROR_FILE_INVALID_PATH": "no such file",
    "AWS_IO_SOCKET_INVALID_ADDRESS": "its path is too long",
}


def connect(socket: str, token: str, on_lost: Callable[[], None]) -> "IpcConnection":
    """Connect to the nucleus at a Unix socket; IpcError if that fails.

    `on_lost` is called in a thread of the SDK when a connection that was made has ended.
    """
    # It would log each failure, too.
    logging.getLogger("awsiot.eventstreamrpc").setLevel(logging.CRITICAL)
    lifecycle = LifecycleHandler()
    lifecycle.on_disconnect = lambda _reason: on_lost()
    try:
        made = greengrasscoreipc.connect(
            ipc_socket=socket, authtoken=token, lifecycle_handler=lifecycle, timeout=_WITHIN_S
        )
    except (AccessDeniedError, AwsCrtError) as error:
        # The classic nucleus denies a wrong token; nucleus lite just ends the connection.
        if isinstance(error, AccessDeniedError) or error.name == "AWS_IO_SOCKET_CLOSED":
            raise TokenRefusedError from None
        raise IpcError(_cause(error)) from None
    except TimeoutError:
        raise IpcError(f"no answer in {_WITHIN_S:g} s") from None
    except (RuntimeError, OSError) as error:
        raise IpcError(_cause(error)) from None
    return IpcConnection(made)


class IpcConnection:
    """Requests of one connection; what is called back is called in a thread of the SDK."""

    def __init__(self, ipc: Any) -> None:
        """`ipc` is the SDK's connected client."""
        self._ipc = ipc

    def publish(self, topic: str, payload: bytes, *, retain: bool, done: Done) -> None:
        """Publish to AWS IoT Core at QoS 0: one of QoS 1 would wait in the nucleus, however old it is."""
        request = model.PublishToIoTCoreRequest(
            topic_name=topic, qos=model.QOS.AT_MOST_ONCE, payload=payload, retain=retain
        )
        self._ask(self._ipc.new_publish_to_iot_core, request, done)

    def subscribe(self, topics: str, on_message: OnMessage, done: Done) -> None:
        """Subscribe at AWS IoT Core for as long as the connection lasts; retained messages are left out."""
        handler = client.SubscribeToIoTCoreStreamHandler()

        def received(event: Any) -> None:
            if not event.message.retain:
                on_message(event.message.topic_name, event.message.payload)

        handler.on_stream_event = received
        request = model.SubscribeToIoTCoreRequest(topic_name=topics, qos=model.QOS.AT_LEAST_ONCE)
        self._ask(lambda: self._ipc.new_subscribe_to_iot_core(handler), request, done, lasts=True)

    def configuration(self) -> dict[str, Any]:
        """The component's whole configuration; waits for it, and raises IpcError."""
        operation = self._ipc.new_get_configuration()
        try:
            operation.activate(model.GetConfigurationRequest(key_path=[]))
            value = operation.get_response().result(_WITHIN_S).value
        except Exception as error:
            raise _meaning(error) from None
        finally:
            operation.close()
        if not isinstance(value, dict):
            raise IpcError(f"the configuration is a {type(value).__name__}; expected an object")
        return value

    def watch_configuration(self, on_change: Callable[[], None]) -> None:
        """Call back at each change of the component's configuration."""
        handler = client.SubscribeToConfigurationUpdateStreamHandler()
        handler.on_stream_event = lambda _event: on_change()
        self._ask(
            lambda: self._ipc.new_subscribe_to_configuration_update(handler),
            model.SubscribeToConfigurationUpdateRequest(key_path=[]),
            lambda _error: None,
            lasts=True,
        )

    def close(self) -> None:
        """End the connection."""
        self._ipc.close()

    def _ask(self, make: Callable[[], Any], request: Any, done: Done, *, lasts: bool = False) -> None:
        try:
            operation = make()
            operation.activate(request)
        except RuntimeError as error:
            done(_meaning(error))
            return

        def answered(response: Any) -> None:
            if not lasts:
                # Nucleus lite leaves it open, and each open one takes memory on both sides.
                operation.close()
            error = response.exception()
            done(None if error is None else _meaning(error))

        operation.get_response().add_done_callback(answered)


def _meaning(error: Exception) -> IpcError:
    if isinstance(error, model.UnauthorizedError):
        return NotAllowedError(str(error))
    if isinstance(error, StreamClosedError | ConnectionClosedError | AwsCrtError):
        return ConnectionLostError(_cause(error))
    if isinstance(error, TimeoutError):
        return IpcError(f"no answer in {_WITHIN_S:g} s")
    return IpcError(_cause(error))


def _cause(error: Exception) -> str:
    text = getattr(error, "message", None) or str(error)
    for code, words in _CAUSES.items():
        if code in f"{getattr(error, 'name', '')} {text}":
            return words
    return text if text not in ("", "None") else type(error).__name__
