"""A broker as the settings describe it: its address and TLS, with a certificate of ours if one is set."""

import re
import ssl
from dataclasses import dataclass
from pathlib import Path

from common.mqtt_address import MqttAddress, parse_mqtt_address
from common.wire import AWS_IOT_MESSAGE_BYTES, MAX_MESSAGE_BYTES

_CERT, _KEY, _CA = "LOOKALIKE_MQTT_CERT", "LOOKALIKE_MQTT_KEY", "LOOKALIKE_MQTT_CA"
# Hosts of AWS IoT Core, which has names of its own in China and in a private network.
_AWS_IOT = re.compile(r"\.iot(-fips)?\.[a-z0-9-]+\.(vpce\.)?amazonaws\.com(\.cn)?$", re.IGNORECASE)
_PEM_CERTIFICATE, _PEM_KEY = b"-----BEGIN CERTIFICATE-----", b"PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class MqttFiles:
    """PEM files: our certificate with its key, and the authorities that sign the broker's certificate."""

    certificate: Path | None = None
    key: Path | None = None
    authorities: Path | None = None


NO_FILES = MqttFiles()


@dataclass(frozen=True, slots=True)
class Broker:
    """A client's data for connecting; `tls` is None for a connection without it."""

    address: MqttAddress
    tls: ssl.SSLContext | None = None
    # Whether we show the broker a certificate of ours.
    has_certificate: bool = False
    # Whether it is AWS IoT Core, which takes smaller messages and charges for all but acknowledgements.
    is_aws_iot: bool = False

    def __str__(self) -> str:
        return str(self.address)

    @property
    def max_message_bytes(self) -> int:
        """The largest message that it takes, in bytes, topic included."""
        return AWS_IOT_MESSAGE_BYTES if self.is_aws_iot else MAX_MESSAGE_BYTES


class BrokerSocket(ssl.SSLSocket):
    """A TLS socket that remembers why the other side ended TLS, as paho-mqtt drops that error.

    With TLS 1.3 a broker refuses a client's certificate only after the client has finished its handshake.
    """

    alert: ssl.SSLError | None = None

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands as every SSLSocket does, and close on failure, which paho-mqtt leaves out."""
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Read as every SSLSocket does."""
        try:
            return super().recv(buflen, flags)
        except ssl.SSLWantReadError:
            raise
        except ssl.SSLError as error:
            self.alert = error
            raise


def describe_broker(url: str, files: MqttFiles = NO_FILES) -> Broker:
    """Read a broker's address and load the files; ValueError, without a password, for wrong input.

    Without `files.authorities` the system's are trusted, or those in the file that SSL_CERT_FILE names.
    """
    address = parse_mqtt_address(url)
    is_aws_iot = _AWS_IOT.search(address.host) is not None
    given = {_CERT: files.certificate, _KEY: files.key, _CA: files.authorities}
    paths = {name: path for name, path in given.items() if path is not None}
    if not address.tls:
        if paths:
            raise ValueError(
                f"{next(iter(paths))} is set, but the connection to the broker {address} has no TLS; "
                "expected LOOKALIKE_MQTT_URL=mqtts://…"
            )
        return Broker(address, is_aws_iot=is_aws_iot)
    if (files.certificate is None) != (files.key is None):
        there, lacking = (_CERT, _KEY) if files.certificate else (_KEY, _CERT)
        raise ValueError(f"{there} is set without {lacking}; expected both")
    for name, path in paths.items():
        _check_pem(name, path)
    context = _trusting(files.authorities)
    context.sslsocket_class = BrokerSocket
    if files.certificate and files.key:
        _load_pair(context, files.certificate, files.key)
    return Broker(address, context, files.certificate is not None, is_aws_iot)


def _check_pem(name: str, path: Path) -> None:
    what, mark = ("a private key", _PEM_KEY) if name == _KEY else ("a certificate", _PEM_CERTIFICATE)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{name}: {path} can't be read: {error.strerror}; expected {what} in PEM") from None
    if mark not in content:
        raise ValueError(f"{name}: {path} holds no such thing; expected {what} in PEM")


def _trusting(authorities: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=authorities)
    except ssl.SSLError:
        raise ValueError(f"{_CA}: {authorities} is damaged; expected certificates in PEM") from None
    # A certificate in the file is itself trusted, even if another authority has signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _load_pair(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    files = f"{_CERT} ({certificate}) and {_KEY} ({key})"
    try:
        # An empty password, as OpenSSL would otherwise ask for one at the terminal.
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise ValueError(f"{files}: the key does not fit the certificate") from None
        if b"ENCRYPTED" in key.read_bytes():
            raise ValueError(f"{_KEY}: {key} is encrypted; expected a key without a password") from None
        raise ValueError(f"{files}: damaged, or of a kind that OpenSSL does not take") from None
