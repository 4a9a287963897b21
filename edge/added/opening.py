"""The host of added cameras, as the settings want it, and its own connection where it has no camera."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from common.wire import CAMERAS_OF_PAGE
from edge.added.added_camera import AddedCamera
from edge.added.child_settings import environ_of
from edge.added.host import CameraHost
from edge.added.store import AddedCameras
from edge.added.trials import Trials
from edge.link import commands
from edge.link.port import Link, OpenLink
from edge.link.status import StatusBoard, encode_status
from edge.process.free_memory import free_memory_bytes
from edge.process.kept_process import KeptProcess
from edge.settings import EdgeSettings

_CHILD = [sys.executable, "-m", "edge"]


def make_host(settings: EdgeSettings, data: Path, *, has_nucleus: bool) -> CameraHost:
    """The host, with its folders in `data`."""
    store = AddedCameras(data / "cameras")
    needs_certificate = has_nucleus or settings.broker.has_certificate or settings.broker.is_aws_iot

    def process_of(camera: AddedCamera) -> KeptProcess:
        environ = environ_of(
            camera,
            settings,
            source_file=store.source_file(camera.thing),
            data=data,
            needs_certificate=needs_certificate,
        )
        return KeptProcess(camera.thing, _CHILD, environ)

    return CameraHost(
        settings.thing,
        store,
        most=settings.edge_cameras,
        make_process=process_of,
        trials=Trials(allow_local=settings.camera_local),
        free_bytes=free_memory_bytes,
    )


class HostLink:
    """The connection of a host that has no camera of its own, and its status."""

    def __init__(
        self,
        open_link: OpenLink,
        thing: str,
        *,
        on_camera: commands.OnCamera,
        about: Callable[[], Mapping[str, object]],
    ) -> None:
        """Nothing is connected before `start`."""
        self._about = about
        self._link: Link = open_link(
            thing,
            on_message=commands.receiver(lambda _thing, _for_s: None, on_camera=on_camera),
            about={"source": CAMERAS_OF_PAGE},
        )
        self._board = StatusBoard(self._link.publish_status, source=CAMERAS_OF_PAGE, about=about)

    @property
    def max_message_bytes(self) -> int:
        """The largest message that its link takes."""
        return self._link.max_message_bytes

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send a message at most once; False when it was dropped."""
        return self._link.publish(topic, payload)

    def start(self) -> None:
        """Connect in the background, and tell the status."""
        self._board.set_state("online", None)
        self._link.start(self._board.repeat)

    def beat(self) -> None:
        """Repeat the status when it is due; to be called now and then."""
        self._board.count(False)

    def tell_again(self) -> None:
        """Publish the status again, after a change of the edge's facts (`about`)."""
        self._board.repeat()

    def stop(self, reason: str) -> None:
        """Publish that it is offline, and disconnect."""
        self._link.stop(encode_status("offline", reason, source=CAMERAS_OF_PAGE, about=self._about()))
