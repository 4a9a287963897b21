"""The folder that a camera takes along: its certificate, its key, its settings, and what starts it.

`edge/install.sh` takes it too. Its settings are lines NAME=VALUE, as systemd's EnvironmentFile reads them.
"""

from __future__ import annotations

from pathlib import Path

SETTINGS = "edge.env"
_SETTINGS = """\
# The settings of this camera. A value is all that stands behind the =, without quotes and backslashes; paths
# of LOOKALIKE_MQTT_... begin at this folder. docs/contracts/settings.md lists what else there is.
LOOKALIKE_THING={thing}
LOOKALIKE_MQTT_URL={broker}
LOOKALIKE_MQTT_CERT=cert.pem
LOOKALIKE_MQTT_KEY=key.pem
LOOKALIKE_IOT_RULE={rule}
"""
_START = """\
#!/bin/sh
# Starts this camera, with the settings of edge.env, from a checkout: PYTHON=.venv/bin/python FOLDER/start
folder=$(cd "$(dirname "$0")" && pwd) || exit
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
  LOOKALIKE_MQTT_CERT=/* | LOOKALIKE_MQTT_KEY=/* | LOOKALIKE_MQTT_CA=/*) export "$line" ;;
  LOOKALIKE_MQTT_CERT=* | LOOKALIKE_MQTT_KEY=* | LOOKALIKE_MQTT_CA=*)
    export "${line%%=*}=$folder/${line#*=}" ;;
  LOOKALIKE_*=*) export "$line" ;;
  esac
done <"$folder/edge.env"
exec "${PYTHON:-python3}" -m edge
"""


def write_camera_folder(
    folder: Path, *, thing: str, broker: str, rule: str, certificate: bytes, key: bytes
) -> None:
    """Make the folder of a camera that connects to `broker`, mqtts://HOST:PORT, with its certificate.

    `rule` is that of AWS IoT which gets its observations.
    """
    folder.mkdir(parents=True, mode=0o700)
    _write(folder / "key.pem", key, mode=0o600)
    _write(folder / "cert.pem", certificate, mode=0o644)
    # A user adds the address of a camera here, which may hold a password.
    _write(folder / SETTINGS, _SETTINGS.format(thing=thing, broker=broker, rule=rule).encode(), mode=0o600)
    _write(folder / "start", _START.encode(), mode=0o755)


def _write(path: Path, content: bytes, *, mode: int) -> None:
    path.touch(mode=mode, exist_ok=False)
    path.write_bytes(content)
