"""The reasons why a connection fails, in plain words; and the authorities that its certificate may be of."""

import errno
import functools
import socket
import ssl

import certifi

WORDS = {
    errno.ECONNREFUSED: "connection refused: nothing listens at this port",
    errno.EHOSTUNREACH: "no way to this host: is it on, and in this network?",
    errno.ENETUNREACH: "no way to this host: is this computer in its network?",
    errno.EACCES: "no permission to read it",
    errno.ENOENT: "no such file",
}
_CERTIFICATES = {  # OpenSSL's codes
    9: "is not valid yet: is the clock right?",
    10: "has expired",
    18: "is not trusted: it is self-signed",
    62: "is for another host",
    64: "is for another host",
}
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})


@functools.cache
def trusted_authorities() -> str:
    """The file of authorities that sign servers' certificates.

    SSL_CERT_FILE, else the system's, else the list that Python's packages share.
    """
    return ssl.get_default_verify_paths().cafile or certifi.where()


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
    return in_words(error)


def in_words(error: Exception) -> str:
    """What the operating system, or a library in its form, says of an error: its `errno` and `strerror`."""
    number, text = getattr(error, "errno", None), getattr(error, "strerror", None)
    return WORDS.get(number or 0) or text or type(error).__name__
