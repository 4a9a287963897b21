"""The checks of `lookalike doctor`, a method a step from camera to page."""

from __future__ import annotations

import contextlib
import queue
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from common.wire import from_iso, topic
from models.errors import ModelError
from models.files import fingerprint
from models.locate import resolve
from services.adapters.mqtt import MqttClient
from services.adapters.running_api import ask
from services.adapters.search_client import SearchClient
from services.bootstrap.own_clients import own_client
from services.bootstrap.redis import open_queue
from services.bootstrap.settings import CliSettings
from services.cli.running_system import api_client, run_json
from services.cli.search_state import hubs_told
from services.core.errors import InputError, Loading, LoadingError, UnavailableError

WAIT_S = 4.0
# The source of a camera whose frames others send, such as a browser.
_FRAMES = "frames over MQTT"
# Maximum age of a match on the page; see max_age_s in the contracts.
FRESH_S = 5.0


class StepError(Exception):
    """A step that fails; `remedy` says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


class NoCameraError(Exception):
    """No camera is connected, which may be on purpose."""


@dataclass(frozen=True, slots=True)
class Step:
    """One check, which returns its finding, and the steps without which it can't be made."""

    check: Callable[[], str]
    needs: Sequence[str] = ()


class Checks:
    """The checks in their order, each of which returns its finding as text."""

    def __init__(self, settings: CliSettings) -> None:
        self._settings = settings
        self._addresses: dict[str, str] = {}

    def steps(self) -> dict[str, Step]:
        """The checks by name."""
        return {
            "system": Step(self.system),
            "model": Step(self.model),
            "broker": Step(self.broker, ["system"]),
            "camera": Step(self.camera, ["system"]),
            "observations": Step(self.observations, ["broker", "camera"]),
            "item store": Step(self.store, ["system"]),
            "search": Step(self.search, ["system"]),
            "match queue": Step(self.redis, ["system"]),
            "api": Step(self.api, ["system"]),
            "matches": Step(self.matches, ["observations", "search", "match queue", "api"]),
        }

    def system(self) -> str:
        addresses = run_json(self._settings)
        if addresses is None:
            raise StepError(f"nothing runs on {self._settings.data_dir}", "start it with `make run`")
        self._addresses = addresses
        return f"runs at {addresses['page']}"

    def model(self) -> str:
        try:
            path = resolve(self._settings.model, build=False)
        except ModelError as error:
            raise StepError(str(error), "run `make models`, or set LOOKALIKE_MODEL right") from None
        return f"{path.name}, {fingerprint(path.read_bytes())}"

    def broker(self) -> str:
        probe = topic(f"doctor-{uuid.uuid4().hex[:8]}", "command")
        if self._first_message(probe, publish=probe) is None:
            raise StepError("no message comes back", "look for the broker's lines in the log")
        return "a message came back"

    def camera(self) -> str:
        heard = self._ask("/cameras")["cameras"]
        # A browser that was a camera for a while has left.
        cameras = [each for each in heard if (each["state"], each["source"]) != ("offline", _FRAMES)]
        if not cameras:
            raise NoCameraError
        lost = [camera for camera in cameras if camera["state"] != "online"]
        if len(lost) == len(cameras):
            told = "; ".join(f"{each['thing']} is {each['state']} ({each['reason']})" for each in lost)
            raise StepError(told, "plug it in, or set LOOKALIKE_SOURCE right")
        return ", ".join(f"{each['thing']} is {each['state']}" for each in cameras)

    def observations(self) -> str:
        if self._first_message(topic("+", "features")) is None:
            raise StepError(f"none in {WAIT_S:g} s", "look for the edge's lines in the log")
        return "they come"

    def store(self) -> str:
        check = self._ask("/healthz")["checks"]["store"]
        if not check["ok"]:
            raise StepError(check["detail"], "fix the part named above")
        items = self._ask("/items?limit=1")["items"]
        if not items:
            raise StepError("the catalogue is empty", "run `lookalike items import PATH`")
        return "it has items"

    def search(self) -> str:
        with own_client(self._addresses["search"], timeout_s=WAIT_S) as client:
            state = SearchClient(client).state()
        if state["loading"] and not state["trouble"]:
            raise LoadingError(Loading(state["loading"]["read"], state["loading"]["total"]))
        if not state["ok"]:
            troubles = [state.get(name) for name in ("trouble", "broker_trouble", "queue_trouble")]
            told = "; ".join(filter(None, troubles)) or "no broker"
            raise StepError(told, "it tries again by itself; see its lines in the log")
        hint = (
            f"; {n} of another recipe: run `lookalike index rebuild`" if (n := state["other_recipe"]) else ""
        )
        if hubs := hubs_told(state):
            hint += f"; {hubs}"
        return f"{state['items']} items of model {state['model']}{hint}"

    def damaged(self) -> dict[str, Any]:
        """The items that the search leaves out, none if it can't be asked."""
        with (
            contextlib.suppress(InputError, UnavailableError, KeyError),
            own_client(self._addresses["search"], timeout_s=WAIT_S) as client,
        ):
            found: dict[str, Any] = SearchClient(client).state()["damaged"]
            return found
        return {"count": 0, "first": []}

    def history_trouble(self) -> str | None:
        """Why the history can't be written, None if it can, or if the api can't be asked."""
        with contextlib.suppress(InputError, UnavailableError, KeyError):
            found: str | None = None if (state := self._ask("/healthz")["history"])["ok"] else state["detail"]
            return found
        return None

    def redis(self) -> str:
        open_queue(self._settings, url=self._addresses["redis"]).check()
        return "Redis took a record and gave it back"

    def api(self) -> str:
        health = self._ask("/healthz")
        checks = health["checks"].items()
        failing = [name for name, check in checks if not check["ok"] and "loading" not in check]
        if failing:
            told = "; ".join(f"{name}: {health['checks'][name]['detail']}" for name in failing)
            raise StepError(told, "fix the part named above")
        return "healthy"

    def matches(self) -> str:
        deadline_s = time.monotonic() + WAIT_S
        while time.monotonic() < deadline_s:
            for record in self._ask("/matches?limit=1")["records"]:
                if time.time() - from_iso(record["captured_at"]) < FRESH_S:
                    return f"the newest says {record['verdict'].replace('_', ' ')}"
            time.sleep(0.2)
        raise StepError(
            "no fresh one arrives", f"see lookalike_search_dropped in {self._addresses['page']}/metrics"
        )

    def _ask(self, path: str) -> Any:
        with api_client(self._settings, self._addresses["page"]) as client:
            return ask(client, "GET", path, allow=(200, 503))

    def _first_message(self, wanted: str, *, publish: str | None = None) -> bytes | None:
        """The first message on a topic, None if none comes in WAIT_S; `publish` is a topic to send one to."""
        arrived: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        client = MqttClient(
            self._addresses["broker"],
            filters=[wanted],
            qos=0,
            on_message=lambda _topic, payload: arrived.put(payload),
            files=self._settings.mqtt_files,
        )
        client.start()
        deadline_s = time.monotonic() + WAIT_S
        try:
            while time.monotonic() < deadline_s:
                if publish is not None:
                    client.publish(publish, b'{"do":"nothing"}')
                with contextlib.suppress(queue.Empty):
                    return arrived.get(timeout=0.2)
        finally:
            client.stop()
        return None
