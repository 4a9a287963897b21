"""A project of docker-compose.yml, with its own name and ports."""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import os
import re
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.servers import free_port
from tests.system.stack import ROOT

# Services that run as long as the system does.
RUNNING = ("broker", "redis", "search", "api", "edge", "frames")
HELPER = "python:3.11-slim-bookworm"


class Project:
    """A project's `docker compose` commands."""

    def __init__(self, folder: Path, *, files: Sequence[str] = (), env_file: Path | None = None) -> None:
        self.name = f"lookalike-test-{uuid.uuid4().hex[:8]}"
        self.port, self.broker_port = free_port(), free_port()
        self.page = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.page, timeout=10)
        self._containers: dict[str, str] = {}
        # Otherwise a developer's own file `.env` would count.
        empty = folder / "empty.env"
        empty.touch()
        self.files = ("docker-compose.yml", *files)
        self._command = [*_compose(), "--env-file", str(env_file or empty), "-p", self.name]
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("LOOKALIKE_", "COMPOSE_", "AWS_"))
        }
        self.environ = clean | {"LOOKALIKE_PORT": str(self.port), "BROKER_PORT": str(self.broker_port)}

    def compose(
        self, *arguments: str, check: bool = True, given: str = "", files: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of Compose with this standard input, by default with the project's own files."""
        command = [*self._command, *self._named(files), *arguments]
        return run(command, environ=self.environ, check=check, given=given)

    def _named(self, files: Sequence[str] = ()) -> list[str]:
        return [part for file in files or self.files for part in ("-f", str(ROOT / file))]

    def exec(self, service: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in a running container; Compose itself would take a second longer."""
        return run(["docker", "exec", self.container(service), *command], check=check)

    def one_shot(self, *arguments: str, given: str = "") -> str:
        """The output of a new container of `init`."""
        return self.compose("run", "--rm", "-T", "init", *arguments, given=given).stdout

    def pipe(self, *arguments: str, source: Path | None = None, target: Path | None = None) -> None:
        """Run a command of Compose that reads a file, or writes one."""
        self.piped([*self._command, *self._named(), *arguments], source=source, target=target)

    def piped(
        self, command: Sequence[str], *, source: Path | None = None, target: Path | None = None
    ) -> None:
        """Run any command with its input and output redirected, as a shell does with < and >."""
        with (
            (source or Path(os.devnull)).open("rb") as given,
            (target or Path(os.devnull)).open("wb") as taken,
        ):
            subprocess.run(
                command, cwd=ROOT, env=self.environ, stdin=given, stdout=taken, timeout=300, check=True
            )

    def reload_users(self) -> None:
        """Make the broker read its users; the engine's own signal would count as a wish to stop it."""
        self.compose("exec", "-T", "broker", "sh", "-c", "kill -HUP 1")

    @functools.cached_property
    def key(self) -> str:
        """The API key."""
        return self.exec("api", "lookalike", "key").stdout.strip()

    @property
    def authorization(self) -> dict[str, str]:
        """The header that a write needs."""
        return {"Authorization": f"Bearer {self.key}"}

    def post(self, path: str, **options: Any) -> httpx.Response:
        """Write, with the key."""
        return self.client.post(path, headers=self.authorization, **options)

    def newest(self, thing: str = "cam-1") -> dict[str, Any]:
        """A camera's newest record, empty if there is none or the api does not answer."""
        with contextlib.suppress(httpx.HTTPError, ValueError, KeyError):
            for record in self.client.get("/matches", params={"thing": thing, "limit": 1}).json()["records"]:
                return dict(record)
        return {}

    def container(self, service: str) -> str:
        """The id of a service's container, whether it runs or not."""
        if service not in self._containers:
            labels = f"project={self.name}", f"service={service}"
            filters = [part for label in labels for part in ("--filter", f"label=com.docker.compose.{label}")]
            (self._containers[service],) = docker("ps", "-aq", *filters).split()
        return self._containers[service]

    def forget_containers(self) -> None:
        """Look up the containers again: Compose has made others."""
        self._containers.clear()

    def state(self, service: str) -> dict[str, Any]:
        """The engine's state of a container."""
        (found,) = json.loads(docker("inspect", self.container(service)))
        return dict(found)

    def started_s(self, service: str) -> float:
        """The start time of its container."""
        return when_s(self.state(service)["State"]["StartedAt"])

    def kill(self, service: str) -> None:
        """Kill a container as a crash would: killed by the engine it would stay down, as if wished."""
        pid = self.state(service)["State"]["Pid"]
        kill = ("sh", "-c", f"kill -9 {pid}")
        docker("run", "--rm", "--pid=host", "--network=none", "--user=0", HELPER, *kill)

    def logs(self) -> str:
        """The end of all containers' logs, for a failed test."""
        return self.compose("logs", "--no-color", "--tail=20", check=False).stdout[-12_000:]


def when_s(told: str) -> float:
    """A moment as the engine writes it, in Unix seconds."""
    whole, _, rest = told.partition(".")
    fraction = re.match(r"\d*", rest)
    moment = datetime.datetime.fromisoformat(whole.removesuffix("Z")).replace(tzinfo=datetime.UTC)
    return moment.timestamp() + float(f"0.{fraction.group() if fraction else ''}0")


def docker(*arguments: str) -> str:
    """The output of a Docker command."""
    return run(["docker", *arguments]).stdout


def run(
    command: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    check: bool = True,
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a command on this machine; it must succeed unless `check` is False."""
    done = subprocess.run(
        command, cwd=ROOT, env=environ, input=given, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0 or not check, f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done


@functools.cache
def _compose() -> tuple[str, ...]:
    v2 = subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
    return ("docker", "compose") if v2 else ("docker-compose",)


@contextlib.contextmanager
def project(
    folder: Path,
    *,
    settings: Mapping[str, str],
    files: Sequence[str] = (),
    env_file: Path | None = None,
    profiles: str = "",
) -> Iterator[Project]:
    """A running project, which leaves nothing behind in any case."""
    made = Project(folder, files=files, env_file=env_file)
    made.environ |= settings
    made.environ |= {"COMPOSE_PROFILES": profiles} if profiles else {}
    try:
        began_s = time.monotonic()
        made.compose("up", "-d")
        print(f"{made.name}: up in {time.monotonic() - began_s:.1f} s")
        yield made
    finally:
        made.client.close()
        made.compose("down", "-v", "--remove-orphans", "-t", "3")
