"""The log of a broker's connection: why there is none, each cause once and not at each attempt."""

import logging
import re
import socket
import ssl
import time
from collections.abc import Callable

from paho.mqtt.reasoncodes import ReasonCode

from common.mqtt_broker import Broker, BrokerSocket
from common.rate_limited_log import RateLimitedLog

CONNECT_S = 5.0
# A connection of less than this is short; after a few in a row one line a minute tells of them.
_SHORT_S = 5.0
_SHORT_IN_A_ROW = 3
_TAKEN = (
    "is ended again and again, soon after it is accepted: does another process use the same name, "
    "as two cameras of one LOOKALIKE_THING do?"
)
_log = logging.getLogger(__name__)
_NO_CERTIFICATE = frozenset({"TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_HANDSHAKE_FAILURE"})
_OF_CERTIFICATE = re.compile(r"_ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED)$")


class ConnectionLog:
    """Logs one client's connections from its callbacks, attempt by attempt; only MQTT's thread calls it."""

    def __init__(self, broker: Broker, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._broker, self._clock = broker, clock
        self._since_s, self._short = 0.0, 0
        self._taken = RateLimitedLog(every_s=60)
        self._up = self._told = False
        self._alert: ssl.SSLError | None = None
        self._trouble: str | None = None

    def attempt(self) -> None:
        """An attempt to connect begins."""
        self._told, self._alert = False, None

    def connected(self, more: str = "") -> None:
        """The broker has accepted the connection; `more` is added to the line."""
        self._up, self._trouble, self._since_s = True, None, self._clock()
        if self._short < _SHORT_IN_A_ROW:
            _log.info("connected to broker %s%s", self._broker, more)

    def refused(self, reason: ReasonCode) -> None:
        """The broker has refused the connection."""
        self._complain(f"refused the connection: {reason}", logging.ERROR)

    def not_reached(self, error: BaseException | None) -> None:
        """The attempt to connect has failed."""
        refusal = self._refusal(error)
        if refusal:
            self._complain(refusal, logging.ERROR)
        else:
            self._complain(f"cannot be reached: {cause(error)}")

    def left(self, why: str) -> None:
        """We end the connection ourselves, to make another."""
        self._up, self._told = False, True
        _log.warning("broker %s %s; connecting again", self._broker, why)

    def socket_closed(self, connection: object) -> None:
        """The socket is closed, before `ended`."""
        self._alert = connection.alert if isinstance(connection, BrokerSocket) else None

    def ended(self, reason: ReasonCode) -> None:
        """A connection has ended, accepted or not; without a failure we ended it."""
        was_up, self._up = self._up, False
        if not reason.is_failure:
            return
        if was_up:
            self._lost(reason)
        elif not self._told:
            refusal = self._refusal(self._alert)
            self._complain(refusal or self._hint(), logging.ERROR if refusal else logging.WARNING)

    def _lost(self, reason: ReasonCode) -> None:
        self._short = self._short + 1 if self._clock() - self._since_s < _SHORT_S else 0
        if self._short < _SHORT_IN_A_ROW:
            _log.warning("connection to broker %s lost (%s); trying again", self._broker, reason)
        else:
            self._taken.say("taken", f"the connection to broker {self._broker} {_TAKEN}")

    def _refusal(self, error: BaseException | None) -> str | None:
        """The broker's complaint about our certificate, None if that was not the cause."""
        reason = (isinstance(error, ssl.SSLError) and error.reason) or ""
        if not self._broker.has_certificate:
            demand = "demands a client certificate; set LOOKALIKE_MQTT_CERT and LOOKALIKE_MQTT_KEY"
            return demand if reason in _NO_CERTIFICATE else None
        alert = _OF_CERTIFICATE.search(reason)
        # OpenSSL's name of an alert, such as TLSV1_ALERT_UNKNOWN_CA, as words.
        return f"refused our certificate: {alert[1].replace('_', ' ').lower()}" if alert else None

    def _hint(self) -> str:
        hint = "does it take our certificate?" if self._broker.tls else "is it mqtt:// or mqtts://?"
        return f"ended the connection before it accepted it; {hint}"

    def _complain(self, trouble: str, level: int = logging.WARNING) -> None:
        self._told = True
        if trouble != self._trouble:
            _log.log(level, "broker %s %s; trying again", self._broker, trouble)
        self._trouble = trouble


def cause(error: BaseException | None) -> str:
    """The reason why a connection failed, in words."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its TLS certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():
            return f"no TLS with it: {error.reason or error}"
        case socket.gaierror():
            return "no such host"
        case ConnectionRefusedError():
            return "nothing listens there"
        case TimeoutError():
            return f"no answer in {CONNECT_S:g} s"
        case OSError():
            return error.strerror or str(error) or type(error).__name__
    return "cause unknown"
