"""Fetching of pictures from addresses that other people chose, with httpcore.

The owner of a name controls its addresses: so each address that it resolves to is checked, at each redirect
too, and the connection goes to the checked one.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable

import httpcore
import httpx

from services.core.errors import InputError
from services.core.importing.import_rows import MAX_PICTURE_BYTES
from services.core.importing.public_ip import is_public

MAX_REDIRECTS = 5
TOTAL_S, SILENCE_S = 60.0, 15.0
# Signs that no host's name has, blanks among them, which httpx writes as %20; and an empty part of a name.
_NO_HOST = re.compile(r"[\s%<>\\^`{|}\x00-\x1f\x7f]|^\.|\.\.")
_REDIRECTS = (301, 302, 303, 307, 308)
# Types that servers give to files they do not look at; the content tells whether it is a picture.
_UNKNOWN_TYPES = ("", "application/octet-stream", "binary/octet-stream")
_FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


def resolve(host: str, port: int) -> list[str]:
    """The addresses that a name stands for, in the order in which to try them; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class PictureFetcher:
    """Gets the files behind http and https addresses; safe to use from several threads."""

    def __init__(
        self,
        *,
        allow_private: bool,
        resolve: Callable[[str, int], list[str]] = resolve,
        is_public: Callable[[str], bool] = is_public,
        total_s: float = TOTAL_S,
        silence_s: float = SILENCE_S,
    ) -> None:
        """`allow_private` lets it reach this machine and its own network.

        A fetch takes at most `total_s`, redirects and all, and waits at most `silence_s` for the next byte.
        """
        self._resolve = resolve
        self._may_reach = (lambda _address: True) if allow_private else is_public
        self._total_s, self._silence_s = total_s, silence_s
        self._tls = httpx.create_ssl_context()  # only once: reading the authorities takes a while

    def fetch(self, address: str) -> bytes:
        """The file at an address, at most MAX_PICTURE_BYTES; raises InputError with the cause."""
        clock = _Clock(self._total_s, self._silence_s)
        urls = [_parse(address)]
        while True:
            shown = _shown(urls[-1])
            try:
                found = self._get(urls[-1], clock)
            except (*_FAILURES, OSError, ValueError) as error:
                raise InputError(f"{shown} can't be fetched: {clock.explain(error)}") from None
            if isinstance(found, bytes):
                return found
            following = _parse(found, base=urls[-1])
            if following in urls:
                loop = " → ".join(map(_shown, [*urls[urls.index(following) :], following]))
                raise InputError(f"{_shown(urls[0])} redirects in a loop: {loop}")
            if len(urls) > MAX_REDIRECTS:
                raise InputError(f"{_shown(urls[0])} redirects more than {MAX_REDIRECTS} times")
            urls.append(following)

    def _get(self, url: httpx.URL, clock: _Clock) -> bytes | str:
        """The content, or the address of a redirect."""
        backend = _Backend(clock, self._resolve, self._may_reach)
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path or b"/"
        )
        with (
            httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
            pool.stream("GET", target, headers=_headers(url)) as response,
        ):
            headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if response.status in _REDIRECTS and "location" in headers:
                return headers["location"]
            _check_response(_shown(url), response.status, headers)
            content = bytearray()
            for piece in response.iter_stream():
                content += piece
                if len(content) > MAX_PICTURE_BYTES:
                    raise InputError(f"{_shown(url)} is longer than {MAX_PICTURE_BYTES} bytes")
            return bytes(content)


class _Clock:
    """The time that is left of one fetch."""

    def __init__(self, total_s: float, silence_s: float) -> None:
        self._total_s, self._silence_s = total_s, silence_s
        self._deadline_s = time.monotonic() + total_s

    def wait_s(self, at_most_s: float | None) -> float:
        """The longest wait for the next byte, in seconds; raises a timeout when no time is left."""
        left_s = self._deadline_s - time.monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout
        return min(left_s, self._silence_s, at_most_s or self._silence_s)

    def explain(self, error: Exception) -> str:
        if time.monotonic() >= self._deadline_s:
            return f"it was not complete within {self._total_s:g} s"
        if isinstance(error, httpcore.TimeoutException):
            return f"nothing came for {self._silence_s:g} s"
        return _text(error) or type(error).__name__


def _private(host: str, address: str) -> str:
    if host == address:
        return (
            f"{address} is a private address; expected one of the public internet, "
            "or LOOKALIKE_FETCH_PRIVATE=1"
        )
    return (
        f"{host[:100]} is the private address {address}; expected one of the public internet, "
        "or LOOKALIKE_FETCH_PRIVATE=1"
    )


class _Backend(httpcore.NetworkBackend):
    """Connects to nothing but addresses that were checked."""

    def __init__(
        self,
        clock: _Clock,
        resolve: Callable[[str, int], list[str]],
        may_reach: Callable[[str], bool],
    ) -> None:
        self._clock, self._resolve, self._may_reach = clock, resolve, may_reach

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host.strip("[]"), port)
        except (OSError, OverflowError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host[:100]!a} has no address ({error})") from None
        for address in addresses:
            if not self._may_reach(address):
                raise InputError(_private(host.strip("[]"), address))
        failure: Exception = httpcore.ConnectError(f"the name {host[:100]!a} has no address")
        for address in addresses:
            try:
                wait_s = self._clock.wait_s(timeout)
                stream = httpcore.SyncBackend().connect_tcp(
                    address, port, wait_s, local_address, socket_options
                )
                return _Stream(stream, self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait counts against the fetch's time, also that for headers."""

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream, self._clock = stream, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._clock.wait_s(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._clock.wait_s(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._clock.wait_s(timeout))
        return _Stream(stream, self._clock)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _parse(address: str, *, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = httpx.URL(address) if base is None else base.join(address)
        url = url.copy_with(fragment=None)
        # A name in punycode is decoded only now, and may be none.
        host, port, shown = url.host, url.port, _shown(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise InputError(f"an address that can't be read: {_text(error)}") from None
    if url.scheme not in ("http", "https") or not host:
        raise InputError(f"{shown} is not an http or https address")
    if _NO_HOST.search(host):
        raise InputError(f"{shown} has no host's name")
    if port is not None and not 1 <= port <= 65535:  # the system would take the rest of a division
        raise InputError(f"{shown} has port {port}; expected 1 to 65535")
    return url


def _text(error: Exception) -> str:
    """An error's text, of printable characters alone."""
    return ascii(str(error)[:200])[1:-1]


def _shown(url: httpx.URL) -> str:
    """The address without the parts that may be secret: user, password and query."""
    shown = str(url.copy_with(userinfo=b"", query=None, fragment=None))
    return shown[:200] + ("?…" if url.query else "")


def _headers(url: httpx.URL) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"Host", url.netloc),
        (b"User-Agent", b"lookalike"),
        (b"Accept", b"image/*,*/*;q=0.5"),
        (b"Accept-Encoding", b"identity"),
    ]
    if url.username or url.password:
        login = base64.b64encode(f"{url.username}:{url.password}".encode())
        headers.append((b"Authorization", b"Basic " + login))
    return headers


def _check_response(shown: str, status: int, headers: dict[str, str]) -> None:
    if status != 200:
        raise InputError(f"{shown} answers {status}; expected a picture")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.startswith("image/") and kind not in _UNKNOWN_TYPES:
        raise InputError(f"{shown} is of type {kind[:60]!a}; expected image/…")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise InputError(f"{shown} is packed with {headers['content-encoding'][:40]!a}; expected it as it is")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_PICTURE_BYTES:
        raise InputError(f"{shown} has {length[:20]} bytes; expected at most {MAX_PICTURE_BYTES}")
