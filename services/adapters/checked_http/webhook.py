"""Deliveries to a webhook: one signed POST each, to an address that is checked at each connection."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable

import httpcore
import httpx

from services.adapters.checked_http.address import login_headers, parse, target_of
from services.adapters.checked_http.network import FAILURES, CheckedBackend, Clock, Reach, Resolve, resolve
from services.core.acting.ports import Message, Receipt, Taken
from services.core.errors import InputError
from services.core.importing.public_ip import is_public

ANSWER_S = 5.0
# Answers of a receiver, or of a proxy before it, that has not taken the message and may take it later.
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class SignedWebhook:
    """A Webhook over HTTP; safe to use from several threads. Each message has a connection of its own."""

    def __init__(
        self,
        address: str,
        secret: str,
        *,
        allow_private: bool,
        answer_s: float = ANSWER_S,
        resolve: Resolve = resolve,
        is_public: Callable[[str], bool] = is_public,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """A message and its answer take at most `answer_s`. Raises InputError for what is no address."""
        self._url, self._secret, self._answer_s, self._clock = parse(address), secret, answer_s, clock
        self._reach = Reach(
            allow_private=allow_private,
            setting="LOOKALIKE_WEBHOOK_PRIVATE",
            resolve=resolve,
            is_public=is_public,
        )
        self._tls = httpx.create_ssl_context()

    def post(self, message: Message) -> Receipt:
        """Send a message, unless its time is over before the connection stands."""
        now_s = self._clock()
        clock = Clock(self._answer_s, self._answer_s, send_within_s=message.expires_at_s - now_s)
        try:
            return _receipt(self._status(message, clock, at_s=int(now_s)))
        except InputError as error:
            return Receipt(Taken.REFUSED, str(error))
        except (*FAILURES, OSError, ValueError) as error:
            why = clock.explain(error)
            if clock.has_sent:
                return Receipt(
                    Taken.UNKNOWN, f"no answer: {why}. It may have arrived, so it is not sent again"
                )
            return Receipt(Taken.NOT_YET, f"it can't be reached: {why}")

    def _status(self, message: Message, clock: Clock, *, at_s: int) -> int:
        backend = CheckedBackend(clock, self._reach)
        headers = [
            (b"Host", self._url.netloc),
            (b"User-Agent", b"lookalike"),
            (b"Content-Type", b"application/json"),
            (b"Content-Length", str(len(message.body)).encode()),
            (b"Connection", b"close"),
            (b"X-Lookalike-Delivery", message.id.encode()),
            (b"X-Lookalike-Timestamp", str(at_s).encode()),
            (b"X-Lookalike-Signature", signature(self._secret, at_s, message.body).encode()),
            *login_headers(self._url),
        ]
        with (
            httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
            pool.stream("POST", target_of(self._url), headers=headers, content=message.body) as response,
        ):
            return response.status


def signature(secret: str, at_s: int, body: bytes) -> str:
    """The value of X-Lookalike-Signature: the HMAC of the timestamp, a full stop and the body."""
    signed = f"{at_s}.".encode() + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _receipt(status: int) -> Receipt:
    if 200 <= status < 300:
        return Receipt(Taken.TAKEN)
    kind = Taken.NOT_YET if status in _LATER else Taken.REFUSED
    return Receipt(kind, f"it answers {status}; expected 200 to 299")
