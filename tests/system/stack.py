"""Runs the whole system as `make run` does, for tests and the bench."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from tests.pace import Deadline
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


class Stack:
    """One running copy of the system, with a data folder and a port of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str],
        command: list[str] | None = None,
        checkout: Path = ROOT,
    ) -> None:
        self.folder = folder
        self._checkout = checkout
        self.data = folder / "data"
        self.port = free_port()
        self.page = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.page, timeout=30)
        own = {
            "LOOKALIKE_DATA_DIR": str(self.data),
            "LOOKALIKE_PORT": str(self.port),
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
        self.environ = clean | own | dict(settings)
        self._command = command or [sys.executable, "-m", "services.run"]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, with_samples: bool = True) -> None:
        """Start the system and return when the page answers and, unless not wished, the samples are in."""
        began_s = time.time()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command, cwd=self._checkout, env=self.environ, stdout=log, stderr=log
            )
        run_json = self.data / "run.json"

        # A file that a killed run left does not count.
        def up() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.log()
            return run_json.exists() and run_json.stat().st_mtime >= began_s

        eventually(up, within_s=120, why=self.log)
        if with_samples and self.environ.get("LOOKALIKE_SAMPLES") != "0":
            self.wait_samples()

    def wait_samples(self) -> None:
        """Return when the samples are in the catalogue: the first start embeds them, eight views each."""
        eventually(lambda: list(self.data.glob("samples-loaded*")), within_s=600, why=self.log)

    def wait_loaded(self) -> None:
        """Return when the search has read the catalogue: the page answers a moment before."""
        eventually(lambda: self.get("/healthz")["checks"]["index"]["ok"], within_s=60, why=self.log)

    def wait_well(self) -> None:
        """Return when all is well; a failure is told for as long as its check took, also to a next page."""
        eventually(lambda: self.client.get("/healthz").status_code == 200, within_s=20, why=self.log)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the system and return its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(60)

    def log(self) -> str:
        """The log so far."""
        return (self.folder / "log").read_text(errors="replace")

    def address(self, name: str) -> str:
        """An address in run.json."""
        return str(json.loads((self.data / "run.json").read_text())[name])

    @property
    def broker(self) -> dict[str, Any]:
        """The broker's address and login, as paho's `publish` takes them."""
        parts = urlsplit(self.address("broker"))
        login = {"username": parts.username, "password": parts.password} if parts.username else None
        return {"hostname": parts.hostname, "port": parts.port, "auth": login}

    def get(self, path: str) -> Any:
        """The JSON answer of a GET."""
        return self.client.get(path).json()

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line on this system."""
        command = [sys.executable, "-m", "services.cli", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=300, check=False
        )

    def pids(self) -> dict[int, str]:
        """All live processes started for its data folder, with their commands."""
        mine = f"LOOKALIKE_DATA_DIR={self.data}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                # Redis writes its title over its environment, but works in a folder of the data.
                in_data = (folder / "cwd").readlink().is_relative_to(self.data)
                environ = (folder / "environ").read_bytes().split(b"\0")
                if in_data or mine in environ:
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if b"LOOKALIKE_SOURCE=mqtt" in environ:  # the second edge, for frames over MQTT
                        command = command.replace("-m edge", "frames")
                    if command:  # a zombie has none
                        found[int(folder.name)] = command
        return found

    def pid(self, part: str) -> int:
        """The process whose command contains `part`."""
        (pid,) = [pid for pid, command in self.pids().items() if part in command]
        return pid


@contextlib.contextmanager
def running(
    folder: Path,
    *,
    settings: Mapping[str, str],
    command: list[str] | None = None,
    data: Path | None = None,
    checkout: Path = ROOT,
    with_samples: bool = True,
) -> Iterator[Stack]:
    """A started stack, stopped in any case; it begins with a copy of `data`, an ended system's folder.

    Its samples are in the catalogue unless they are not waited for, or left out by LOOKALIKE_SAMPLES.
    The program is that of `checkout`, which a bench may compare with ours.
    """
    stack = Stack(folder, settings=settings, command=command, checkout=checkout)
    if data is not None:
        shutil.copytree(data, stack.data)
    try:
        stack.start(with_samples=with_samples)
        yield stack
    finally:
        if stack.process is not None and stack.process.poll() is None:
            stack.process.terminate()
            stack.process.wait(60)
        stack.client.close()


def eventually(probe: Callable[[], T | None], *, within_s: float, why: Callable[[], str] = str) -> T:
    """The first truthy value of `probe`; fails with `why` after `within_s`, later on a slow machine."""
    deadline = Deadline(within_s)
    while not deadline.is_over():
        with contextlib.suppress(httpx.HTTPError):
            if value := probe():
                return value
        time.sleep(0.05)
    raise AssertionError(f"not within {within_s:g} s; {why()}")


@contextlib.contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Stop these processes within the block."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def newest_records(stack: Stack, count: int) -> list[dict[str, Any]]:
    """The newest match records of the clip's camera, newest first, once there are `count`."""

    def found() -> list[dict[str, Any]] | None:
        records: list[dict[str, Any]] = stack.get(f"/matches?limit={count}&thing=cam-1")["records"]
        return records if len(records) == count else None

    return eventually(found, within_s=20, why=stack.log)
