"""The edge's start and end: it wires the parts, runs the loop, and closes the parts again."""

import logging
from collections.abc import Callable

import cv2
from pydantic import ValidationError

from common.logs import configure_logs, refuse
from edge.cameras.frames_over_mqtt import RemoteCameras
from edge.cameras.local_camera import LocalCamera
from edge.cameras.port import Cameras
from edge.link import home_assistant
from edge.link.commands import OnDetails, OnSnapshot, OnWatch
from edge.link.mqtt import mqtt_links
from edge.link.port import OpenLink
from edge.look.details import DetailsAsks
from edge.look.featurizer import load_featurizer
from edge.look.loop import Loop
from edge.look.picture_senders import PictureSenders
from edge.process.alive_file import AliveFile
from edge.settings import FRAMES_OVER_MQTT, EdgeSettings, explain
from models.errors import ModelError
from models.orb_points import OrbDescriber
from models.providers import PROVIDERS

_log = logging.getLogger(__name__)


def main(stopping: Callable[[], bool]) -> int:
    """Read the settings and run; return the exit code, 2 when a setting is bad."""
    try:
        settings = EdgeSettings()
    except ValidationError as error:
        return refuse(explain(error), process="edge")
    configure_logs(settings.log_level, process=settings.process, form=settings.log_format)
    return run(settings, stopping=stopping)


def run(settings: EdgeSettings, *, stopping: Callable[[], bool]) -> int:
    """Run the edge until `stopping`; return the exit code, 1 when the model does not load."""
    # OpenCV's own threads would compete with those of the inference.
    cv2.setNumThreads(1)
    asks = DetailsAsks()
    links = mqtt_links(settings.broker, prefix=settings.process)
    cameras, senders = open_cameras(settings, links, on_details=asks.ask)
    last_reason = "stopped"
    try:
        cameras.connect()
        _run_loop(settings, cameras, senders, asks, stopping)
    except ModelError as error:
        last_reason = str(error)
        _log.error("LOOKALIKE_MODEL: %s", error)
        return 1
    except Exception as error:
        last_reason = f"crashed: {type(error).__name__}"
        raise
    finally:
        cameras.stop(last_reason)
    return 0


def open_cameras(
    settings: EdgeSettings, open_link: OpenLink, *, on_details: OnDetails = lambda _thing: None
) -> tuple[Cameras, PictureSenders]:
    """Return LOOKALIKE_SOURCE's cameras, not yet connected, and the senders of their pictures.

    `on_details` is called when the search wants local features of a camera (its name).
    """

    def publish(topic: str, answer: bytes) -> bool:
        return cameras.publish(topic, answer)

    senders = PictureSenders(publish, region=settings.region, allowed=settings.preview)
    cameras = _open(
        settings, open_link, on_watch=senders.watch, on_snapshot=senders.ask, on_details=on_details
    )
    return cameras, senders


def _open(
    settings: EdgeSettings,
    open_link: OpenLink,
    *,
    on_watch: OnWatch,
    on_snapshot: OnSnapshot,
    on_details: OnDetails,
) -> Cameras:
    if settings.source == FRAMES_OVER_MQTT:
        return RemoteCameras(
            open_link,
            stall_s=settings.stall_s,
            max_age_s=settings.max_age_s,
            on_watch=on_watch,
            on_snapshot=on_snapshot,
            on_details=on_details,
            home_assistant=settings.home_assistant,
        )
    return LocalCamera(
        settings.source,
        open_link,
        thing=settings.thing,
        stall_s=settings.stall_s,
        fast=settings.pace == "fast",
        retained=home_assistant.messages(settings.thing, max_age_s=settings.max_age_s)
        * settings.home_assistant,
        on_watch=on_watch,
        on_snapshot=on_snapshot,
        on_details=on_details,
    )


def _run_loop(
    settings: EdgeSettings,
    cameras: Cameras,
    senders: PictureSenders,
    asks: DetailsAsks,
    stopping: Callable[[], bool],
) -> None:
    alive = AliveFile(settings.alive_file)

    def coming_round() -> bool:
        """Whether to stop, asked before each turn and during waits; it notes that the loop turns."""
        alive.beat()
        return stopping()

    if not cameras.wait_wanted(coming_round):
        return
    # The model first: a recording starts when it is opened, and its first frame must not be missed.
    wanted = [PROVIDERS[settings.provider]]
    featurizer = load_featurizer(settings.model, threads=settings.threads, providers=wanted)
    provider = featurizer.providers[0]
    cameras.set_model(provider=provider, model=featurizer.fingerprint)
    cameras.start()
    senders.use(featurizer)
    loop = Loop(
        cameras,
        featurizer,
        cameras,
        max_fps=settings.max_fps,
        heartbeat_s=settings.heartbeat_s,
        region=settings.region,
        on_shot=senders.show,
        describer=OrbDescriber(),
        asks=asks,
        iot_rule=settings.iot_rule,
    )
    _log.info("model %s on %s", featurizer.fingerprint, provider)
    loop.run(stopping=coming_round)
