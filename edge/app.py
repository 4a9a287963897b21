"""The edge's start and end: it wires the parts, runs the loop, and closes the parts again."""

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import cv2
from pydantic import ValidationError

from common.logs import configure_logs, refuse, wanted_format
from edge.added.host import CameraHost
from edge.added.opening import HostLink, make_host
from edge.cameras.frames_over_mqtt import RemoteCameras
from edge.cameras.local_camera import FORGOTTEN, LocalCamera
from edge.cameras.port import Cameras
from edge.cameras.sources.reach import Reach
from edge.component import Component, settings_of
from edge.link import home_assistant
from edge.link.commands import OnCamera, OnDetails
from edge.link.links import LinkError, find_nucleus, open_links
from edge.link.port import OpenLink
from edge.look.details import DetailsAsks
from edge.look.picture_senders import PictureSenders
from edge.looking import look_on
from edge.picture.snapshot import MAX_BYTES
from edge.settings import FRAMES_OVER_MQTT, EdgeSettings, explain
from models.errors import ModelError

_log = logging.getLogger(__name__)
# The longest topic of a picture, and a little more.
_TOPIC_BYTES = 256
# In place of an exit code: the process is to run the same program again.
START_AGAIN = -1


def main(stopping: Callable[[], bool]) -> int:
    """Read the settings and run; return the exit code, 2 when a setting is bad, or START_AGAIN."""
    try:
        nucleus = find_nucleus(os.environ)
    except LinkError as error:
        return refuse(str(error), process="edge")
    if nucleus is None:
        return _configure_and_run({}, stopping=stopping)
    configure_logs("info", process="edge", form=wanted_format())
    component = Component(nucleus)
    try:
        code = 0
        configuration = component.wait_configuration(stopping)
        if configuration is not None:
            code = _configure_and_run(configuration, stopping=stopping, component=component)
    finally:
        nucleus.stop()
    if component.is_changed and not stopping():
        return START_AGAIN
    # With another exit code than 0 the nucleus starts the component again, with a new token.
    return 1 if nucleus.refused else code


def _configure_and_run(
    configuration: dict[str, Any], *, stopping: Callable[[], bool], component: Component | None = None
) -> int:
    given, unknown = settings_of(configuration, EdgeSettings.model_fields)
    try:
        settings = EdgeSettings(**cast(dict[str, Any], given))
    except ValidationError as error:
        return refuse(explain(error), process="edge")
    # Of several cameras that write to one log each names itself.
    name = f"{settings.process} {settings.thing}" if settings.run_by else settings.process
    configure_logs(settings.log_level, process=name, form=settings.log_format)
    if unknown:
        _log.warning("the component's configuration has keys that are no settings: %s", ", ".join(unknown))
    return run(settings, stopping=stopping, component=component)


def run(settings: EdgeSettings, *, stopping: Callable[[], bool], component: Component | None = None) -> int:
    """Run the edge until `stopping`, or until the Greengrass component that it is has to start again.

    Return the exit code, 1 when the model does not load.
    """

    def over() -> str | None:
        return component.over if component else None

    # OpenCV's own threads would compete with those of the inference.
    cv2.setNumThreads(1)
    asks = DetailsAsks()
    links = open_links(settings, component.nucleus if component else None)
    host = _open_host(settings, has_nucleus=component is not None)
    cameras, senders = open_cameras(settings, links, on_details=asks.ask, host=host)
    last_reason = "stopped"
    host_link: HostLink | None = None
    try:
        cameras.connect()
        if host is not None:
            host_link = _start_host(host, cameras, settings, links)
        look_on(settings, cameras, senders, asks, lambda: stopping() or over() is not None)
        last_reason = over() or last_reason
    except ModelError as error:
        last_reason = str(error)
        _log.error("LOOKALIKE_MODEL: %s", error)
        return 1
    except Exception as error:
        last_reason = f"crashed: {type(error).__name__}"
        raise
    finally:
        if host is not None:
            host.stop()
        if host_link is not None:
            host_link.stop(last_reason)
        cameras.stop(FORGOTTEN if _is_forgotten(settings) else last_reason)
    return 0


def _open_host(settings: EdgeSettings, *, has_nucleus: bool) -> CameraHost | None:
    if settings.edge_data is None or not settings.takes_cameras:
        return None
    return make_host(settings, settings.edge_data, has_nucleus=has_nucleus)


def _start_host(
    host: CameraHost, cameras: Cameras, settings: EdgeSettings, open_link: OpenLink
) -> HostLink | None:
    """Start the host, which speaks by this edge's own camera; where it has none, return its own link."""
    if isinstance(cameras, LocalCamera):
        host.start(cameras)
        return None
    link = HostLink(open_link, settings.thing, on_camera=host.receive, about=host.about)
    link.start()
    host.start(link)
    return link


def _is_forgotten(settings: EdgeSettings) -> bool:
    """Whether this is the process of an added camera that was forgotten: then its address is gone."""
    return bool(settings.run_by) and not Path(os.environ.get("LOOKALIKE_SOURCE_FILE", "/")).exists()


def open_cameras(
    settings: EdgeSettings,
    open_link: OpenLink,
    *,
    on_details: OnDetails = lambda _thing: None,
    host: CameraHost | None = None,
) -> tuple[Cameras, PictureSenders]:
    """Return LOOKALIKE_SOURCE's cameras, not yet connected, and the senders of their pictures.

    `on_details` is called when the search wants local features of a camera (its name); `host` gets the
    commands about added cameras.
    """

    def publish(topic: str, answer: bytes) -> bool:
        return cameras.publish(topic, answer)

    def most_bytes() -> int:
        return min(MAX_BYTES, cameras.max_message_bytes - _TOPIC_BYTES)

    senders = PictureSenders(publish, region=settings.region, allowed=settings.preview, most_bytes=most_bytes)
    cameras = _open(settings, open_link, senders, on_details=on_details, host=host)
    return cameras, senders


def _open(
    settings: EdgeSettings,
    open_link: OpenLink,
    senders: PictureSenders,
    *,
    on_details: OnDetails,
    host: CameraHost | None,
) -> Cameras:
    if settings.source == FRAMES_OVER_MQTT:
        return RemoteCameras(
            open_link,
            stall_s=settings.stall_s,
            max_age_s=settings.max_age_s,
            on_watch=senders.watch,
            on_snapshot=senders.ask,
            on_details=on_details,
            on_picture=senders.ask_observed,
            home_assistant=settings.home_assistant,
        )

    def about() -> Mapping[str, object]:
        return settings.about | (host.about() if host else {})

    on_camera: OnCamera | None = host.receive if host else None
    return LocalCamera(
        settings.source,
        open_link,
        thing=settings.thing,
        stall_s=settings.stall_s,
        fast=settings.pace == "fast",
        reach=Reach() if settings.run_by and not settings.camera_local else None,
        about=about,
        will=settings.about,
        on_camera=on_camera,
        retained=home_assistant.messages(settings.thing, max_age_s=settings.max_age_s)
        * settings.home_assistant,
        on_watch=senders.watch,
        on_snapshot=senders.ask,
        on_details=on_details,
        on_picture=senders.ask_observed,
    )
