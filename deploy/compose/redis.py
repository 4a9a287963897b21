"""Redis' configuration, with the password, which no list of processes shows there."""

from __future__ import annotations

from pathlib import Path

CONFIGURATION = Path(__file__).with_name("redis.conf")
TLS = """
port 0
tls-port 6379
tls-auth-clients no
tls-cert-file /secrets/tls/cert.pem
tls-key-file /secrets/redis/key.pem
tls-ca-cert-file /secrets/tls/ca.pem
"""


def configuration(password: str, *, tls: bool) -> str:
    """The lines of redis.conf."""
    return f"{CONFIGURATION.read_text(encoding='utf-8')}\nrequirepass {password}\n{TLS if tls else ''}"
