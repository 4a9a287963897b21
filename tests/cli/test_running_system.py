"""The system that the command line finds: that of the data folder's run.json, while it runs."""

import fcntl
import json
from pathlib import Path

import pytest

from services.bootstrap.settings import CliSettings
from services.cli.running_system import run_json

ADDRESSES = {"page": "http://127.0.0.1:1", "broker": "", "redis": "", "search": ""}


@pytest.fixture
def settings(tmp_path: Path) -> CliSettings:
    (tmp_path / "run.json").write_text(json.dumps(ADDRESSES))
    return CliSettings(data_dir=tmp_path, api_url="")


def test_a_run_that_holds_its_lock_is_found(settings: CliSettings) -> None:
    with (settings.data_dir / "run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run_json(settings) == ADDRESSES


def test_what_a_killed_run_left_is_none(settings: CliSettings) -> None:
    (settings.data_dir / "run.lock").touch()
    assert run_json(settings) is None
