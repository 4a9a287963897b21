"""The edge on clean devices, installed as documented: a running system finds the clip's items.

Three cameras play at once: the recipe's scripts under a nucleus of either kind, and what edge/install.sh
installed, with the rights that its unit leaves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.greengrass.component import Component, configured
from tests.greengrass.core import BrokerCore
from tests.greengrass.device import CLIP, Device
from tests.greengrass.installing import RECIPE, USER, step
from tests.greengrass.ipc_connection import Nucleus
from tests.greengrass.ipc_double import SOCKET, IpcDouble
from tests.greengrass.unit import sandboxed
from tests.system.record import MatchRecorder, read_truth
from tests.system.stack import Stack, eventually

CAMERAS = ("classic", "lite", "service")
CLIP_FPS = 10
# The first three items, each for 3 s. No frame is left out, so a frame's number is its place in the clip.
WATCHED = 10 * CLIP_FPS
ITEMS = [scene for scene in read_truth() if scene.kind == "item" and scene.to_s * CLIP_FPS <= WATCHED]
Logs = Mapping[str, Callable[[], str]]


@contextmanager
def component(device: Device, stack: Stack, sockets: Path, kind: str) -> Iterator[Callable[[], str]]:
    """The component under a nucleus of this kind, which is bridged to the system's broker; gives its log."""
    configuration = configured(RECIPE, None) | {"Source": CLIP, "Pace": "fast", "Gate": "0"}
    made = Nucleus(
        Component(thing=kind, configuration=configuration),
        BrokerCore(stack.address("broker")),
        lite=kind == "lite",
    )
    with IpcDouble(sockets / kind, made) as double:
        double.path.chmod(0o666)
        script, environ = step("run", thing=kind)
        environ |= double.environ | {SOCKET: f"/ipc/{kind}"}
        # The script comes on the standard input, as nucleus lite has it.
        device.run("sh", "-c", f"cat >/tmp/{kind}", user=USER, given=script)
        shell = f"echo $$ >/tmp/{kind}.pid; exec sh </tmp/{kind} >/tmp/{kind}.log 2>&1"
        device.run("sh", "-c", shell, user=USER, environ=environ, detach=True)
        yield lambda: device.read(f"/tmp/{kind}.log")
        device.run("sh", "-c", f"kill $(cat /tmp/{kind}.pid)")


class Playing:
    """Cameras that play the clip, with their logs, and what the system says of them."""

    def __init__(self, recorder: MatchRecorder, service: Device, logs: Logs) -> None:
        self.service, self.logs = service, logs
        self._recorder = recorder
        eventually(lambda: min(map(self._frames, CAMERAS)) > WATCHED, within_s=60, why=self.why)

    def why(self) -> str:
        """The ends of all logs."""
        return "\n".join(f"{thing}: {log()[-2000:]}" for thing, log in self.logs.items())

    def found(self, thing: str) -> dict[str, str | None]:
        """For each item that was shown to a camera, the best match of most of its records."""
        best: dict[str, Counter[str | None]] = {scene.id: Counter() for scene in ITEMS}
        for record in self._records(thing):
            for scene in ITEMS:
                if scene.from_s <= record["seq"] / CLIP_FPS < scene.to_s:
                    best[scene.id][record["matches"][0]["id"]] += 1
        return {item: (counted.most_common(1) or [(None, 0)])[0][0] for item, counted in best.items()}

    def _records(self, thing: str) -> list[dict[str, Any]]:
        return [record for record in self._recorder.records if record["thing"] == thing]

    def _frames(self, thing: str) -> int:
        records = self._records(thing)
        return int(records[-1]["seq"]) if records else 0


@pytest.fixture(scope="module")
def playing(
    device: Device, stack: Stack, sockets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Playing]:
    """All cameras, which have played for some time."""
    with ExitStack() as opened:
        # It ends while records still come, as it waits for the next one.
        with MatchRecorder(stack.page) as recorder:
            logs = {
                kind: opened.enter_context(component(device, stack, sockets, kind))
                for kind in ("classic", "lite")
            }
            service = opened.enter_context(sandboxed(device, tmp_path_factory.mktemp("sandbox")))
            made = Playing(recorder, service, logs | {"service": service.logs})
        yield made


@pytest.mark.parametrize("thing", CAMERAS)
def test_the_clips_items_are_found(playing: Playing, thing: str) -> None:
    assert playing.found(thing) == {scene.id: scene.id for scene in ITEMS}, playing.why()


def test_the_service_does_its_work_without_a_right_to_anything_else(playing: Playing) -> None:
    rights = playing.service.read("/proc/1/status")
    assert "CapBnd:\t0000000000000000\n" in rights
    assert "NoNewPrivs:\t1\n" in rights
    assert "Seccomp:\t2\n" in rights
    user = "lookalike-edge"
    alive = 'PYTHONPATH=/opt/lookalike-edge/code "$(cat /opt/lookalike-edge/venv)/bin/python" -m edge.alive'
    playing.service.run("sh", "-c", alive, user=user)
    told = playing.service.run("touch", "/opt/lookalike-edge/code/x", user=user, check=False)
    assert "Read-only file system" in told.stderr
    log = playing.logs["service"]()
    assert "Traceback" not in log
    assert "not permitted" not in log
