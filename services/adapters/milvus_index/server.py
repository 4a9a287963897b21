"""Calls to a Milvus server with pymilvus; its errors are plain, and repeat nothing of a login."""

from __future__ import annotations

import logging
import threading
from typing import Any

import grpc
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException

from services.core.errors import UnavailableError

# Whatever takes longer than an answer: making a collection, building its index, loading it.
_WORK_S = 3600.0
# A server that comes back is found within a second or two: gRPC would wait for up to two minutes, for all
# channels to an address alike.
_CHANNEL = {
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.min_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 2000,
    "grpc.use_local_subchannel_pool": 1,
}
_AWAY = (
    "fail connecting",
    "unavailable",
    "deadline_exceeded",
    "timeout",
    "closed channel",
    "failed to connect",
)
_REFUSED = ("auth", "permission", "privilege", "unauthenticated")


class ReleasedError(UnavailableError):
    """A collection is not loaded, such as after a start of the server."""


class MilvusServer:
    """A server by its address, connected at the first call and again after a failure; calls may come from
    any thread, and raise UnavailableError.
    """

    def __init__(self, uri: str, *, token: str = "", timeout_s: float = 2.0) -> None:
        """`uri` is http(s)://host:port; `token` is user:password."""
        self._uri, self._token, self._timeout_s = uri, token, timeout_s
        self._client: MilvusClient | None = None
        self._connecting = threading.Lock()
        # Its lines would say at length, at each attempt, what our errors say once.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)

    def ask(self, method: str, *args: Any, **options: Any) -> Any:
        """A call of MilvusClient that is worth no long wait."""
        return self._call(method, *args, timeout=self._timeout_s, **options)

    def work(self, method: str, *args: Any, **options: Any) -> Any:
        """A call of MilvusClient that may take long."""
        return self._call(method, *args, timeout=_WORK_S, **options)

    def trouble(self, why: str) -> UnavailableError:
        """The error about this server."""
        return UnavailableError(f"Milvus at {self._uri.partition('://')[2]}: {why}")

    def _call(self, method: str, *args: Any, timeout: float, **options: Any) -> Any:
        try:
            return getattr(self._connected(), method)(*args, timeout=timeout, **options)
        except MilvusException as error:
            told = str(error.message)
            if "released" in told or "not loaded" in told:
                raise ReleasedError(str(self.trouble("a collection is not loaded yet"))) from None
            raise self.trouble(self._why(told)) from None
        except grpc.RpcError as error:
            raise self.trouble(self._why(str(error))) from None
        except ValueError as error:  # grpc's, for a channel that was closed meanwhile
            raise self.trouble(self._why(str(error))) from None

    def _connected(self) -> MilvusClient:
        with self._connecting:
            if self._client is None:
                # It connects when it is made, and waits for that.
                self._client = MilvusClient(
                    self._uri,
                    token=self._token,
                    timeout=self._timeout_s,
                    dedicated=True,
                    grpc_options=_CHANNEL,
                )
            return self._client

    def _why(self, told: str) -> str:
        small = told.lower()
        if any(words in small for words in _AWAY):
            return f"it does not answer within {self._timeout_s:g} s"
        if any(words in small for words in _REFUSED):
            return "it refuses the login in LOOKALIKE_KNN, or what that may do"
        if "not found" in small or "can't find" in small or "not exist" in small:
            return "a collection is gone; `lookalike index publish` makes one"
        return f"it answers {told[:200]!a}"
