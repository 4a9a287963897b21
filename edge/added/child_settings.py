"""The environment of the process that runs one added camera."""

import os
from collections.abc import Mapping
from pathlib import Path

from edge.added.added_camera import AddedCamera
from edge.settings import EdgeSettings

_PREFIX = "LOOKALIKE_"
# What of an edge's own is not its added cameras'.
_OF_ONE = {"source", "thing", "title", "region", "pace", "alive_file"}
_OF_EDGE = {"run_by", "edge_data", "edge_cameras", "link"}
# In the folder of a thing that `lookalike aws things add` writes.
_THING_FILE = "edge.env"


class NoRightError(Exception):
    """The broker lets nobody speak for this camera here; the text says what is to be done."""


def environ_of(
    camera: AddedCamera,
    settings: EdgeSettings,
    *,
    source_file: Path,
    data: Path,
    needs_certificate: bool,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """The variables of an added camera's process: those of its edge, but for what is its own.

    Its address is in `source_file` alone. NoRightError if it has no certificate of its own but needs one.
    """
    names = {f"{_PREFIX}{name.upper()}" for name in EdgeSettings.model_fields}
    files = {f"{name}_FILE": name for name in names if environ.get(f"{name}_FILE")}
    made = {name: value for name, value in environ.items() if name not in names}
    for name in EdgeSettings.model_fields.keys() - _OF_ONE - _OF_EDGE:
        variable, value = f"{_PREFIX}{name.upper()}", getattr(settings, name)
        if variable not in files.values() and value not in (None, ""):
            made[variable] = str(int(value)) if isinstance(value, bool) else str(value)
    login = _login_of(camera.thing, data / "things" / camera.thing, is_needed=needs_certificate)
    for name in login:
        made.pop(f"{name}_FILE", None)
    return (
        made
        | login
        | {
            f"{_PREFIX}THING": camera.thing,
            f"{_PREFIX}TITLE": camera.title,
            f"{_PREFIX}RUN_BY": settings.thing,
            f"{_PREFIX}REGION": ",".join(f"{share:g}" for share in camera.region),
            f"{_PREFIX}SOURCE_FILE": str(source_file),
            # Of its own: models that are fetched by their address are kept and removed there.
            f"{_PREFIX}EDGE_DATA": str(data / "models" / camera.thing),
            # On purpose: cameras share the machine's cores, and none is to take all of them.
            f"{_PREFIX}THREADS": "1",
            f"{_PREFIX}LINK": "mqtt",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
    )


def _login_of(thing: str, folder: Path, *, is_needed: bool) -> dict[str, str]:
    """What the folder of this thing says of its connection, if there is one."""
    try:
        lines = (folder / _THING_FILE).read_text(encoding="utf-8").splitlines()
    except OSError:
        if is_needed:
            raise NoRightError(
                f"each camera needs a certificate of its own at this broker: run `lookalike aws things add "
                f"{thing}`, copy the folder that it writes to {folder} on the device, and add it again"
            ) from None
        return {}
    pairs = (line.strip().partition("=") for line in lines if line.strip() and not line.startswith("#"))
    ours = (f"{_PREFIX}MQTT_", f"{_PREFIX}IOT_RULE")
    found = {name: value for name, _, value in pairs if name.startswith(ours)}
    for name in (f"{_PREFIX}MQTT_CERT", f"{_PREFIX}MQTT_KEY", f"{_PREFIX}MQTT_CA"):
        if name in found:  # beside it
            found[name] = str(folder / found[name])
    return found
