"""The supervisor: it starts the planned processes, restarts them, and says when the page answers."""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Callable
from functools import cached_property, partial

import httpx

from services.bootstrap.cert_pinning import pinned
from services.bootstrap.own_clients import own_client
from services.bootstrap.settings import RunSettings
from services.core.errors import UnavailableError
from services.run.first_samples import FirstSamples
from services.run.plan import Plan
from services.run.processes import Process, StoppedError
from services.run.waiting import OWN_QUIET_S, Waiting, place_of, trouble_of
from services.run.welcome import welcome

log = logging.getLogger(__name__)

POLL_S = 0.1
# A busy machine takes over a minute; what is waited for is logged meanwhile.
START_WITHIN_S = 180.0


class Supervisor:
    """Runs a plan until it is told to stop."""

    def __init__(self, plan: Plan, settings: RunSettings, *, stopping: Callable[[], bool]) -> None:
        self._plan = plan
        self._stopping = stopping
        self._settings = settings
        self._run_json = settings.data_dir / "run.json"
        self._samples = FirstSamples(settings)
        # In the order of their start.
        self._started: list[Process] = []

    def run(self) -> None:
        """Start everything and keep it up, until StoppedError, or FatalExitError for refused settings."""
        self._start()
        while True:
            self._keep()
            self._samples.ask(self._trust)
            time.sleep(POLL_S)

    def stop(self) -> None:
        """End all processes, dependents before what they depend on."""
        self._run_json.unlink(missing_ok=True)
        for stage in (2, 1, 0):
            ending = [process for process in self._started if process.stage == stage]
            for process in ending:
                process.terminate()
            for process in ending:
                process.wait()

    def _start(self) -> None:
        self._start_stage(0)
        for name, server in (("broker", "the broker"), ("redis", "Redis")):
            # A client that connects too early waits for a second before it tries again.
            address = self._plan.addresses[name]
            quiet_s = OWN_QUIET_S if any(each.name == name for each in self._started) else 0.0
            self._wait(f"{server} at {place_of(address)}", partial(trouble_of, address), quiet_s=quiet_s)
        self._start_stage(1)
        page = self._settings.local_url
        self._wait(f"the page at {page}", partial(_trouble_of_page, page, self._trust), quiet_s=OWN_QUIET_S)
        # Started last: both edges have the same settings, and an error in them is then reported once.
        self._start_stage(2)
        self._write_run_json()
        self._welcome()

    @cached_property
    def _trust(self) -> ssl.SSLContext | bool:
        """Trusts this one certificate, as it may be issued for the public address and not for this one."""
        return pinned(self._settings.certificate) if self._settings.https else True

    def _welcome(self) -> None:
        text = welcome(self._settings, loads_samples=self._samples.wanted)
        if self._settings.log_format == "text":
            print(text, flush=True)
            return
        for line in filter(None, map(str.strip, text.splitlines())):
            log.info("%s", line)

    def _start_stage(self, stage: int) -> None:
        for command in self._plan.commands:
            if command.stage == stage:
                process = Process(command, self._plan.environ)
                self._started.append(process)
                process.start()

    def _wait(self, what: str, trouble: Callable[[], str | None], *, quiet_s: float) -> None:
        waiting, deadline_s = Waiting(what, quiet_s=quiet_s), time.monotonic() + START_WITHIN_S
        while (why := trouble()) is not None:
            if time.monotonic() > deadline_s:
                raise UnavailableError(f"{what} did not come up in {START_WITHIN_S:g} s: {why}")
            waiting.say(why)
            self._keep()
            time.sleep(POLL_S / 2)

    def _keep(self) -> None:
        if self._stopping():
            raise StoppedError
        for process in self._started:
            process.keep()

    def _write_run_json(self) -> None:
        unfinished = self._run_json.with_suffix(".unfinished")
        # The addresses may hold passwords.
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(dict(self._plan.addresses)), encoding="utf-8")
        unfinished.replace(self._run_json)


def _trouble_of_page(page: str, trust: ssl.SSLContext | bool) -> str | None:
    try:
        with own_client(page, timeout_s=1, verify=trust) as client:
            status = client.get("/").status_code
    except httpx.HTTPError:
        return "the api does not answer yet"
    return None if status == 200 else f"it answers {status}"
