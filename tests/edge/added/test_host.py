"""The host of added cameras: its answers, its limits, and what its status says."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.added.added_camera import AddedCamera
from edge.added.child_settings import NoRightError
from edge.added.host import CameraHost
from edge.added.store import AddedCameras
from edge.process.kept_process import KeptProcess
from tests.servers import until

REPLY = "lookalike/server/reply/00000001"
DOOR: dict[str, Any] = {"thing": "door", "title": "Front door", "source": "rtsp://u:secret@10.0.0.9/s1"}


class Speaker:
    """Remembers what was published."""

    max_message_bytes = 100_000

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.told = 0

    def publish(self, topic: str, payload: bytes) -> bool:
        assert topic == REPLY
        self.answers.append(payload)
        return True

    def tell_again(self) -> None:
        self.told += 1

    def beat(self) -> None:
        """Nothing."""


class Trials:
    """Finds a picture at 10.0.0.9 alone."""

    asked_bytes = 0

    def run(self, source: str, *, most_bytes: int) -> bytes | str:
        self.asked_bytes = most_bytes
        return b"\xff\xd8\xff" if "10.0.0.9" in source else "no answer within 10 s"

    def stop(self) -> None:
        """Nothing."""


class Rig:
    """A host whose cameras' processes wait until they are told to end."""

    def __init__(self, folder: Path, *, free_bytes: int | None = None, most: int = 3) -> None:
        self.speaker, self.trials = Speaker(), Trials()
        self.made: list[AddedCamera] = []
        self.processes: dict[str, KeptProcess] = {}
        self.host = CameraHost(
            "server",
            AddedCameras(folder),
            most=most,
            make_process=self._make,
            trials=self.trials,
            free_bytes=lambda: free_bytes,
        )
        self.host.start(self.speaker)

    def _make(self, camera: AddedCamera) -> KeptProcess:
        if camera.thing == "strange":
            raise NoRightError("strange needs a certificate of its own")
        self.made.append(camera)
        program = "import sys; sys.stdin.read()" if camera.source != "7" else "sys.exit(5)"
        process = KeptProcess(camera.thing, [sys.executable, "-S", "-c", program], os.environ)
        self.processes[camera.thing] = process
        return process

    def ask(self, act: str, **given: object) -> Any:
        """The answer to a command."""
        before = len(self.speaker.answers)
        self.host.receive("server", {"do": "camera", "act": act, **given}, REPLY, 500_000)
        until(lambda: len(self.speaker.answers) > before, what=f"the answer to {act}")
        answer = self.speaker.answers[-1]
        return answer if answer.startswith(b"\xff") else json.loads(answer)

    def about(self) -> Any:
        """What the status says of the edge."""
        return self.host.about()["edge"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    """Start a host over one folder, any number of times, one after the other."""
    rigs: list[Rig] = []

    def make(**options: Any) -> Rig:
        for earlier in rigs:
            earlier.host.stop()
        rigs.append(Rig(tmp_path / "cameras", **options))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.host.stop()
        assert all(process.pid is None for process in rig.processes.values())


def test_a_camera_is_added_changed_kept_over_a_restart_and_forgotten(start: Callable[..., Rig]) -> None:
    rig = start()
    assert rig.about() == {"takes": 3, "troubles": {}}
    assert rig.ask("add", **DOOR) == {"done": True}
    assert rig.ask("add", **DOOR) == {"done": True}  # the same message once more
    assert rig.about() == {"takes": 2, "troubles": {}}
    first = rig.processes["door"].pid
    assert rig.ask("change", thing="door", title="문", region=[0.5, 0, 0.5, 1]) == {"done": True}
    assert rig.processes["door"].pid not in (None, first)

    again = start()
    until(lambda: "door" in again.processes and again.processes["door"].pid, what="its process")
    assert again.made == [AddedCamera("door", "문", DOOR["source"], (0.5, 0, 0.5, 1))]
    assert again.ask("forget", thing="door") == {"done": True}
    assert again.processes["door"].pid is None
    assert again.about() == {"takes": 3, "troubles": {}}
    assert start().made == []


def test_a_test_gives_a_picture_or_says_what_is_wrong(start: Callable[..., Rig]) -> None:
    rig = start()
    assert rig.ask("test", source=DOOR["source"]) == b"\xff\xd8\xff"
    assert rig.trials.asked_bytes == 100_000 - 256
    assert rig.ask("test", source="rtsp://10.0.0.8/x") == {"refused": "no answer within 10 s"}
    assert "is no camera's address" in rig.ask("test", source="/etc/passwd")["refused"]
    assert rig.made == []


@pytest.mark.parametrize(
    ("act", "given", "says"),
    [
        ("add", DOOR | {"thing": "a b"}, "thing is 'a b'"),
        ("add", DOOR | {"source": "/etc/passwd"}, "is no camera's address"),
        ("add", DOOR | {"thing": "server"}, "there is a camera server already"),
        ("add", DOOR | {"thing": "till"}, "there is a camera till already"),
        ("add", DOOR | {"thing": "strange"}, "needs a certificate of its own"),
        ("change", {"thing": "hall", "title": "x"}, "this edge runs no camera hall"),
        ("change", {"thing": "till", "title": ""}, "a line of 1 to 80 characters"),
        ("forget", {"thing": "hall"}, "this edge runs no camera hall"),
        ("explode", {}, "expected test, add, change or forget"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    start: Callable[..., Rig], act: str, given: dict[str, Any], says: str
) -> None:
    rig = start()
    rig.ask("add", thing="till", title="Till", source="0")
    assert says in rig.ask(act, **given)["refused"]
    assert rig.about()["takes"] == 2


def test_there_is_a_limit_of_cameras_and_of_memory(start: Callable[..., Rig]) -> None:
    rig = start(most=1)
    rig.ask("add", **DOOR)
    refused = rig.ask("add", **DOOR | {"thing": "till"})["refused"]
    assert refused == "this edge runs 1 cameras already, which is its limit (LOOKALIKE_EDGE_CAMERAS)"
    small = start(free_bytes=200 * 2**20)
    assert (
        "has 200 MiB of memory left; a camera needs about"
        in small.ask("add", **DOOR | {"thing": "till"})["refused"]
    )


def test_a_camera_whose_process_ends_is_told_of_in_the_status(start: Callable[..., Rig]) -> None:
    rig = start()
    rig.ask("add", thing="bad", title="Bad", source="7")
    until(lambda: rig.about()["troubles"], what="its trouble")
    assert rig.about()["troubles"] == {"bad": "its process ended with exit code 1; started again after 1 s"}
    told = rig.speaker.told
    until(lambda: "after 2 s" in rig.about()["troubles"]["bad"], what="the next one")
    assert rig.speaker.told > told
    rig.ask("forget", thing="bad")
    assert rig.about()["troubles"] == {}
