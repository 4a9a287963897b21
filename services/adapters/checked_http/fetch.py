"""Fetching of pictures from addresses that other people chose, with httpcore."""

from __future__ import annotations

from collections.abc import Callable

import httpcore
import httpx

from services.adapters.checked_http.address import login_headers, parse, shown_of, target_of
from services.adapters.checked_http.network import FAILURES, CheckedBackend, Clock, Reach, Resolve, resolve
from services.core.errors import InputError
from services.core.importing.import_rows import MAX_PICTURE_BYTES
from services.core.importing.public_ip import is_public

MAX_REDIRECTS = 5
TOTAL_S, SILENCE_S = 60.0, 15.0
_REDIRECTS = (301, 302, 303, 307, 308)
# Types that servers give to files they do not look at; the content tells whether it is a picture.
_UNKNOWN_TYPES = ("", "application/octet-stream", "binary/octet-stream")


class PictureFetcher:
    """Gets the files behind http and https addresses; safe to use from several threads."""

    def __init__(
        self,
        *,
        allow_private: bool,
        resolve: Resolve = resolve,
        is_public: Callable[[str], bool] = is_public,
        total_s: float = TOTAL_S,
        silence_s: float = SILENCE_S,
    ) -> None:
        """`allow_private` lets it reach this machine and its own network.

        A fetch takes at most `total_s`, redirects and all, and waits at most `silence_s` for the next byte.
        """
        self._reach = Reach(
            allow_private=allow_private,
            setting="LOOKALIKE_FETCH_PRIVATE",
            resolve=resolve,
            is_public=is_public,
        )
        self._total_s, self._silence_s = total_s, silence_s
        self._tls = httpx.create_ssl_context()  # only once: reading the authorities takes a while

    def fetch(self, address: str) -> bytes:
        """The file at an address, at most MAX_PICTURE_BYTES; raises InputError with the cause."""
        clock = Clock(self._total_s, self._silence_s)
        urls = [parse(address)]
        while True:
            shown = shown_of(urls[-1])
            try:
                found = self._get(urls[-1], clock)
            except (*FAILURES, OSError, ValueError) as error:
                raise InputError(f"{shown} can't be fetched: {clock.explain(error)}") from None
            if isinstance(found, bytes):
                return found
            following = parse(found, base=urls[-1])
            if following in urls:
                loop = " → ".join(map(shown_of, [*urls[urls.index(following) :], following]))
                raise InputError(f"{shown_of(urls[0])} redirects in a loop: {loop}")
            if len(urls) > MAX_REDIRECTS:
                raise InputError(f"{shown_of(urls[0])} redirects more than {MAX_REDIRECTS} times")
            urls.append(following)

    def _get(self, url: httpx.URL, clock: Clock) -> bytes | str:
        """The content, or the address of a redirect."""
        backend = CheckedBackend(clock, self._reach)
        with (
            httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
            pool.stream("GET", target_of(url), headers=_headers(url)) as response,
        ):
            headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
            }
            if response.status in _REDIRECTS and "location" in headers:
                return headers["location"]
            _check_response(shown_of(url), response.status, headers)
            content = bytearray()
            for piece in response.iter_stream():
                content += piece
                if len(content) > MAX_PICTURE_BYTES:
                    raise InputError(f"{shown_of(url)} is longer than {MAX_PICTURE_BYTES} bytes")
            return bytes(content)


def _headers(url: httpx.URL) -> list[tuple[bytes, bytes]]:
    return [
        (b"Host", url.netloc),
        (b"User-Agent", b"lookalike"),
        (b"Accept", b"image/*,*/*;q=0.5"),
        (b"Accept-Encoding", b"identity"),
        *login_headers(url),
    ]


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
