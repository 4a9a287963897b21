"""Errors in an emulated program, or before it starts: exit code and text."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.edge.deeplens.emulation import emulate, write
from tests.edge.kit import MqttListener


@pytest.fixture
def settings(broker_port: int, model: Path) -> dict[str, str]:
    return {"mqtt_url": f"mqtt://127.0.0.1:{broker_port}", "source": "none", "model": str(model)}


@pytest.mark.parametrize("statement", ["", "print 'Python 2'"])
def test_an_exception_is_shown_as_python_shows_it(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener, statement: str
) -> None:
    # A program that ends before it is connected can send no status.
    connected = tmp_path / "connected"
    wait = f"import os, time; [time.sleep(0.01) for _ in iter(lambda: os.path.exists('{connected}'), True)]"
    file = write(
        tmp_path,
        f"def fail(camera):\n    raise KeyError(camera)\n{wait}; {statement}\nfail('rtsp://u:secret@host')\n",
    )
    with ThreadPoolExecutor(1) as aside:
        running = aside.submit(emulate, file, **settings)
        listener.wait_state("no_camera")
        connected.touch()
        ended = running.result()
    assert ended.code == 1
    shown = [line for line in ended.stderr.splitlines() if " INFO " not in line]
    assert shown == [
        "Traceback (most recent call last):",
        f'  File "{file}", line 4, in <module>',
        "    fail('rtsp://***@host')",
        f'  File "{file}", line 2, in fail',
        "    raise KeyError(camera)",
        "KeyError: 'rtsp://***@host'",
    ]
    assert listener.wait_state("offline")["reason"] == "program.py ended with exit code 1"


@pytest.mark.parametrize(
    ("text", "code", "stderr"),
    [
        ("import sys\nsys.exit(3)\n", 3, ""),
        ("import sys\nsys.exit('no more cups')\n", 1, "no more cups"),
        ("exit()\n", 0, ""),
        ("import threading\nthreading.Thread(target=lambda: 1 / 0).start()\n", 1, "ZeroDivisionError"),
        ("import awscam\nawscam.Model('missing.onnx', {})\n", 1, "missing.onnx does not exist"),
        ("import awscam\nawscam.getLastFrame(3)\n", 1, "TypeError"),
    ],
)
def test_the_exit_code_is_the_programs(
    tmp_path: Path, settings: dict[str, str], text: str, code: int, stderr: str
) -> None:
    ended = emulate(write(tmp_path, text), **settings)
    assert ended.code == code, ended.stderr
    assert stderr in ended.stderr


@pytest.mark.parametrize(
    ("text", "changed", "expected"),
    [
        ("", {"max_fps": "0"}, "LOOKALIKE_MAX_FPS: input should be greater than 0; got '0'"),
        ("", {"model": "lite9"}, "LOOKALIKE_MODEL: unknown model 'lite9'; expected fast, "),
        ("x = 1\nif x\n    y\n", {}, "program.py:2: expected ':'; expected a program in Python 3 or 2"),
        ("print 'a'\nif x\n    y\n", {}, "program.py:2: neither Python 3 nor Python 2; expected a program"),
        (None, {}, "program.py: No such file or directory; expected the file of a DeepLens program"),
    ],
)
def test_what_is_wrong_before_the_program_is_one_line(
    tmp_path: Path, settings: dict[str, str], text: str | None, changed: dict[str, str], expected: str
) -> None:
    file = tmp_path / "program.py" if text is None else write(tmp_path, text)
    ended = emulate(file, **settings | changed)
    assert ended.code == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: ")
    assert expected in line


def test_a_file_that_is_no_text_is_refused(tmp_path: Path, settings: dict[str, str]) -> None:
    file = tmp_path / "program.py"
    file.write_bytes(b"x = 1\ny = 2\nz = '\xff'\n")
    ended = emulate(file, **settings)
    assert (ended.code, ended.stderr.count("\n")) == (2, 1)
    assert "program.py:3: no text: invalid start byte" in ended.stderr


@pytest.mark.parametrize("frames", ["0", "-1", "many"])
def test_a_number_of_frames_is_one_or_more(tmp_path: Path, settings: dict[str, str], frames: str) -> None:
    ended = emulate(write(tmp_path, ""), f"--frames={frames}", **settings)
    assert ended.code == 2
    assert f"'{frames}' is no number of frames; expected 1 or more" in ended.stderr
