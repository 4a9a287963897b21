"""The emulator's start: it wires the parts and runs one program."""

import json
import logging
import os
from functools import partial
from pathlib import Path
from typing import Any

import awscam
import cv2
import greengrasssdk
import mo
from pydantic import ValidationError

from common.data_folder import from_checkout
from common.logs import configure_logs, refuse
from common.secrets import is_set
from edge.app import open_cameras
from edge.cameras.sources import open_source
from edge.cameras.sources.recording import RecordingSource
from edge.deeplens import device_host
from edge.deeplens.emulator.artifacts import Artifacts
from edge.deeplens.emulator.camera import EmulatedCamera, PatientPublisher
from edge.deeplens.emulator.name_clash import is_there
from edge.deeplens.emulator.program import Program
from edge.deeplens.emulator.shutdown import Shutdown
from edge.link.mqtt import MqttLink, mqtt_links
from edge.settings import FRAMES_OVER_MQTT, EdgeSettings, explain
from models.errors import ModelError
from models.files import fingerprint, read_model
from models.locate import resolve
from models.providers import PROVIDERS
from models.variants import VARIANTS

_log = logging.getLogger(__name__)
_refuse = partial(refuse, process="emulator")
_BROKER_WAIT_S = 1.0
_RIVAL = (
    "a camera %s is there already, and two of one name push each other off the broker; "
    "give this one another LOOKALIKE_THING, or start the system with LOOKALIKE_SOURCE=none"
)
# Imported here, they take precedence over a project's own copy.
DEVICE_MODULES = (awscam, greengrasssdk, mo)


def main(file: Path, *, frames: int | None, python2: bool) -> int:
    """Run a program; the process ends in here, or 2 is returned for a bad setting or file, with one line."""
    try:
        settings = read_settings()
        program = Program(file, python2=python2)
    except ValidationError as error:
        return _refuse(explain(error))
    except ModelError as error:
        return _refuse(f"LOOKALIKE_MODEL: {error}")
    except SyntaxError as error:
        return _refuse(f"{file}:{error.lineno or 1}: {error.msg}; expected a program in Python 3 or 2")
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}; expected the file of a DeepLens program")
    configure_logs(settings.log_level, process="emulator", form=settings.log_format)
    _run(program, file, settings, frames)
    return 0


def read_settings() -> EdgeSettings:
    """The edge's settings, with the running system's broker if none is set; ValidationError, ModelError."""
    found: dict[str, Any] = {}
    if not is_set("LOOKALIKE_MQTT_URL") and (broker := _running_broker()):
        found["mqtt_url"] = broker
    settings = EdgeSettings(**found)
    if settings.model not in VARIANTS:
        resolve(settings.model, build=False)
    # The program will run in its own folder.
    paths = {"model": settings.model.endswith(".onnx"), "source": _is_recording(settings.source)}
    return settings.model_copy(
        update={
            name: str(Path(getattr(settings, name)).expanduser().absolute()) for name in paths if paths[name]
        }
    )


def _running_broker() -> str | None:
    run_json = from_checkout(Path(os.environ.get("LOOKALIKE_DATA_DIR") or ".data")) / "run.json"
    try:
        addresses = json.loads(run_json.read_text(encoding="utf-8"))
        return str(addresses["broker"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_recording(source: str) -> bool:
    return source != FRAMES_OVER_MQTT and isinstance(open_source(source, stall_s=1), RecordingSource)


def _run(program: Program, file: Path, settings: EdgeSettings, frames: int | None) -> None:
    # OpenCV's own threads would compete with those of the inference.
    cv2.setNumThreads(1)
    shutdown = Shutdown()
    broker = settings.broker
    cameras, senders = open_cameras(settings, mqtt_links(broker, prefix=settings.process))
    link = MqttLink(broker, None)
    camera = EmulatedCamera(
        cameras,
        frames=frames,
        max_fps=settings.max_fps,
        on_shot=senders.show,
        on_over=lambda: shutdown.ask(0, "stopped"),
    )

    def close(reason: str) -> None:
        _log.info("%s: %d frames; %s", file.name, camera.given, reason)
        link.stop()
        cameras.stop(reason)

    def on_model(path: Path, provider: str) -> None:
        cameras.set_model(provider=provider, model=fingerprint(read_model(path)))

    device_host.connect(
        device_host.Host(
            camera=camera,
            publisher=PatientPublisher(link),
            threads=settings.threads,
            providers=[PROVIDERS[settings.provider]],
            find_model=Artifacts(file.resolve().parent, fallback=settings.model).find,
            on_model=on_model,
        )
    )
    shutdown.close = close
    if is_there(broker, settings.thing):
        _log.warning(_RIVAL, settings.thing)
    cameras.connect()
    link.start()
    link.wait_connected(_BROKER_WAIT_S)
    code = program.run(thing=settings.thing)
    shutdown.ask(code, "stopped" if code == 0 else f"{file.name} ended with exit code {code}")
