"""The start of a search from a snapshot of many items: `python -m bench.snapshot_start FOLDER`.

The folder, which needs about 3.5 KB an item and view, is made at the first run: an item store, a snapshot of
all items with an index of means, and changes of one item in a hundred since. Then the search process is
started on it, without broker and Redis, and killed once it has checked the snapshot. Seconds are counted
from the command; with `--cold` nothing of the folder is in the kernel's cache of files before.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.index.made_catalogue import DIM
from bench.processes import cpu_s
from bench.snapshot_start.made import make
from common.wire import unit
from services.adapters.sqlite_items import SqliteItems
from tests.servers import free_port

_CHECKED = "has been checked"
_WITHIN_S = 600.0


def main() -> None:
    """Print, run by run, the seconds to the first answer, to the last change and to the end of the check."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--views", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cold", action="store_true")
    asked = parser.parse_args()
    if not (asked.folder / "items.sqlite").exists():
        asked.folder.mkdir(parents=True, exist_ok=True)
        make(asked.folder, asked.items, asked.views, asked.items // 100)
    for _ in range(asked.runs):
        if asked.cold:
            _forget(asked.folder)
        with tempfile.NamedTemporaryFile() as log:
            _start(asked.folder, Path(log.name))


def _forget(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _start(folder: Path, log: Path) -> None:
    port = free_port()
    own = {
        "LOOKALIKE_DATA_DIR": str(folder),
        "LOOKALIKE_SEARCH_PORT": str(port),
        "LOOKALIKE_MQTT_URL": f"mqtt://127.0.0.1:{free_port()}",
        "LOOKALIKE_REDIS_URL": f"redis://127.0.0.1:{free_port()}",
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
    began_s = time.monotonic()
    with log.open("wb") as file:
        search = subprocess.Popen([sys.executable, "-m", "services.search"], env=clean | own, stderr=file)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            head = _head(folder)
            _until(lambda: _answers(client), search)
            answered_s, spent_s = time.monotonic() - began_s, cpu_s(search.pid)
            state = _until(lambda: _caught_up(client, head), search)
            caught_s = time.monotonic() - began_s
            _until(lambda: _CHECKED in log.read_text(encoding="utf-8"), search)
            checked_s = time.monotonic() - began_s
    finally:
        search.kill()
        search.wait()
    print(
        f"{state['items']:,} items, an index of the kind {state['knn']['kind']!r}: the first answer "
        f"after {answered_s:.2f} s ({spent_s:.2f} s of CPU time); all changes are in after "
        f"{caught_s:.2f} s; the large files are checked after {checked_s:.1f} s",
        flush=True,
    )


def _head(folder: Path) -> int:
    with closing(SqliteItems(folder / "items.sqlite", writable=False)) as store:
        return store.head()


def _answers(client: httpx.Client) -> bool:
    vector = unit(np.random.default_rng(5).standard_normal((1, DIM), np.float32))
    try:
        told = client.post("/invocations", json={"instances": [{"features": vector[0].tolist()}]})
    except httpx.TransportError:
        return False
    return told.status_code == 200 and bool(told.json()["predictions"])


def _caught_up(client: httpx.Client, head: int) -> dict[str, Any] | None:
    state: dict[str, Any] = client.get("/healthz").json()
    return state if state["cursor"] == head else None


def _until(found: Callable[[], Any], search: subprocess.Popen[bytes]) -> Any:
    """What is found at last."""
    ends_s = time.monotonic() + _WITHIN_S
    while time.monotonic() < ends_s and search.poll() is None:
        if (value := found()) is not None and value is not False:
            return value
        time.sleep(0.02)
    raise SystemExit("the search gives no answer")


if __name__ == "__main__":
    main()
