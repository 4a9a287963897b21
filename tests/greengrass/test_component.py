"""`python -m edge` as a Greengrass component: its settings, their changes, its token."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from edge.link.links import TOKEN
from edge.picture import jpeg
from models.files import fingerprint, read_model
from tests.edge.conftest import model
from tests.edge.kit import EdgeProcess, write_model
from tests.greengrass.core import MemoryCore
from tests.greengrass.ipc_double import IpcDouble
from tests.servers import PATIENCE_S, until

__all__ = ["model"]


@contextmanager
def component(folder: Path, environ: dict[str, str]) -> Iterator[EdgeProcess]:
    """The edge, started as a nucleus does it."""
    edge = EdgeProcess(folder / "log", environ)
    try:
        yield edge
    finally:
        edge.process.kill()
        edge.process.wait()


def configure(double: IpcDouble, **settings: Any) -> None:
    """Put settings into the component's configuration."""
    double.configure({name.title().replace("_", ""): value for name, value in settings.items()})


def seen(core: MemoryCore, topic: str = "lookalike/cam-1/features") -> int:
    return sum(name == topic for name, _ in core.heard)


def test_settings_come_from_the_configuration_and_a_change_starts_it_again(
    tmp_path: Path, double: IpcDouble, core: MemoryCore, model: Path
) -> None:
    configure(double, source="test", model=str(model), threads=1, preview=False, docker_options="", sauce="?")
    with component(tmp_path, double.environ) as edge:
        until(lambda: seen(core), what="an observation")
        assert "the component's configuration has keys that are no settings: Sauce" in edge.log
        pid = edge.process.pid
        configure(double, source="none")
        until(lambda: any(b"has changed; it starts again" in payload for _, payload in core.heard))
        until(lambda: b'"no_camera"' in core.heard[-1][1], what="the status of no camera")
        assert edge.process.pid == pid
        assert edge.terminate()[0] == 0
    assert b'"reason":"stopped"' in core.heard[-1][1]
    if not double.nucleus.lite:
        assert b'"offline"' in core.kept["lookalike/cam-1/status"]


def test_a_new_model_in_the_configuration_runs_without_a_new_version_or_process(
    tmp_path: Path, double: IpcDouble, core: MemoryCore, model: Path
) -> None:
    new = fingerprint(read_model(write_model(tmp_path / "new.onnx", box=(0.25, 0.25, 0.5, 0.5))))
    configure(double, source="test", model=str(model))
    with component(tmp_path, double.environ | {"LOOKALIKE_EDGE_DATA": str(tmp_path / "data")}) as edge:
        until(lambda: seen(core), what="an observation")
        configure(double, model=f"file://{tmp_path}/new.onnx", model_fingerprint=new)
        until(
            lambda: any(topic.endswith("/features") and new.encode() in text for topic, text in core.heard),
            what="an observation of the new model",
        )
        assert edge.terminate()[0] == 0


def test_a_killed_nucleus_that_comes_back_gets_observations_again(
    tmp_path: Path, double: IpcDouble, core: MemoryCore, model: Path
) -> None:
    configure(double, source="test", model=str(model), iot_rule="shop_features")
    topic = "$aws/rules/shop_features/lookalike/cam-1/features"
    with component(tmp_path, double.environ) as edge:
        until(lambda: seen(core, topic))
        double.stop()
        until(lambda: "lost; trying again" in edge.log)
        count = seen(core, topic)
        double.start()
        until(lambda: seen(core, topic) > count, what="an observation on the new connection")
        assert edge.terminate()[0] == 0
    assert not seen(core)


def test_a_picture_has_at_most_what_the_other_side_takes(
    tmp_path: Path, double: IpcDouble, core: MemoryCore, model: Path
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/noise.jpg").write_bytes(jpeg.encode(noise, quality=95))
    configure(double, source=str(tmp_path / "pictures"), model=str(model))
    command, reply = "lookalike/cam-1/command", "lookalike/cam-1/reply/00000000"

    def ask() -> None:
        until(lambda: core.is_subscribed(command), what="the camera hears commands")
        core.send(command, json.dumps({"do": "snapshot", "reply": reply}).encode())

    with component(tmp_path, double.environ) as edge:
        until(lambda: seen(core), what="an observation")
        ask()
        if double.nucleus.lite:
            until(lambda: "from now on messages have at most 7000 bytes" in edge.log)
            until(lambda: edge.log.count("connected to Greengrass") == 2, what="another connection")
            ask()
        until(lambda: seen(core, reply), what="the picture")
    (picture,) = (payload for topic, payload in core.heard if topic == reply)
    most = 7000 if double.nucleus.lite else 128 * 1024
    assert most / 2 < len(picture) + len(reply) <= most
    jpeg.decode(picture)


def test_a_refused_token_ends_the_process_so_that_the_nucleus_gives_another(
    tmp_path: Path, double: IpcDouble
) -> None:
    with component(tmp_path, double.environ | {TOKEN: "wrong"}) as edge:
        assert edge.process.wait(PATIENCE_S) == 1
    assert edge.log.count("refuses this component's token (SVCUID)") == 1
    assert "Traceback" not in edge.log


def test_a_bad_setting_in_the_configuration_is_named(tmp_path: Path, double: IpcDouble) -> None:
    configure(double, max_fps="fast")
    with component(tmp_path, double.environ) as edge:
        assert edge.process.wait(PATIENCE_S) == 2
    assert "error: LOOKALIKE_MAX_FPS: " in edge.log
    assert "got 'fast'" in edge.log
