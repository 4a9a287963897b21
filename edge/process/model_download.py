"""The download of a model file: bounded in size and time, checked by its fingerprint, never seen in parts."""

import contextlib
import hashlib
import os
import re
import ssl
import string
import tempfile
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from common.version import VERSION
from edge.process.break_off import broken_off
from edge.process.connection_causes import trusted_authorities, why_no_connection

MAX_BYTES = 256 * 1024 * 1024
# For a link of 75 KB/s and the largest file; what stands still is broken off far sooner.
WITHIN_S = 3600.0
SILENCE_S = 30.0
# How the name of an unfinished file begins.
PART = ".part-"
_PIECE_BYTES = 64 * 1024
_MAX_REQUESTS = 5
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_SHA256_CHARS = 64
_FINGERPRINT = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")
EXPECTED_ADDRESS = "https://host/path or file:///path; http:// with all 64 digits of MODEL_FINGERPRINT alone"


class DownloadError(Exception):
    """A model did not come; the message is one line, without the address."""


class OtherModelError(DownloadError):
    """The address gives another file than the one that is wanted."""


def is_address(model: str) -> bool:
    """Whether LOOKALIKE_MODEL is the address of a file, as opposed to a name or a path."""
    return "://" in model


def is_fingerprint(text: str) -> bool:
    """Whether a text is a file's sha-256 in hex, or the first 12 digits of it."""
    return _FINGERPRINT.fullmatch(text) is not None


def check_address(address: str, fingerprint: str) -> None:
    """Raise ValueError, with nothing of the address, for one that a model is not fetched from.

    Twelve digits can be forged with effort, so they alone are no protection against a network that changes
    what it carries.
    """
    url = _split(address)
    is_safe = url.scheme == "https" or (url.scheme == "http" and len(fingerprint) == _SHA256_CHARS)
    has_place = bool(url.hostname) and url.username is None if url.scheme != "file" else not url.netloc
    if not (is_safe or url.scheme == "file") or not has_place or len(url.path) < 2:
        raise ValueError(f"expected {EXPECTED_ADDRESS}")


def download(
    address: str, path: Path, *, fingerprint: str, max_bytes: int = MAX_BYTES, within_s: float = WITHIN_S
) -> None:
    """Fetch a file to `path`, whole or not at all; DownloadError if it does not come.

    `address` is one that `check_address` takes, `fingerprint` one that `is_fingerprint` does.
    """
    silence_s = min(SILENCE_S, within_s)
    try:
        with _part_of(path) as part:
            found = hashlib.sha256()
            size = 0
            for piece in _pieces(address, max_bytes=max_bytes, within_s=within_s, silence_s=silence_s):
                size += len(piece)
                if size > max_bytes:
                    raise DownloadError(f"more than {max_bytes >> 20} MiB")
                found.update(piece)
                _write(part, piece)
            if not found.hexdigest().startswith(fingerprint):
                raise OtherModelError(
                    f"its fingerprint is {found.hexdigest()[: len(fingerprint)]}; expected {fingerprint}"
                )
    except TimeoutError:
        raise DownloadError(f"silent for {silence_s:g} s, or not whole within {within_s:g} s") from None
    except IncompleteRead as error:
        raise DownloadError(f"ended {error.expected} bytes too early") from None
    except HTTPException:
        raise DownloadError("answers, but not in HTTP") from None
    except (OSError, UnicodeError) as error:
        raise DownloadError(why_no_connection(error, limit_s=silence_s)) from None
    except ValueError:
        raise DownloadError("refers to an address that is none") from None


@contextlib.contextmanager
def _part_of(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its place at the end, and is gone after an error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
        os.close(handle)
    except OSError as error:
        raise _unwritable(path.parent, error) from None
    try:
        with Path(name).open("wb", buffering=0) as part:
            yield part
            os.fsync(part.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write(part: IO[bytes], piece: bytes) -> None:
    try:
        left = memoryview(piece)
        while left:
            left = left[part.write(left) :]
    except OSError as error:
        raise _unwritable(Path(part.name).parent, error) from None


def _unwritable(folder: Path, error: OSError) -> DownloadError:
    return DownloadError(f"{folder} can't be written: {error.strerror}")


def _pieces(address: str, *, max_bytes: int, within_s: float, silence_s: float) -> Iterator[bytes]:
    url = _split(address)
    if url.scheme == "file":
        with Path(unquote(url.path)).open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece
        return
    for _ in range(_MAX_REQUESTS):
        connection = _connection(url, silence_s)
        with contextlib.closing(connection), broken_off(connection, after_s=within_s):
            connection.request("GET", _target(url), headers={"User-Agent": f"Lookalike/{VERSION}"})
            response = connection.getresponse()
            if response.status == HTTPStatus.OK:
                yield from _content(response, max_bytes)
                return
            if response.status not in _REDIRECTIONS:
                raise DownloadError(f"the server answers {_status(response.status)}")
            url = _next(url, response.headers.get("Location", ""))
    raise DownloadError("refers from one address to the next without end")


def _connection(url: SplitResult, silence_s: float) -> HTTPConnection:
    connection: HTTPConnection
    host = url.hostname or ""
    if url.scheme == "https":
        context = ssl.create_default_context(cafile=trusted_authorities())
        connection = HTTPSConnection(host, url.port, timeout=silence_s, context=context)
    else:
        connection = HTTPConnection(host, url.port, timeout=silence_s)
    connection.connect()
    return connection


def _target(url: SplitResult) -> str:
    return quote(url.path + (f"?{url.query}" if url.query else ""), safe=string.punctuation)


def _content(response: HTTPResponse, max_bytes: int) -> Iterator[bytes]:
    length = response.length
    if length is not None and length > max_bytes:
        raise DownloadError(f"{length} bytes; expected at most {max_bytes >> 20} MiB")
    while piece := response.read1(_PIECE_BYTES):
        length = None if length is None else length - len(piece)
        yield piece
    if length:
        raise IncompleteRead(b"", length)


def _next(url: SplitResult, location: str) -> SplitResult:
    there = _split(urljoin(url.geturl(), location))
    schemes = ("https",) if url.scheme == "https" else ("http", "https")
    if not location or there.scheme not in schemes or not there.hostname:
        raise DownloadError(f"refers to an address that is not followed; expected {'://, '.join(schemes)}://")
    return there


def _split(address: str) -> SplitResult:
    """The address' parts; ValueError, with nothing of it, for one that is none."""
    try:
        url = urlsplit(address)
        _ = url.port
    except ValueError:
        raise ValueError(f"expected {EXPECTED_ADDRESS}") from None
    return url


def _status(number: int) -> str:
    """A status with HTTP's own words: the server's may be anything."""
    return next((f"{number} {known.phrase}" for known in HTTPStatus if known == number), str(number))
