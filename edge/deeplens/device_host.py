"""The host of the device modules, where the runner of a DeepLens program connects camera, model and MQTT."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.link.port import Publisher
from edge.picture.frame_types import Camera
from models.locate import resolve

DEVICE_MODULES = Path(__file__).resolve().parent / "device"


def known_model(name: str) -> Path:
    """The file of a name that LOOKALIKE_MODEL can have, built if missing; ModelError for another name."""
    return resolve(name, build=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The surroundings of one device program; `providers` are ONNX Runtime's, used when it asks for a GPU.

    `find_model` finds the model that the program names; `on_model` gets the loaded file and its provider.
    """

    camera: Camera
    publisher: Publisher
    threads: int = 1
    providers: Sequence[str] | None = None
    frame_wait_s: float = 0.25
    find_model: Callable[[str], Path] = known_model
    on_model: Callable[[Path, str], None] = lambda _path, _provider: None


_connected: list[Host] = []


def connect(host: Host) -> None:
    """Make the device modules of this process use `host`, in place of an earlier one."""
    _connected[:] = [host]


def disconnect() -> None:
    """Take the host away; the device modules refuse from now on."""
    _connected.clear()


def current() -> Host:
    """The connected host; RuntimeError when a device module is used before there is one."""
    if not _connected:
        raise RuntimeError(
            "no camera is connected to the device modules; run the program with python -m edge.emulator"
        )
    return _connected[0]


def add_device_modules() -> None:
    """Make our `awscam`, `mo` and `greengrasssdk` importable.

    They come first, because the greengrasssdk of the package index fails at import.
    """
    folder = str(DEVICE_MODULES)
    if folder not in sys.path:
        sys.path.insert(0, folder)
