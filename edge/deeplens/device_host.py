"""What the device modules stand on: whoever runs a DeepLens program connects camera, model and MQTT here."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edge.picture.frame_types import Frame, Taken
from models.locate import resolve

DEVICE_MODULES = Path(__file__).resolve().parent / "device"


class FrameSource(Protocol):
    """Gives the freshest frame, each at most once."""

    def take(self, timeout_s: float) -> Frame | None:
        """Return a frame that was not given out before, waiting for one; None after `timeout_s`."""

    @property
    def taken(self) -> Taken:
        """Whose the last of these frames is, and when it was read."""


class Transport(Protocol):
    """Sends messages, or drops them while nobody can be reached."""

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at most once, at once or never; True when it was handed to the network."""


def known_model(name: str) -> Path:
    """The file of a name that LOOKALIKE_MODEL can have, built if it has to be; ModelError for another."""
    return resolve(name, build=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The surroundings of one device program; `providers` are ONNX Runtime's, used when it asks for a GPU.

    `find_model` finds what the program names, and `on_model` hears which file was loaded, on which provider.
    """

    camera: FrameSource
    transport: Transport
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
            "no camera is connected to the device modules; run the program with python -m edge"
        )
    return _connected[0]


def add_device_modules() -> None:
    """Make `awscam`, `mo` and `greengrasssdk` importable: a DeepLens device's own, elsewhere ours.

    Ours come first when there is no awscam, because the greengrasssdk of the package index fails at import.
    """
    folder = str(DEVICE_MODULES)
    if folder in sys.path:
        return
    on_a_device = importlib.util.find_spec("awscam") is not None
    sys.path.insert(len(sys.path) if on_a_device else 0, folder)
