"""A system with many items, whose search is killed, started again and lets a test control its reading."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import numpy as np

from common.wire import Vectors, unit
from models.files import fingerprint
from services.adapters.file_pictures import FilePictures
from services.adapters.sqlite_items import SqliteItems
from services.core.domain import Item
from tests.edge.kit import write_model
from tests.servers import until
from tests.system.pictures import picture
from tests.system.stack import ROOT, Stack, eventually, stopped

MANY = 10_000
# Pause between the pages of items: long for what a test looks at, but a reader gives up after waiting 10 s.
EVERY_S = 5.0
# The title of the one item that `SEEN` shows; no other is near it.
TITLE = "A red kettle"
SEEN: Vectors = unit(np.array([[1.0, 0.0, 0.0, 0.2]], np.float32))


def stored(folder: Path) -> tuple[Path, dict[str, str]]:
    """A data folder with MANY items, each with the same picture, and its settings."""
    model = write_model(folder / "means.onnx")
    data = folder / "stored"
    data.mkdir()
    key = FilePictures(data / "pictures").put(picture(1), suffix=".jpg")
    numbers = np.random.default_rng(3).standard_normal((MANY, 4), np.float32)
    numbers[:, 0] = -abs(numbers[:, 0]) - 0.1
    vectors = unit(numbers)
    vectors[0] = SEEN
    name = fingerprint(model.read_bytes())
    store = SqliteItems(data / "items.sqlite", writable=True)
    try:
        store.put_many(
            [
                Item(f"item-{number:05}", TITLE if number == 0 else f"No. {number}", key, name, vector[None])
                for number, vector in enumerate(vectors)
            ]
        )
    finally:
        store.close()
    settings = {"LOOKALIKE_MODEL": str(model), "LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none"}
    return data, settings


class StoreGate:
    """Lets no other process read a SQLite file while it is closed; a reader gets an error after 10 s.

    It holds the locks under which a reader of a file in WAL mode reads: walformat.html, "WAL_READ_LOCK".
    """

    def __init__(self, store: Path) -> None:
        # An open connection keeps the file's locks where they are.
        self._keeping = sqlite3.connect(store, isolation_level=None)
        self._keeping.execute("SELECT count(*) FROM items").fetchall()
        self._locks = store.with_name(store.name + "-shm").open("ab")

    def close(self) -> None:
        fcntl.lockf(self._locks, fcntl.LOCK_EX, 5, 123)

    def open(self) -> None:
        fcntl.lockf(self._locks, fcntl.LOCK_UN, 5, 123)

    def forget(self) -> None:
        self._locks.close()
        self._keeping.close()


class RestartedSearch:
    """A search in place of the stack's own, with a copy of the item store, which is missing at first."""

    def __init__(self, stack: Stack, store: Path, environ: dict[str, str]) -> None:
        self._store, self._own = store, stack.folder / "own" / "items.sqlite"
        self._address = stack.address("search")
        self._gate: StoreGate | None = None
        self._hurrying, self._doling = threading.Event(), cast(threading.Thread | None, None)
        environ = environ | {"LOOKALIKE_STORE": f"sqlite:///{self._own}", "LOOKALIKE_SNAPSHOT_S": "0"}
        with (stack.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "services.search"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)

    def loading(self) -> dict[str, int | None] | None:
        """Its loading progress, from its health; None when it is ready."""
        found: dict[str, int | None] | None = httpx.get(f"{self._address}/ping", timeout=20).json()["loading"]
        return found

    def let_read_slowly(self) -> None:
        """Give it the store; return when some of it was read, and the rest follows bit by bit."""
        coming = self._own.parent.with_name("coming")
        coming.mkdir()
        shutil.copy(self._store, coming)
        self._gate = StoreGate(coming / self._own.name)
        self._gate.close()
        coming.rename(self._own.parent)
        self._doling = threading.Thread(target=self._dole_out)
        self._doling.start()
        eventually(lambda: (self.loading() or {}).get("read"), within_s=60, why=lambda: f"{self.loading()}")

    def _dole_out(self) -> None:
        assert self._gate is not None
        while (before := self.loading()) is not None:
            if self._hurrying.wait(EVERY_S if before["read"] else 0):
                break
            self._gate.open()
            until(lambda before=before: self.loading() != before or self._hurrying.is_set())  # type: ignore[misc]
            self._gate.close()
        self._gate.open()

    def let_read_all(self) -> None:
        """Let it read the rest at once."""
        self._hurrying.set()
        if self._doling is not None:
            self._doling.join()

    def end(self) -> None:
        self.let_read_all()
        self._process.kill()
        self._process.wait()
        if self._gate is not None:
            self._gate.forget()
            shutil.rmtree(self._own.parent)


@contextlib.contextmanager
def restarted_search(stack: Stack, store: Path) -> Iterator[RestartedSearch]:
    """The stack's search, killed and restarted by the test, unnoticed by its supervisor.

    It reads a copy of `store`, a file that is not open. Afterwards the stack's own runs again.
    """
    pid = stack.pid("services.search")
    environ = dict(
        part.split("=", 1) for part in Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in part
    )
    assert stack.process is not None
    with stopped(stack.process.pid):
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: pid not in stack.pids(), within_s=10)
        search = RestartedSearch(stack, store, environ)
        try:
            eventually(search.loading, within_s=60, why=stack.log)
            yield search
        finally:
            search.end()
    eventually(lambda: stack.get("/healthz")["checks"]["index"]["ok"], within_s=60, why=stack.log)
