"""`make run`: starts, ends, keeps added items, and refuses bad settings."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.servers import free_port
from tests.system.pictures import picture
from tests.system.stack import ROOT, Stack, eventually, running

QUICK = {"LOOKALIKE_SAMPLES": "0"}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path, settings=QUICK) as stack:
        ports = [urlsplit(stack.address(name)).port for name in ("page", "broker", "redis", "search")]
        eventually(lambda: len(stack.pids()) == 7, within_s=5, why=lambda: str(stack.pids()))

        assert stack.stop(how) == 0

        assert stack.pids() == {}
        assert not any(_listens(port) for port in ports)
        assert not (stack.data / "run.json").exists()
        assert "Traceback" not in stack.log()


def _listens(port: int | None) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port or 0)) == 0


def test_make_run_ends_with_make(tmp_path: Path) -> None:
    with running(tmp_path, settings=QUICK, command=["make", "run"]) as stack:
        stack.stop(signal.SIGTERM)
        eventually(lambda: not stack.pids(), within_s=10, why=stack.log)


def test_no_orphan_stays_when_it_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, settings=QUICK) as stack:
        stack.stop(signal.SIGKILL)

        eventually(lambda: not stack.pids(), within_s=3, why=lambda: str(stack.pids()))
    with running(tmp_path, settings=QUICK) as again:  # nothing left by the killed one is in the way
        assert again.stop() == 0


def test_what_was_added_is_there_after_a_restart(tmp_path: Path) -> None:
    settings = QUICK | {"LOOKALIKE_SOURCE": "none"}
    pictures = ROOT / "samples" / "pictures"
    with running(tmp_path, settings=settings) as stack:
        form = {
            "files": {"image": (pictures / "mug-harbour.jpg").read_bytes()},
            "data": {"title": "A", "id": "a"},
        }
        assert stack.client.post("/items", **form).status_code == 201  # type: ignore[arg-type]
        stack.stop(signal.SIGKILL)
        eventually(lambda: not stack.pids(), within_s=3)
    with running(tmp_path, settings=settings) as stack:
        eventually(lambda: stack.get("/healthz")["checks"]["index"].get("items") == 1, within_s=10)


OTHER_MODEL = {"LOOKALIKE_MODEL": "lite1"}
NO_CAMERA = QUICK | {"LOOKALIKE_SOURCE": "none"}


def test_another_model_than_the_catalogues_is_refused_until_it_is_rebuilt(tmp_path: Path) -> None:
    with running(tmp_path, settings=NO_CAMERA) as stack:
        add_three(stack)
        assert stack.stop() == 0
        refused = _run(stack.environ | OTHER_MODEL)
        rebuilt = _run(stack.environ | OTHER_MODEL, "services.cli", "index", "rebuild")

    assert refused.returncode == 2
    assert "lookalike index rebuild" in refused.stderr
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "vectors of 3 items recomputed" in rebuilt.stderr
    with running(tmp_path, settings=NO_CAMERA | OTHER_MODEL) as stack:
        assert found(stack, 1) == "item 1"


def test_the_model_is_changed_beside_the_running_search(tmp_path: Path) -> None:
    with running(tmp_path, settings=NO_CAMERA) as stack:
        add_three(stack)
        before = _index(stack)["model"]
        rebuilt = _run(stack.environ | OTHER_MODEL, "services.cli", "index", "rebuild")
        assert rebuilt.returncode == 0, rebuilt.stderr
        assert "started again with LOOKALIKE_MODEL=lite1" in rebuilt.stderr
        after = eventually(
            lambda: index if (index := _index(stack))["model"] != before else None, within_s=5, why=stack.log
        )
        assert after["items"] == 3
        answer = stack.client.post("/items", files={"image": picture(9)}, data={"title": "x"})
        assert (answer.status_code, "LOOKALIKE_MODEL" in answer.text) == (409, True)
    with running(tmp_path, settings=NO_CAMERA | OTHER_MODEL) as stack:
        assert found(stack, 2) == "item 2"
        assert _held(_index(stack)) == _held(after)


def add_three(stack: Stack) -> None:
    for seed in range(3):
        files = {"image": picture(seed)}
        assert stack.client.post("/items", files=files, data={"title": f"item {seed}"}).status_code == 201
    eventually(lambda: _index(stack).get("items") == 3, within_s=10, why=stack.log)


def found(stack: Stack, seed: int) -> str:
    """The title of the item that a picture finds."""
    eventually(lambda: _index(stack).get("items") == 3, within_s=10, why=stack.log)
    record = stack.client.post("/search", files={"image": picture(seed)}).json()
    return str(record["matches"][0]["title"])


def _index(stack: Stack) -> dict[str, Any]:
    return dict(stack.get("/healthz")["checks"]["index"])


def _held(index: dict[str, Any]) -> dict[str, Any]:
    """What an index holds, wherever that lies: a snapshot is its base, what was built is its delta."""
    knn = {name: index["knn"][name] for name in ("kind", "items", "vectors", "recall")}
    return {**index, "knn": knn, "cursor": 0}


def _run(environ: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", *(command or ["services.run"])]
    return subprocess.run(
        arguments, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=180, check=False
    )


def _refusal(tmp_path: Path, **settings: str) -> str:
    """The last line of a start with bad settings."""
    environ = {"LOOKALIKE_DATA_DIR": str(tmp_path / "data"), "LOOKALIKE_PORT": str(free_port())}
    done = _run(dict(os.environ) | environ | QUICK | settings)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = str(held.getsockname()[1])
        assert f"port {port} on 127.0.0.1 is in use" in _refusal(tmp_path, LOOKALIKE_PORT=port)


def test_an_unwritable_data_folder_is_said(tmp_path: Path) -> None:
    # A file in the way: root, who may run the tests, can write to any folder.
    (tmp_path / "file").write_text("")
    assert "can't be written" in _refusal(tmp_path, LOOKALIKE_DATA_DIR=str(tmp_path / "file" / "data"))


def test_a_broken_model_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    assert "broken.onnx" in _refusal(tmp_path, LOOKALIKE_MODEL=str(tmp_path / "broken.onnx"))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LOOKALIKE_POTR", "1", "did you mean LOOKALIKE_PORT"),
        ("LOOKALIKE_PORT", "http", "LOOKALIKE_PORT"),
        ("LOOKALIKE_HOST", "0.0.0.0", "LOOKALIKE_API_KEY is required"),
        ("LOOKALIKE_MODEL", "resnet", "lite0, lite1, lite2"),
        ("LOOKALIKE_MAX_FPS", "-1", "LOOKALIKE_MAX_FPS"),
        ("LOOKALIKE_MQTT_URL", "http://user:pa55@broker", "LOOKALIKE_MQTT_URL"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path, name: str, value: str, says: str) -> None:
    line = _refusal(tmp_path, **{name: value})

    assert says in line
    assert "pa55" not in line


def test_a_second_run_on_the_same_data_is_refused(empty: Stack) -> None:
    done = _run(empty.environ | {"LOOKALIKE_PORT": str(free_port())})

    assert done.returncode == 2
    assert "another `make run`" in done.stderr
