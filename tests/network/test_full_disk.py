"""The whole system on a file system that is really full, which needs root to be mounted."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.pictures import picture
from tests.system.single import add
from tests.system.stack import Stack, eventually, running

SETTINGS = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    subprocess.run(command, check=True, timeout=10)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=10)


def fill(file: Path) -> None:
    """Take all that the file's disk has left."""
    with file.open("wb", buffering=0) as taken, contextlib.suppress(OSError):
        while True:
            taken.write(os.urandom(4096))


def test_a_full_disk_is_told_and_all_goes_on_when_there_is_room(small_disk: Path) -> None:
    with running(small_disk, settings=SETTINGS) as stack:
        stack.wait_loaded()
        add(stack, 1, id="first", title="First")
        filler = small_disk / "filler"
        fill(filler)

        def posted(item_id: str) -> int:
            data, files = {"id": item_id, "title": item_id}, {"image": ("a.jpg", picture(2))}
            answer = stack.client.post("/items", data=data, files=files)
            assert answer.status_code == 201 or "make room on its disk" in answer.json()["detail"]
            return answer.status_code

        def store_is_ok() -> bool:
            return bool(stack.get("/healthz")["checks"]["store"]["ok"])

        assert posted("second") == 507
        eventually(lambda: not store_is_ok(), within_s=15, why=stack.log)
        assert "is full" in told(stack) or "No space left" in told(stack)
        assert [item["id"] for item in stack.get("/items")["items"]] == ["first"]
        imported = stack.cli("items", "import", str(sample(small_disk)))
        assert (imported.returncode, "Traceback" in imported.stderr) == (1, False), imported.stderr
        assert "make room on its disk" in imported.stderr

        filler.unlink()
        assert posted("third") == 201
        eventually(store_is_ok, within_s=15, why=stack.log)
        assert not list(small_disk.rglob(".unfinished-*"))


def told(stack: Stack) -> str:
    return str(stack.get("/healthz")["checks"]["store"]["detail"])


def sample(small_disk: Path) -> Path:
    """A folder of one picture, beside the disk."""
    folder = small_disk.parent / "pictures"
    folder.mkdir()
    (folder / "mug.jpg").write_bytes(picture(3))
    return folder
