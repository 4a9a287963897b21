"""Still pictures of an HTTP camera, fetched one after the other over one connection."""

import socket
import ssl
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse, HTTPSConnection
from typing import TypeVar
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from common.version import VERSION
from edge.cameras.sources.address import Address
from edge.cameras.sources.base import SourceError
from edge.cameras.sources.causes import NO_VIDEO, why_refused
from edge.cameras.sources.http_login import HttpLogin
from edge.cameras.sources.reach import Reach
from edge.process.break_off import broken_off
from edge.process.connection_causes import trusted_authorities, why_no_connection

MAX_PICTURE_BYTES = 32 * 1024 * 1024
# For one picture: the question for a password, and redirections.
_MAX_REQUESTS = 6
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_VERSIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
_MAX_VERSION_CHARS = 1000
# Not the camera's own words, which may be anything.
T = TypeVar("T")
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: HTTPMessage
    content: bytes


class PictureClient:
    """Fetches the picture at a camera's address; for one thread.

    `sends_video`: its last answer was MJPEG.
    """

    def __init__(self, address: Address, *, limit_s: float, reach: Reach | None = None) -> None:
        """`limit_s`: the time in which a whole answer has to come; `reach` judges each address."""
        self.sends_video = False
        self._address, self._limit_s, self._reach = address, limit_s, reach
        self._start = urlsplit(address.url)
        self._login = HttpLogin(*address.login)
        self._connection: HTTPConnection | None = None
        self._connected_to = ("", "", 0)
        self._versions: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The address without user, password and query."""
        return self._address.name

    def fetch(self) -> bytes | None:
        """The picture, None while it is still the one before; SourceError with the cause."""
        return self._explained(self._fetch)

    def locate(self) -> SplitResult:
        """The address that the camera's refers to in the end, without a login; SourceError with the cause."""
        try:
            return self._explained(self._locate)
        finally:
            self.close()

    def _explained(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except HTTPException:
            raise self._error("answers, but not in HTTP") from None
        except (OSError, UnicodeError) as error:
            raise self._error(why_no_connection(error, limit_s=self._limit_s)) from None
        except ValueError:
            raise self._error("refers to an address that is none") from None

    def close(self) -> None:
        """Close the connection; the next picture is fetched over a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _fetch(self) -> bytes | None:
        _url, answer = self._follow(partial(self._get, is_whole=True))
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return None
        self._remember(answer.headers)
        return answer.content

    def _locate(self) -> SplitResult:
        url, _answer = self._follow(partial(self._get, is_whole=False))
        _scheme, host, port = _origin(url)
        return url._replace(netloc=f"[{host}]:{port}" if ":" in host else f"{host}:{port}")

    def _follow(self, get: Callable[[SplitResult], _Answer]) -> tuple[SplitResult, _Answer]:
        url, has_answered = self._start, False
        for _ in range(_MAX_REQUESTS):
            answer = get(url)
            if answer.status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
                return url, answer
            asked = answer.status == HTTPStatus.UNAUTHORIZED and not has_answered
            if asked and self._login.heed(answer.headers):
                has_answered = True
            elif answer.status in _REDIRECTIONS:
                url = self._next(url, answer.headers.get("Location", ""))
            else:
                text = f"{answer.status} {_PHRASES.get(answer.status, '')}".rstrip()
                raise self._error(why_refused(answer.status, text, has_login=self._address.has_login))
        raise self._error("refers from one address to the next without end")

    def _get(self, url: SplitResult, *, is_whole: bool) -> _Answer:
        is_old = self._connection is not None and self._connected_to == _origin(url)
        try:
            return self._get_once(url, is_whole=is_whole)
        except TimeoutError:
            self.close()
            raise
        except (HTTPException, OSError):
            self.close()
            if not is_old:
                raise
        # A camera may end a connection after each answer without a word.
        return self._get_once(url, is_whole=is_whole)

    def _get_once(self, url: SplitResult, *, is_whole: bool) -> _Answer:
        connection = self._connect(url)
        target = quote((url.path or "/") + (f"?{url.query}" if url.query else ""), safe=string.punctuation)
        headers = {"User-Agent": f"Lookalike/{VERSION}", "Accept": "image/*", **self._versions}
        if self.may_know_password(url):
            headers |= self._login.headers(target)
        with broken_off(connection, after_s=self._limit_s):
            connection.request("GET", target, headers=headers)
            response = connection.getresponse()
            content = self._read(response) if is_whole else b""
        if not response.isclosed():  # what was not read would be in the way of the next answer
            self.close()
        return _Answer(response.status, response.headers, content)

    def _read(self, response: HTTPResponse) -> bytes:
        if response.status != HTTPStatus.OK:
            return response.read(MAX_PICTURE_BYTES >> 10)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if not (kind.startswith("image/") or kind in ("application/octet-stream", "")):
            self.close()
            self.sends_video = kind.startswith("multipart/")
            raise self._error(_why_no_picture(kind))
        content = response.read(MAX_PICTURE_BYTES + 1)
        if len(content) > MAX_PICTURE_BYTES:
            self.close()
            raise self._error(f"a picture of more than {MAX_PICTURE_BYTES >> 20} MiB")
        return content

    def _connect(self, url: SplitResult) -> HTTPConnection:
        origin = _origin(url)
        if self._connection is not None and self._connected_to == origin and self._connection.sock:
            return self._connection
        self.close()
        scheme, host, port = origin
        if scheme == "https":
            context = ssl.create_default_context(cafile=trusted_authorities())
            self._connection = HTTPSConnection(host, port, timeout=self._limit_s, context=context)
        else:
            self._connection = HTTPConnection(host, port, timeout=self._limit_s)
        self._connected_to = origin
        if self._reach is not None:
            ip = self._reach.address(host, port)
            # A connection that is open already is taken as it is.
            self._connection.sock = socket.create_connection((ip, port), timeout=self._limit_s)
            if scheme == "https":
                self._connection.sock = context.wrap_socket(self._connection.sock, server_hostname=host)
        else:
            self._connection.connect()
        return self._connection

    def _next(self, url: SplitResult, location: str) -> SplitResult:
        there = urlsplit(urljoin(url.geturl(), location))
        if (
            not location
            or there.scheme not in ("http", "https")
            or (url.scheme, there.scheme) == ("https", "http")
        ):
            raise self._error("refers to an address that is not followed; expected http:// or https://")
        return there

    def may_know_password(self, url: SplitResult) -> bool:
        """Whether the login may be given to this address."""
        there, camera = _origin(url), _origin(self._start)
        return there == camera or (there[0] == "https" and there[1] == camera[1])

    def _remember(self, headers: HTTPMessage) -> None:
        found = {asked: headers.get(name, "") for name, asked in _VERSIONS.items()}
        self._versions = {asked: text for asked, text in found.items() if 0 < len(text) < _MAX_VERSION_CHARS}

    def _error(self, cause: str) -> SourceError:
        return SourceError(f"{self._address.name}: {cause}")


def _origin(url: SplitResult) -> tuple[str, str, int]:
    return url.scheme, url.hostname or "", url.port or (443 if url.scheme == "https" else 80)


def _why_no_picture(kind: str) -> str:
    if "html" in kind:
        return "answers with a web page, not with pictures; open the address in a browser"
    return NO_VIDEO
