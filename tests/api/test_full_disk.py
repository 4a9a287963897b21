"""A full disk under a running system: 507 in words, health says so, nothing is lost, and it goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.full_disk import full
from tests.system.pictures import picture
from tests.system.single import add
from tests.system.stack import Stack, eventually


def pid_of_api(stack: Stack) -> int:
    """The process that serves the page: the one of this data folder that runs services.api."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, environ = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:  # it has ended, or is another user's
            continue
        is_ours = f"LOOKALIKE_DATA_DIR={stack.data}\0".encode() in environ
        if is_ours and b"services.api" in command and int(folder.name) != os.getpid():
            return int(folder.name)
    raise AssertionError("no process serves the page")


def store_check(stack: Stack) -> dict[str, Any]:
    check: dict[str, Any] = stack.get("/healthz")["checks"]["store"]
    return check


def check_full(answer: httpx.Response) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["title"]) == (507, "Insufficient Storage"), answer.text
    assert "make room on its disk, and it goes on by itself" in problem["detail"]


@pytest.mark.usefixtures("bowl")
def test_a_full_disk_is_told_and_nothing_is_lost(empty: Stack) -> None:
    archive = empty.client.get("/items/archive").content
    with full(pid_of_api(empty)):
        check_full(
            empty.client.post(
                "/items", data={"id": "new", "title": "New"}, files={"image": ("a.jpg", picture(301))}
            )
        )
        check_full(empty.client.put("/items/bowl 1", json={"title": "A full bowl"}))
        check_full(empty.client.post("/items/archive", content=archive))
        eventually(lambda: not store_check(empty)["ok"], within_s=15, why=empty.log)
        assert "make room" in store_check(empty)["detail"]
        assert empty.get("/items/bowl 1")["title"] == "A bowl"
    eventually(lambda: store_check(empty)["ok"], within_s=15, why=empty.log)
    assert empty.client.get("/items/new").status_code == 404
    assert not list(empty.data.rglob(".unfinished-*"))
    add(empty, 301, id="new", title="New")
    empty.client.delete("/items/new")
