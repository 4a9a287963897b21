"""The reasons why a video does not open, in plain words and without passwords."""

import socket
import ssl
from http import HTTPStatus

import av

from edge.cameras.sources.address import TLS_SCHEMES, Address
from edge.process.connection_causes import WORDS, in_words, trusted_authorities, why_no_connection

NO_VIDEO = "answers, but not with a video that can be read"
_PROBE_S = 5.0
_STATUSES: dict[type[av.FFmpegError], int] = {
    av.error.HTTPUnauthorizedError: HTTPStatus.UNAUTHORIZED,
    av.error.HTTPForbiddenError: HTTPStatus.FORBIDDEN,
    av.error.HTTPNotFoundError: HTTPStatus.NOT_FOUND,
    av.error.HTTPClientError: 0,
    av.error.HTTPError: 0,
}
_DAMAGED = (av.error.InvalidDataError, av.error.EOFError, av.error.PatchWelcomeError, av.error.BugError)


def why_no_file(error: av.FFmpegError) -> str:
    """The reason why a video file does not open or cannot be read further."""
    if isinstance(error, _DAMAGED):
        return "no video that can be read; is the file whole?"
    return in_words(error)


def why_no_stream(error: av.FFmpegError, address: Address, *, waited_s: float, limit_s: float) -> str:
    """The reason why a network camera does not open; connects once more if the library gives none."""
    # RTSP's code for a time-out is that of damaged data.
    if isinstance(error, av.error.ExitError | TimeoutError) or waited_s >= limit_s:
        return f"no answer within {limit_s:g} s"
    for kind, status in _STATUSES.items():
        if isinstance(error, kind):
            return why_refused(status, in_words(error), has_login=address.has_login)
    if error.errno in WORDS:
        return WORDS[error.errno]
    return _why_no_connection(address) or NO_VIDEO


def why_refused(status: int, text: str, *, has_login: bool) -> str:
    """The reason in words for an HTTP status, whose own text is `text`."""
    if status == HTTPStatus.UNAUTHORIZED:
        return "wrong user or password (401)" if has_login else "asks for a user and password (401)"
    if status == HTTPStatus.FORBIDDEN:
        return "access refused (403): wrong user or password, or a user without the right to see it"
    if status == HTTPStatus.NOT_FOUND:
        return "no such path (404)"
    return f"the camera answers with an error: {text}"


def _why_no_connection(address: Address) -> str | None:
    try:
        with socket.create_connection((address.host, address.port), timeout=_PROBE_S) as plain:
            if address.scheme in TLS_SCHEMES:
                context = ssl.create_default_context(cafile=trusted_authorities())
                context.wrap_socket(plain, server_hostname=address.host).close()
    except (OSError, UnicodeError) as error:
        return why_no_connection(error, limit_s=_PROBE_S)
    return None
