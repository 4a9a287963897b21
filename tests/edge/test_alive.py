"""The edge's health check: whether its loop turns, with a camera, without one, and without a broker."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.process.alive_file import trouble
from tests.edge.kit import run_edge, write_clip
from tests.servers import free_port, until


def check(path: Path | None, within_s: str = "15") -> tuple[int, str]:
    """The check's answer, run as a container does."""
    environ = {} if path is None else {"LOOKALIKE_ALIVE_FILE": str(path)}
    done = subprocess.run(
        [sys.executable, "-m", "edge.alive", "--within", within_s],
        env=environ, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.mark.parametrize("source", ["clip", "none", "mqtt"])
def test_an_edge_is_alive_as_long_as_its_loop_turns(tmp_path: Path, model: Path, source: str) -> None:
    path = tmp_path / "alive"
    with run_edge(
        tmp_path / "log",
        source=str(write_clip(tmp_path / "clip.mp4")) if source == "clip" else source,
        mqtt_url=f"mqtt://127.0.0.1:{free_port()}",
        model=str(model),
        alive_file=str(path),
    ) as edge:
        until(path.exists, what="the first turn")
        assert check(path) == (0, "")
        first_s = path.stat().st_mtime
        until(lambda: path.stat().st_mtime > first_s, what="another turn")
        edge.process.send_signal(signal.SIGSTOP)
        until(lambda: trouble(path, within_s=1) is not None, what="that it hangs")
        code, told = check(path, "1")
        edge.process.send_signal(signal.SIGCONT)
        assert (code, "error: the loop has not turned for " in told) == (1, True)
        until(lambda: trouble(path, within_s=1) is None, what="that it turns again")
        assert edge.terminate()[0] == 0


def test_without_a_file_it_is_not_alive_and_without_a_setting_it_says_so(tmp_path: Path) -> None:
    code, told = check(tmp_path / "none")
    assert (code, f"{tmp_path / 'none'} can't be read" in told) == (1, True)
    assert check(None) == (
        2,
        "error: LOOKALIKE_ALIVE_FILE is not set; expected the file that the edge touches\n",
    )


def test_a_time_of_another_clock_is_no_sign_of_life(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    path.touch()
    for off_s in (-100, 100):
        os.utime(path, (time.time() + off_s,) * 2)
        assert trouble(path, within_s=15) is not None


def test_a_file_that_cannot_be_written_is_said_once_and_ends_nothing(tmp_path: Path, model: Path) -> None:
    with run_edge(
        tmp_path / "log",
        source="none",
        mqtt_url=f"mqtt://127.0.0.1:{free_port()}",
        model=str(model),
        alive_file=str(tmp_path / "none" / "alive"),
    ) as edge:
        until(lambda: "LOOKALIKE_ALIVE_FILE: " in edge.log, what="the complaint")
        assert "can't be written: No such file or directory" in edge.log
        assert edge.terminate()[0] == 0
