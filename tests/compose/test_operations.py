"""The commands in docs/operations.md for backups, models and passwords."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.wire import from_iso
from tests.compose.project import HELPER, RUNNING, Project, project
from tests.system.pictures import picture
from tests.system.stack import eventually

API = ("exec", "-T", "api")
ARCHIVE = "/data/backup.zip"
FOLDERS = ("data", "secrets", "models")


@pytest.fixture(scope="module")
def other(images: float, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A second, empty system, as on another machine."""
    assert images
    with project(tmp_path_factory.mktemp("other"), settings={"LOOKALIKE_SAMPLES": "0"}) as made:
        yield made


@pytest.mark.usefixtures("samples")
def test_a_backup_is_restored_on_another_machine(stack: Project, other: Project, tmp_path: Path) -> None:
    answer = stack.post("/items", files={"image": picture(1)}, data={"title": "kept", "id": "kept"})
    assert answer.status_code == 201, answer.text
    file = tmp_path / "backup.zip"
    for _ in range(2):  # the second backup too
        stack.compose(*API, "lookalike", "items", "export", "--replace", ARCHIVE)
        stack.pipe(*API, "cat", ARCHIVE, target=file)
        stack.compose(*API, "rm", ARCHIVE)
    stack.compose(*API, "lookalike", "items", "delete", "kept")

    other.pipe(*API, "sh", "-c", f"cat >{ARCHIVE}", source=file)
    told = other.compose(*API, "lookalike", "items", "import", ARCHIVE)
    assert ", 0 refused" in told.stderr
    other.compose(*API, "rm", ARCHIVE)
    assert listed(other) == listed(stack) | {"kept"}
    assert other.client.get("/items/kept/image").content == picture(1)


def test_another_model_takes_over_with_two_commands(other: Project) -> None:
    eventually(lambda: other.newest().get("matches"), within_s=20, why=other.logs)
    leave(other, 3)
    before, model = listed(other), other.newest()["model"]
    rebuild = ("samples", "lookalike", "index", "rebuild")
    other.compose("run", "--rm", "-T", "-e", "LOOKALIKE_MODEL=fast", *rebuild)
    other.environ["LOOKALIKE_MODEL"] = "fast"  # as .env would set it
    other.compose("up", "-d")
    other.forget_containers()
    eventually(lambda: is_matched_by_another(other, model), within_s=30, why=other.logs)
    assert listed(other) == before


def test_a_model_that_was_set_too_early_is_told_and_mended(other: Project) -> None:
    before, model = listed(other), other.newest()["model"]
    del other.environ["LOOKALIKE_MODEL"]
    other.compose("up", "-d")
    other.forget_containers()
    told = "the catalogue was made with model"
    eventually(lambda: told in other.compose("logs", "api").stdout, within_s=20, why=other.logs)
    other.compose("stop", "api")
    other.compose("run", "--rm", "-T", "-e", "LOOKALIKE_API_URL=", "samples", "lookalike", "index", "rebuild")
    other.compose("up", "-d")
    eventually(lambda: is_matched_by_another(other, model), within_s=30, why=other.logs)
    assert listed(other) == before


def test_the_volumes_are_copied_whole(other: Project, tmp_path: Path) -> None:
    key, before = other.key, listed(other)
    file = tmp_path / "volumes.tgz"
    other.compose("stop")
    mounts = [part for name in FOLDERS for part in ("-v", f"{other.name}_{name}:/{name}")]
    helper = ["docker", "run", "--rm", "-i", *mounts, HELPER, "tar", "-C", "/"]
    other.piped([*helper, "-cz", *FOLDERS], target=file)

    other.compose("down", "-v")
    other.compose("run", "--rm", "-T", "samples", "true")
    other.piped([*helper, "-xz"], source=file)
    other.compose("up", "-d")
    other.forget_containers()
    eventually(lambda: other.newest().get("matches"), within_s=30, why=other.logs)
    assert listed(other) == before
    assert other.exec("api", "lookalike", "key").stdout.strip() == key


def test_key_and_camera_are_given_where_nobody_else_reads_them(other: Project) -> None:
    other.one_shot("key", given="a-key-of-mine\n")
    other.one_shot("source", given="test\n")
    other.environ["LOOKALIKE_SOURCE_FILE"] = "/secrets/edge/source"
    other.compose("up", "-d")
    other.compose("restart")
    other.forget_containers()
    eventually(lambda: "test" in str(camera(other).get("source")), within_s=30, why=other.logs)
    assert other.exec("api", "lookalike", "key").stdout == "a-key-of-mine\n"
    assert not [name for name in RUNNING if "a-key-of-mine" in str(other.state(name))]


def test_all_passwords_are_renewed(other: Project) -> None:
    read = ("cat", "/secrets/search/mqtt-url", "/secrets/search/redis-url")
    before = other.exec("search", *read).stdout
    other.one_shot("renew")
    other.compose("up", "-d")
    other.compose("restart")
    restarted_s = other.started_s("search")
    eventually(lambda: captured_s(other) > restarted_s, within_s=30, why=other.logs)
    after = other.exec("search", *read).stdout
    assert not set(passwords_in(before)) & set(passwords_in(after))
    headers = {"Authorization": "Bearer a-key-of-mine"}
    assert other.client.post("/items/undo", json={"undo": "x"}, headers=headers).status_code == 401


def leave(stack: Project, count: int) -> None:
    """Delete all items but `count`: a change of the model takes up to a second for each."""
    for item_id in sorted(listed(stack))[count:]:
        stack.client.delete(f"/items/{item_id}", headers=stack.authorization).raise_for_status()


def is_matched_by_another(stack: Project, model: str) -> bool:
    """Whether records with items come that are by another model."""
    record = stack.newest()
    return record.get("model") not in (None, model) and record["matches"] != []


def listed(stack: Project) -> set[str]:
    """The ids of all items."""
    return {item["id"] for item in stack.client.get("/items", params={"limit": 1000}).json()["items"]}


def camera(stack: Project) -> dict[str, Any]:
    """The page's state of the only camera, empty while the api does not answer."""
    with contextlib.suppress(httpx.HTTPError, KeyError, ValueError):
        for each in stack.client.get("/cameras").json()["cameras"]:
            return dict(each)
    return {}


def captured_s(stack: Project) -> float:
    """The capture time of the newest record's frame."""
    record = stack.newest()
    return from_iso(record["captured_at"]) if record else 0.0


def passwords_in(addresses: str) -> list[str]:
    """The passwords of two addresses."""
    found = re.findall(r":([^:@/]+)@", addresses)
    assert len(found) == 2
    return found
