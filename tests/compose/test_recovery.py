"""Each container is restarted and killed in turn, and keeps its data."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from common.wire import from_iso
from tests.compose.project import RUNNING, Project, docker
from tests.compose.recorder import MqttRecorder
from tests.pace import limit_s
from tests.system.pictures import picture
from tests.system.stack import ROOT, eventually

WITHIN_S = 10.0
STOPS_WITHIN_S = 5.0
MAX_AGE_S = 5.0
# A record may be pushed in the last moment before a kill.
ON_ITS_WAY_S = 1.0
# The engine's own kill, after the time to stop is over.
KILLED = 137
SHOWN = (ROOT / "samples" / "pictures" / "mug-harbour.jpg").read_bytes()

# A system killed before its samples are in would have nothing to show.
pytestmark = pytest.mark.usefixtures("samples", "recorder")
Disturb = Callable[[Project, str], None]


def restarted(stack: Project, service: str) -> None:
    """Stop a container, and start it again."""
    began_s = time.monotonic()
    docker("stop", "-t", "30", stack.container(service))
    took_s = time.monotonic() - began_s
    assert took_s < limit_s(STOPS_WITHIN_S), f"{service} took {took_s:.1f} s to stop"
    assert stack.state(service)["State"]["ExitCode"] != KILLED
    docker("start", stack.container(service))


def killed(stack: Project, service: str) -> None:
    """Kill a container, and let the engine start it again."""
    before_s = stack.started_s(service)
    stack.kill(service)
    eventually(lambda: stack.started_s(service) > before_s, within_s=WITHIN_S, why=stack.logs)


@pytest.fixture(scope="module")
def taught() -> dict[str, int]:
    """All acknowledged items, with their pictures' seeds."""
    return {}


@pytest.mark.parametrize("disturb", [restarted, killed])
@pytest.mark.parametrize("service", RUNNING)
def test_matches_come_again_and_nothing_is_lost(
    stack: Project, taught: dict[str, int], service: str, disturb: Disturb
) -> None:
    teach(stack, taught)
    began_s = time.monotonic()
    disturb(stack, service)
    up_s = stack.started_s(service)
    thing = "browser" if service == "frames" else "cam-1"
    with showing(stack, thing):
        eventually(lambda: captured_s(stack, thing) > up_s, within_s=WITHIN_S + 20, why=stack.logs)
    took_s = time.monotonic() - began_s
    print(f"{disturb.__name__} {service}: matches again after {took_s:.1f} s")
    assert took_s < limit_s(WITHIN_S)
    check_kept(stack, taught)


def test_it_does_not_matter_who_starts_first(stack: Project, taught: dict[str, int]) -> None:
    docker("stop", "-t", "30", *(stack.container(service) for service in RUNNING))
    for service in ("frames", "edge", "api", "search", "redis", "broker"):
        docker("start", stack.container(service))
    up_s = stack.started_s("broker")
    eventually(lambda: captured_s(stack, "cam-1") > up_s, within_s=WITHIN_S, why=stack.logs)
    check_kept(stack, taught)


def test_nothing_stale_was_shown_meanwhile(recorder: MqttRecorder) -> None:
    heard = [each for each in recorder.heard if each.record["thing"] == "cam-1"]
    assert len(heard) > 100
    for each in heard:
        record = each.record
        assert from_iso(record["expires_at"]) - from_iso(record["captured_at"]) == pytest.approx(MAX_AGE_S)
        # The first record after a connection is the newest there is, and carries its own age.
        assert each.first or each.at_s - from_iso(record["captured_at"]) < MAX_AGE_S + ON_ITS_WAY_S, record
    fresh = [each.record for each in heard if not each.first]
    frames = [(record["session"], record["seq"]) for record in fresh]
    assert len(frames) == len(set(frames))
    moments = [from_iso(record["captured_at"]) for record in fresh]
    assert moments == sorted(moments)
    ids = [record["id"] for record in fresh]
    assert ids == sorted(ids)


def teach(stack: Project, taught: dict[str, int]) -> None:
    """Add an item; it counts once the api has acknowledged it."""
    seed = 7000 + len(taught)
    answer = stack.post(
        "/items", files={"image": picture(seed)}, data={"title": f"taught {seed}", "id": f"t-{seed}"}
    )
    assert answer.status_code == 201, answer.text
    taught[f"t-{seed}"] = seed


def check_kept(stack: Project, taught: dict[str, int]) -> None:
    """Check that all items are there with their pictures, and that the search finds them."""

    def healthy() -> bool:
        return stack.client.get("/healthz").status_code == 200

    eventually(healthy, within_s=WITHIN_S, why=stack.logs)
    listed = stack.client.get("/items", params={"text": "taught", "limit": 1000}).json()["items"]
    assert {item["id"] for item in listed} == set(taught)
    newest, seed = list(taught.items())[-1] if taught else ("", 0)
    if newest:
        assert stack.client.get(f"/items/{newest}/image").content == picture(seed)

        def found() -> bool:
            record = stack.post("/search", files={"image": picture(seed)}).json()
            return [match["id"] for match in record["matches"][:1]] == [newest]

        eventually(found, within_s=WITHIN_S, why=stack.logs)


def captured_s(stack: Project, thing: str) -> float:
    """The capture time of the newest record's frame."""
    record = stack.newest(thing)
    return from_iso(record["captured_at"]) if record else 0.0


@contextlib.contextmanager
def showing(stack: Project, thing: str) -> Iterator[None]:
    """Send pictures for this camera as a browser, unless it has its own."""
    if thing == "cam-1":
        yield
        return
    done = threading.Event()

    def send() -> None:
        while not done.wait(0.3):
            with contextlib.suppress(httpx.HTTPError):
                stack.client.post(
                    f"/cameras/{thing}/frames",
                    content=SHOWN,
                    headers=stack.authorization | {"Content-Type": "image/jpeg"},
                )

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        done.set()
        sender.join()
