"""The reasons why a video does not open, in plain words and without passwords."""

import errno
import functools
import socket
import ssl
from http import HTTPStatus

import av
import certifi

from edge.cameras.sources.address import TLS_SCHEMES, Address

NO_VIDEO = "answers, but not with a video that can be read"
_PROBE_S = 5.0
_STATUSES: dict[type[av.FFmpegError], int] = {
    av.error.HTTPUnauthorizedError: HTTPStatus.UNAUTHORIZED,
    av.error.HTTPForbiddenError: HTTPStatus.FORBIDDEN,
    av.error.HTTPNotFoundError: HTTPStatus.NOT_FOUND,
    av.error.HTTPClientError: 0,
    av.error.HTTPError: 0,
}
_WORDS = {
    errno.ECONNREFUSED: "connection refused: nothing listens at this port",
    errno.EHOSTUNREACH: "no way to this host: is it on, and in this network?",
    errno.ENETUNREACH: "no way to this host: is this computer in its network?",
    errno.EACCES: "no permission to read it",
    errno.ENOENT: "no such file",
}
_DAMAGED = (av.error.InvalidDataError, av.error.EOFError, av.error.PatchWelcomeError, av.error.BugError)
_CERTIFICATES = {  # OpenSSL's codes
    9: "is not valid yet: is the clock right?",
    10: "has expired",
    18: "is not trusted: the camera signed it itself",
    62: "is for another host",
    64: "is for another host",
}
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})


@functools.cache
def trusted_authorities() -> str:
    """The file of authorities that sign cameras' certificates.

    SSL_CERT_FILE, else the system's, else the list that Python's packages share.
    """
    return ssl.get_default_verify_paths().cafile or certifi.where()


def why_no_file(error: av.FFmpegError) -> str:
    """The reason why a video file does not open or cannot be read further."""
    if isinstance(error, _DAMAGED):
        return "no video that can be read; is the file whole?"
    return _words(error)


def why_no_stream(error: av.FFmpegError, address: Address, *, waited_s: float, limit_s: float) -> str:
    """The reason why a network camera does not open; connects once more if the library gives none."""
    # RTSP's code for a time-out is that of damaged data.
    if isinstance(error, av.error.ExitError | TimeoutError) or waited_s >= limit_s:
        return f"no answer within {limit_s:g} s"
    for kind, status in _STATUSES.items():
        if isinstance(error, kind):
            return why_refused(status, _words(error), has_login=address.has_login)
    if error.errno in _WORDS:
        return _WORDS[error.errno]
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


def why_no_connection(error: OSError | UnicodeError, *, limit_s: float) -> str:
    """The reason why a connection, with TLS or without, fails or breaks."""
    if isinstance(error, socket.gaierror):
        known = error.errno == socket.EAI_NONAME
        return "no such host" if known else "the host's name cannot be looked up now"
    if isinstance(error, UnicodeError):  # an empty part between two dots, or one that is too long
        return "no such host"
    if isinstance(error, ssl.SSLCertVerificationError):
        unknown = f"is not trusted: {error.verify_message}"
        return f"TLS: the certificate {_CERTIFICATES.get(error.verify_code, unknown)}"
    if isinstance(error, ssl.SSLError):
        return "TLS: there is none at this port" if error.reason in _NO_TLS else f"TLS: {error.reason}"
    if isinstance(error, TimeoutError):
        return f"no answer within {limit_s:g} s"
    return _words(error)


def _why_no_connection(address: Address) -> str | None:
    try:
        with socket.create_connection((address.host, address.port), timeout=_PROBE_S) as plain:
            if address.scheme in TLS_SCHEMES:
                context = ssl.create_default_context(cafile=trusted_authorities())
                context.wrap_socket(plain, server_hostname=address.host).close()
    except (OSError, UnicodeError) as error:
        return why_no_connection(error, limit_s=_PROBE_S)
    return None


def _words(error: av.FFmpegError | OSError) -> str:
    return _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
