"""Runs programs in the emulator, as a user does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from common import wire
from tests.edge.kit import Heard, MqttListener, frame_of, write_clip
from tests.servers import PATIENCE_S

PRELUDE = """\
import os
import greengrasssdk
import awscam
import mo
import cv2

client = greengrasssdk.client('iot-data')
topic = '$aws/things/{}/infer'.format(os.environ['AWS_IOT_THING_NAME'])
"""
FEATURES = """
model = awscam.Model(mo.optimize('featurizer-v1', 224, 224)[1], {"GPU": 1})

def look():
    got, frame = awscam.getLastFrame()
    for _, values in model.doInference(cv2.resize(frame, (224, 224))).iteritems():
        features = ','.join(str(value) for value in values)
    client.publish(topic=topic, payload='{ "features": "' + features + '" }')
"""


@dataclass(frozen=True)
class Ended:
    """The exit code of a program, and its output."""

    code: int
    stdout: str
    stderr: str

    def logged(self, text: str) -> list[str]:
        """Lines of stderr that contain a text."""
        return [line for line in self.stderr.splitlines() if text in line]


class Emulation:
    """A program running in `python -m edge.emulator`."""

    def __init__(self, file: Path, arguments: tuple[str, ...], settings: dict[str, str]) -> None:
        self._log = file.with_suffix(".log")
        foreign = ("LOOKALIKE_", "AWS_", "LAMBDA_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        with self._log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edge.emulator", str(file), *arguments],
                env=inherited | settings,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )

    def wait(self, *, within_s: float = PATIENCE_S) -> Ended:
        """Wait for its end."""
        stdout, _ = self.process.communicate(timeout=within_s)
        return Ended(self.process.returncode, stdout, self._log.read_text())

    def stop(self, how: signal.Signals) -> tuple[Ended, float]:
        """Send a signal; return how the program ended, and the seconds until then."""
        began_s = time.monotonic()
        self.process.send_signal(how)
        return self.wait(), time.monotonic() - began_s


@contextmanager
def started(file: Path, *arguments: str, **settings: str) -> Iterator[Emulation]:
    """A started program, with settings by their names without LOOKALIKE_; it is killed at the end."""
    emulation = Emulation(
        file, arguments, {f"LOOKALIKE_{name.upper()}": value for name, value in settings.items()}
    )
    try:
        yield emulation
    finally:
        emulation.process.kill()
        emulation.process.wait()
        assert emulation.process.stdout is not None
        emulation.process.stdout.close()


def emulate(file: Path, *arguments: str, **settings: str) -> Ended:
    """Run a program to its end."""
    with started(file, *arguments, **settings) as emulation:
        return emulation.wait()


def clip_settings(broker_port: int, model: Path, folder: Path) -> dict[str, str]:
    """A clip as the camera, played at its own pace, and a tiny model."""
    return {
        "mqtt_url": f"mqtt://127.0.0.1:{broker_port}",
        "source": str(write_clip(folder / "clip.mp4")),
        "model": str(model),
        "max_fps": "100",
    }


def write(folder: Path, text: str, name: str = "program.py") -> Path:
    """Write a program's file."""
    file = folder / name
    file.write_text(text)
    return file


def sent(listener: MqttListener, thing: str = "cam-1") -> list[Heard]:
    """Messages that a program published as the device's inference."""
    return [heard for heard in listener.heard if heard.topic == f"lookalike/{thing}/infer"]


def frames_seen(listener: MqttListener) -> list[int]:
    """Frames of the clip whose features a program published."""
    decoded = [
        wire.decode_observation(heard.payload, thing="cam-1", kind="infer", received_at_s=heard.at_s)
        for heard in sent(listener)
    ]
    return [frame_of(seen.vectors[0]) for seen in decoded if seen]
