"""Puts the parts of the edge together, runs the loop, and takes them apart again."""

import logging
import sys
from collections.abc import Callable

import cv2
from pydantic import ValidationError

from edge import host
from edge.camera import Camera
from edge.logs import start_logging
from edge.loop import Loop, OptimizeError, load_model
from edge.mqtt import MqttTransport
from edge.settings import EdgeSettings, explain
from edge.sources import open_source
from edge.status import StatusBoard, encode_status
from models.errors import ModelError

_log = logging.getLogger(__name__)
_BROKER_TRIES, _BROKER_TRY_S = 10, 0.1


def main(stopping: Callable[[], bool]) -> int:
    """Read the settings and run; return the exit code, 2 when a setting is bad."""
    try:
        settings = EdgeSettings()
    except ValidationError as error:
        print(f"error: {explain(error)}", file=sys.stderr)
        return 2
    start_logging(settings.log_level)
    return run(settings, stopping=stopping)


def run(settings: EdgeSettings, *, stopping: Callable[[], bool]) -> int:
    """Run the edge until `stopping`; return the exit code, 1 when the model does not load."""
    # Own threads of OpenCV would fight with those of the inference.
    cv2.setNumThreads(1)
    transport = MqttTransport(settings.mqtt_url, thing=settings.thing)
    board = StatusBoard(transport.publish_status)
    camera = Camera(
        open_source(settings.source, stall_s=settings.stall_s),
        stall_s=settings.stall_s,
        on_state=board.set_state,
    )
    host.connect(host.Host(camera=camera, transport=transport, threads=settings.threads))
    last_reason = "stopped"
    try:
        transport.start(board.repeat)
        _run_loop(settings, camera, transport, board, stopping)
    except OptimizeError as error:
        last_reason = str(error)
        return 1
    except ModelError as error:
        last_reason = str(error)
        _log.error("LOOKALIKE_MODEL: %s", error)
        return 1
    except Exception as error:
        last_reason = f"crashed: {type(error).__name__}"
        raise
    finally:
        camera.stop()
        transport.stop(encode_status("offline", last_reason))
    return 0


def _run_loop(
    settings: EdgeSettings,
    camera: Camera,
    transport: MqttTransport,
    board: StatusBoard,
    stopping: Callable[[], bool],
) -> None:
    # The model first: a recording starts when it is opened, and its first frame shall be seen.
    loaded = load_model(settings.model)
    provider = getattr(loaded.model, "provider", "device")
    board.set_model(provider=provider, model=loaded.fingerprint)
    _wait_for_broker(transport, stopping)
    camera.start()
    loop = Loop(
        loaded,
        thing=settings.thing,
        max_fps=settings.max_fps,
        region=settings.region,
        captured_at_s=lambda: camera.captured_at_s,
    )
    _log.info(
        "camera %s, session %s, model %s on %s", settings.thing, loop.session, loaded.fingerprint, provider
    )
    loop.run(stopping=stopping, on_turn=board.on_turn)


def _wait_for_broker(transport: MqttTransport, stopping: Callable[[], bool]) -> None:
    """Give the first connection a second, so that the first observation is not dropped."""
    for _ in range(_BROKER_TRIES):
        if stopping() or transport.wait_connected(_BROKER_TRY_S):
            return
