"""Logs as JSON: every line on stdout is one object, whichever library wrote it, without passwords."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from common.wire import from_iso
from tests.system.stack import ROOT

START = "from common.logs import configure_logs\nconfigure_logs('INFO', process='p', form='json')\n"
TALK = """
import logging, sys, threading, warnings
logging.getLogger("uvicorn.error").info("one\\ntwo %s \\u2028 \\ud800", "ä")
logging.getLogger("x").debug("not wanted")
warnings.warn("old")
def fall():
    raise ValueError("rtsp://user:pa55@camera/1")
threading.Thread(target=fall, name="falling").start()
threading.Thread(target=sys.exit).start()
fall()
"""


def lines_of(*arguments: str, code: int, **environ: str) -> Sequence[dict[str, Any]]:
    """A Python process's lines on stdout, each parsed from JSON; stderr must be empty."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (code, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_whatever_is_said_is_one_object_a_line() -> None:
    said, warned, *fell = lines_of("-c", START + TALK, code=1, LC_ALL="C")
    assert {**said, "time": ""} == {
        "time": "",
        "level": "INFO",
        "process": "p",
        "message": "one\ntwo ä \u2028 \ud800",
    }
    assert from_iso(said["time"]) > 1.7e9
    assert (warned["level"], "UserWarning: old" in warned["message"]) == ("WARNING", True)
    assert sorted(each["message"] for each in fell) == [
        "ended by an exception",
        "the thread falling was ended by an exception",
    ]
    for each in fell:
        assert each["level"] == "CRITICAL"
        assert each["exception"].startswith("Traceback")
        assert each["exception"].splitlines()[-1].startswith("ValueError: rtsp://")
        assert "pa55" not in each["exception"]


@pytest.mark.parametrize(
    ("module", "process", "says"),
    [
        ("services.api", "api", "LOOKALIKE_THREADS: "),
        ("services.search", "search", "LOOKALIKE_THREADS: "),
        ("services.run", "run", "LOOKALIKE_THREADS: "),
        ("edge", "edge", "LOOKALIKE_THREADS: "),
    ],
)
def test_a_refused_setting_is_said_in_the_same_form(module: str, process: str, says: str) -> None:
    environ = {"LOOKALIKE_LOG_FORMAT": "JSON", "LOOKALIKE_THREADS": "many"}
    (line,) = lines_of("-m", module, code=2, **environ)
    assert (line["level"], line["process"]) == ("ERROR", process)
    assert line["message"].startswith(says)


def test_the_command_line_stays_text_for_people() -> None:
    environ = {"LOOKALIKE_LOG_FORMAT": "json", "LOOKALIKE_THREADS": "many"}
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "items", "list"],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: LOOKALIKE_THREADS: ")
