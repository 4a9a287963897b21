"""A start that has to wait says at once for what, and why, without a password."""

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from services.run.waiting import SAY_AGAIN_S, Waiting, place_of, trouble_of
from tests.servers import free_port
from tests.system.stack import ROOT


def test_a_server_that_is_not_there_is_named_with_the_reason(tmp_path: Path) -> None:
    port = free_port()
    for scheme, login in (("redis", ":sesame@"), ("mqtt", "me:sesame@"), ("rediss", "")):
        address = f"{scheme}://{login}127.0.0.1:{port}"
        assert (place_of(address), trouble_of(address)) == (f"127.0.0.1:{port}", "nothing listens there")
    gone = f"unix://:sesame@{tmp_path}/redis.sock?db=1"
    assert (place_of(gone), trouble_of(gone)) == (f"{tmp_path}/redis.sock", "No such file or directory")
    assert trouble_of("redis://no-such-host.invalid") == "no such host"
    assert (place_of("redis://cache"), place_of("mqtts://broker")) == ("cache:6379", "broker:8883")


def test_a_server_that_listens_is_no_trouble(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(tmp_path / "redis.sock"))
        local.listen()
        assert trouble_of(f"redis://127.0.0.1:{server.getsockname()[1]}") is None
        assert trouble_of(f"unix://{tmp_path}/redis.sock") is None


def test_the_reason_is_said_at_once_when_it_changes_and_now_and_then(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    now_s = [0.0]
    given, own = (
        Waiting(what, quiet_s=quiet_s, clock=lambda: now_s[0]) for what, quiet_s in (("A", 0), ("B", 3))
    )
    for seconds in (0.0, 1.0, 2.0, 4.0, SAY_AGAIN_S):
        now_s[0] = seconds
        given.say("no such host" if seconds == 2.0 else "nothing listens there")
        own.say("nothing listens there")
    told = [record.getMessage().removeprefix("waiting for ") for record in caplog.records]
    assert [each for each in told if each.startswith("A")] == [
        "A: nothing listens there",
        "A: no such host",
        "A: nothing listens there",
    ]
    assert [each for each in told if each.startswith("B")] == ["B: nothing listens there"]
    levels = {(record.getMessage()[12], record.levelno) for record in caplog.records}
    assert levels == {("A", logging.WARNING), ("B", logging.INFO)}


def test_make_run_says_at_once_that_redis_is_not_there(tmp_path: Path) -> None:
    port, page = free_port(), free_port()
    own = {
        "LOOKALIKE_REDIS_URL": f"redis://:sesame@127.0.0.1:{port}",
        "LOOKALIKE_DATA_DIR": str(tmp_path),
        "LOOKALIKE_PORT": str(page),
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
    with subprocess.Popen(
        [sys.executable, "-m", "services.run"], cwd=ROOT, env=clean | own, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.terminate()
        rest = process.stderr.read()
    assert f"Redis at 127.0.0.1:{port} can't be reached yet: nothing listens there" in first
    assert "sesame" not in first + rest
