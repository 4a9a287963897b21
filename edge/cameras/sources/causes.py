"""The reasons why a video does not open, in plain words and without passwords."""

import errno
import functools
import socket
import ssl

import av
import certifi

from edge.cameras.sources.address import TLS_SCHEMES, Address

_PROBE_S = 5.0
_WORDS = {
    errno.ECONNREFUSED: "connection refused: nothing listens at this port",
    errno.EHOSTUNREACH: "no way to this host: is it on, and in this network?",
    errno.ENETUNREACH: "no way to this host: is this computer in its network?",
    errno.EACCES: "no permission to read it",
    errno.ENOENT: "no such file",
}
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
    if isinstance(error, av.error.InvalidDataError):
        return "no video that can be read; is the file whole?"
    return _words(error)


def why_no_stream(error: av.FFmpegError, address: Address, *, waited_s: float, limit_s: float) -> str:
    """The reason why a network camera does not open; connects once more if the library gives none."""
    # RTSP's code for a time-out is that of damaged data.
    if isinstance(error, av.error.ExitError | TimeoutError) or waited_s >= limit_s:
        return f"no answer within {limit_s:g} s"
    if isinstance(error, av.error.HTTPUnauthorizedError):
        return "wrong user or password (401)" if address.has_login else "asks for a user and password (401)"
    if isinstance(error, av.error.HTTPForbiddenError):
        return "access refused (403): wrong user or password, or a user without the right to see it"
    if isinstance(error, av.error.HTTPNotFoundError):
        return "no such path (404)"
    if isinstance(error, av.error.HTTPError | av.error.HTTPClientError):
        return f"the camera answers with an error: {error.strerror}"
    if error.errno in _WORDS:
        return _WORDS[error.errno]
    return _why_no_connection(address) or "answers, but not with a video that can be read"


def _why_no_connection(address: Address) -> str | None:
    try:
        with socket.create_connection((address.host, address.port), timeout=_PROBE_S) as plain:
            if address.scheme in TLS_SCHEMES:
                context = ssl.create_default_context(cafile=trusted_authorities())
                context.wrap_socket(plain, server_hostname=address.host).close()
    except socket.gaierror as error:
        known = error.errno == socket.EAI_NONAME
        return "no such host" if known else "the host's name cannot be looked up now"
    except UnicodeError:  # an empty part between two dots, or one that is too long
        return "no such host"
    except ssl.SSLCertVerificationError as error:
        unknown = f"is not trusted: {error.verify_message}"
        return f"TLS: the certificate {_CERTIFICATES.get(error.verify_code, unknown)}"
    except ssl.SSLError as error:
        return "TLS: there is none at this port" if error.reason in _NO_TLS else f"TLS: {error.reason}"
    except TimeoutError:
        return f"no answer within {_PROBE_S:g} s"
    except OSError as error:
        return _words(error)
    return None


def _words(error: av.FFmpegError | OSError) -> str:
    return _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
