"""The address of an MQTT broker, as LOOKALIKE_MQTT_URL holds it."""

from dataclasses import dataclass, field

from common.service_address import parse_service_address

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_EXPECTED = "expected mqtt[s]://[user:password@]host[:port]"


@dataclass(frozen=True, slots=True)
class MqttAddress:
    """A broker's host, port and login; its text is the host and port alone."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_mqtt_address(url: str) -> MqttAddress:
    """Read mqtt[s]://[user:password@]host[:port]; ValueError, without any of it, for another text.

    User and password are percent-decoded.
    """
    found = parse_service_address(url, _PORTS, expected=_EXPECTED)
    if found.user == "":
        raise ValueError(f"{_EXPECTED}, with a user before the password")
    return MqttAddress(found.host, found.port, found.scheme == "mqtts", found.user, found.password)
