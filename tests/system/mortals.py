"""The processes that tests kill, and the clients that write meanwhile."""

from __future__ import annotations

import contextlib
import csv
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.edge.kit import write_clip, write_model
from tests.servers import Server, free_port, until
from tests.system.pictures import picture
from tests.system.stack import ROOT

ROWS = 60
# Of the camera processes; "" is a clip.
_SOURCES = {"edge": "", "frames": "mqtt"}


@dataclass
class Told:
    """Acknowledged changes: each item's title and its picture's seed, and the deleted ids."""

    kept: dict[str, tuple[str, int]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


class Client(threading.Thread):
    """Adds, changes and deletes items of its own, one after another; after a failure it leaves that item."""

    def __init__(self, page: str, number: int) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self._http = httpx.Client(base_url=page, timeout=30)
        self._number, self._going = number, threading.Event()
        self._idle = threading.Event()
        self.stopping = False
        self.told = Told()
        # The number of acknowledged changes.
        self.writes = 0

    def pause(self) -> None:
        """Return when no request is running."""
        self._going.clear()
        assert self._idle.wait(30)

    def resume(self) -> None:
        self._idle.clear()
        self._going.set()

    def run(self) -> None:
        for count in itertools.count():
            if not self._going.is_set():
                self._idle.set()
                self._going.wait()
            if self.stopping:
                self._http.close()
                return
            try:
                self._write(
                    f"client-{self._number}-{count:05}", seed=self._number * 100_000 + count, count=count
                )
            except httpx.HTTPError:
                time.sleep(0.05)  # the api is stopping or starting

    def _write(self, item_id: str, *, seed: int, count: int) -> None:
        data = {"id": item_id, "title": f"first {seed}"}
        if not self._http.post("/items", data=data, files={"image": picture(seed)}).is_success:
            time.sleep(0.02)  # the api is stopping or starting
            return
        self.told.kept[item_id] = data["title"], seed
        self.writes += 1
        if count % 3 == 0:
            # Until the answer arrives, either state is possible.
            first = self.told.kept.pop(item_id)
            if self._http.put(f"/items/{item_id}", json={"title": f"second {seed}"}).is_success:
                self.told.kept[item_id] = f"second {seed}", first[1]
                self.writes += 1
        elif count % 7 == 0:
            self.told.kept.pop(item_id)
            if self._http.delete(f"/items/{item_id}").is_success:
                self.told.deleted.add(item_id)
                self.writes += 1


class KillRig:
    """The api, two searches and an importer, each restarted after it was killed; for soaks all else too."""

    def __init__(self, folder: Path, redis: Server, broker: Server) -> None:
        self._servers = {"redis": redis, "broker": broker}
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir()
        ports = {name: free_port() for name in ("api", "search-1", "search-2")}
        self.page = f"http://127.0.0.1:{ports['api']}"
        self.searches = {name: f"http://127.0.0.1:{ports[name]}" for name in ("search-1", "search-2")}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
        self._environ = clean | {
            "LOOKALIKE_DATA_DIR": str(self.data),
            "LOOKALIKE_MODEL": str(write_model(folder / "means.onnx")),
            "LOOKALIKE_PORT": str(ports["api"]),
            "LOOKALIKE_REDIS_URL": redis.url,
            "LOOKALIKE_MQTT_URL": broker.url,
            "LOOKALIKE_SEARCH_URL": self.searches["search-1"],
        }
        (self.data / "run.json").write_text(json.dumps({"page": self.page}))
        self._ports = ports
        self.http = httpx.Client(timeout=30)
        self._clip = write_clip(folder / "clip.mp4")
        self._log = (folder / "log").open("ab")
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.imported = Told()
        self._imports = 0
        self._csv = self._next_csv()

    def start(self, name: str) -> None:
        if name in self._servers:
            self._servers[name].start()
            return
        if name == "importer":
            arguments = ["services.cli", "items", "import", str(self._csv)]
        else:
            arguments = ["edge" if name in _SOURCES else f"services.{name.split('-')[0]}"]
        environ = self._environ | {"LOOKALIKE_SEARCH_PORT": str(self._ports.get(name, 0) or free_port())}
        if name in _SOURCES:
            environ["LOOKALIKE_SOURCE"] = _SOURCES[name] or str(self._clip)
        command = [sys.executable, "-m", *arguments]
        self.running[name] = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=self._log, stderr=self._log
        )

    def kill(self, name: str) -> None:
        """Kill a process and restart it; an importer's journal counts as acknowledged."""
        if name in self._servers:
            self._servers[name].kill()
            self.start(name)
            return
        process = self.running[name]
        process.kill()
        process.wait()
        if name == "importer":
            self._read_journal(complete=process.returncode == 0)
        self.start(name)

    def up(self, name: str) -> bool:
        """Whether it works; an importer that has ended by itself is waiting for its next import."""
        if name in self._servers:
            return True
        if name in _SOURCES:
            return self.running[name].poll() is None
        if name == "importer":
            if self.running[name].poll() is not None:
                self._read_journal(complete=self.running[name].returncode == 0)
                self.start(name)
            return True
        with contextlib.suppress(httpx.HTTPError):
            if name == "api":
                # Any answer will do, whatever it says of the killed search.
                return self.http.get(f"{self.page}/healthz").status_code in (200, 503)
            return self.http.get(f"{self.searches[name]}/healthz").status_code == 200
        return False

    def finish_import(self) -> None:
        """Let the importer end; one that a dying api refuses is started again, as a person would."""
        until(self._import_done, within_s=120, what="the end of the import")

    def _import_done(self) -> bool:
        code = self.running["importer"].poll()
        if code is not None and code != 0:
            self.start("importer")
        if code == 0:
            self._read_journal(complete=True)
        return code == 0

    def _read_journal(self, *, complete: bool) -> None:
        with self._csv.open(newline="") as file:
            rows = {row["id"]: row["title"] for row in csv.DictReader(file)}
        if complete:
            acknowledged = set(rows)
            self._csv = self._next_csv()
        else:
            journals = list((self.data / "imports").glob("*.journal"))
            lines = [line for journal in journals for line in journal.read_text().split("\n")[:-1] if line]
            acknowledged = {json.loads(line)["item"] for line in lines} & set(rows)
        self.imported.kept |= {each: (rows[each], int(each.rpartition("-")[2])) for each in acknowledged}

    def _next_csv(self) -> Path:
        """A file of items that were not imported before."""
        self._imports += 1
        base = 10_000_000 * self._imports
        folder = self.folder / f"import-{self._imports}"
        folder.mkdir()
        with (folder / "items.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "title", "image"])
            for seed in range(base, base + ROWS):
                (folder / f"{seed}.jpg").write_bytes(picture(seed))
                writer.writerow([f"row-{seed}", f"row {seed}", f"{seed}.jpg"])
        return folder / "items.csv"

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()
        self._log.close()
        self.http.close()
