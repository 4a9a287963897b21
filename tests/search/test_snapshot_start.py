"""The search process starts from the snapshot that it wrote, at the latest when it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from services.adapters.sqlite_items import SqliteItems
from tests.fakes import make_item
from tests.servers import free_port, until
from tests.system.stack import ROOT


class SearchProcess:
    """A search over a data folder, without broker and Redis, which it does not wait for."""

    def __init__(self, data: Path, log: Path) -> None:
        self.log, self._port = log, free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
        own = {
            "LOOKALIKE_DATA_DIR": str(data),
            "LOOKALIKE_SEARCH_PORT": str(self._port),
            "LOOKALIKE_MQTT_URL": f"mqtt://127.0.0.1:{free_port()}",
            "LOOKALIKE_REDIS_URL": f"redis://127.0.0.1:{free_port()}",
        }
        with log.open("wb") as file:
            command = [sys.executable, "-m", "services.search"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=clean | own, stderr=file)

    def told(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = httpx.get(f"http://127.0.0.1:{self._port}/healthz", timeout=5).json()
        except httpx.TransportError:
            return {}
        return found

    def has(self, items: int) -> None:
        """Wait until it has read so many items."""
        until(
            lambda: self.told().get("items") == items,
            within_s=60,
            what=f"{items} items",
        )

    def end(self) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=60) in (0, -signal.SIGTERM)


@contextmanager
def searches(data: Path, folder: Path, count: int = 1) -> Iterator[list[SearchProcess]]:
    running = [SearchProcess(data, folder / f"log-{number}") for number in range(count)]
    try:
        yield running
    finally:
        for search in running:
            search.process.kill()
            search.process.wait()


def kept(data: Path) -> list[Path]:
    return [each for each in (data / "index").glob("[0-9]*") if each.is_dir()]


def test_a_search_starts_from_what_it_kept_and_several_share_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with closing(SqliteItems(data / "items.sqlite", writable=True)) as store:
        store.put_many([make_item(f"item-{number}") for number in range(50)])
        with searches(data, tmp_path) as (search,):
            search.has(50)
            until(lambda: kept(data), within_s=30)
            first = kept(data)
            store.put(make_item("later"))
            search.has(51)
            search.end()
            assert "snapshot of 51 items as of change 51" in search.log.read_text()
        assert len(kept(data)) == 1
        assert kept(data) != first
        with searches(data, tmp_path, 2) as both:
            for search in both:
                search.has(51)
                assert "index: 51 items as of change 51, from a snapshot" in search.log.read_text()
            store.put(make_item("latest"))
            for search in both:
                search.has(52)
            for search in both:
                search.process.terminate()
            for search in both:
                search.end()
                assert "Traceback" not in search.log.read_text()
        assert len(kept(data)) == 1
