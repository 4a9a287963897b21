"""The contract of the cameras' statuses, in memory and on Redis."""

import json
import logging
from collections.abc import Callable, Mapping

import pytest

from services.adapters.redis_shared import RedisStatuses
from services.core.cameras.ports import StatusStore
from services.core.cameras.status import LIVE_S, SILENT, STATES, CameraStatus, CameraStatuses
from services.core.cameras.status_fields import EdgeTakes
from services.core.errors import UnavailableError
from tests.adapters.redis_kinds import RedisPlace
from tests.fakes import FakeClock
from tests.servers import Server

ONLINE = {
    "state": "online",
    "provider": "OpenCV",
    "fps": 9.5,
    "model": "0123456789ab",
    "reason": None,
    "source": "rtsp://host/path",
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "single", "cluster"])
def cameras(
    request: pytest.FixtureRequest, redis_of: Callable[[str], RedisPlace], clock: FakeClock
) -> StatusStore:
    """An empty store that remembers three cameras."""
    if request.param == "memory":
        return CameraStatuses(most=3, clock=clock)
    place = redis_of(request.param)
    return RedisStatuses(place.client, keys=place.keys, most=3, clock=clock)


def say(cameras: StatusStore, status: Mapping[str, object], *, thing: str = "cam-1") -> None:
    cameras.receive(f"lookalike/{thing}/status", json.dumps(status).encode())


def states(cameras: StatusStore) -> dict[str, str]:
    return {camera.thing: camera.state for camera in cameras.all()}


def test_nothing_is_known_of_a_camera_that_never_said_anything(cameras: StatusStore) -> None:
    cameras.note("cam-1")
    assert (cameras.all(), cameras.get("cam-1")) == ([], None)


def test_cameras_are_listed_by_name_with_their_last_status(cameras: StatusStore) -> None:
    say(cameras, {"state": "offline"}, thing="b")
    say(cameras, {"state": "no_camera", "reason": "it's unplügged"}, thing="a")
    say(cameras, ONLINE, thing="b")
    assert cameras.all() == [
        CameraStatus("a", "no_camera", reason="it's unplügged"),
        CameraStatus(
            "b", "online", provider="OpenCV", fps=9.5, model="0123456789ab", source="rtsp://host/path"
        ),
    ]
    assert [cameras.get(thing) for thing in ("a", "b", "c")] == [*cameras.all(), None]


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_contract_is_known(cameras: StatusStore, state: str) -> None:
    say(cameras, {"state": state})
    assert [camera.state for camera in cameras.all()] == [state]


@pytest.mark.parametrize("state", ["online", "stalled", "no_camera"])
def test_a_camera_of_which_nothing_is_heard_is_offline_until_it_is_heard(
    cameras: StatusStore, clock: FakeClock, state: str
) -> None:
    say(cameras, {**ONLINE, "state": state})
    clock.now_s += LIVE_S
    assert states(cameras) == {"cam-1": state}
    clock.now_s += 1
    assert cameras.get("cam-1") == cameras.all()[0]
    assert (states(cameras), cameras.all()[0].reason) == ({"cam-1": "offline"}, SILENT)
    cameras.note("cam-1")  # such as by an observation that was answered
    assert states(cameras) == {"cam-1": state}
    clock.now_s += LIVE_S + 1
    say(cameras, {**ONLINE, "state": state})
    assert states(cameras) == {"cam-1": state}


def test_what_was_published_for_a_silent_camera_holds_until_it_is_heard(
    cameras: StatusStore, clock: FakeClock
) -> None:
    say(cameras, ONLINE)
    clock.now_s += LIVE_S + 1
    (gone,) = cameras.all()
    cameras.receive("lookalike/cam-1/status", gone.to_status())
    assert cameras.all() == [gone]
    assert gone.is_silent
    cameras.note("cam-1")
    assert states(cameras) == {"cam-1": "online"}


def test_those_that_are_gone_for_longest_are_forgotten_and_none_that_lives(
    cameras: StatusStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    for thing, state in (("a", "online"), ("b", "offline"), ("c", "online")):
        clock.now_s += 0.1
        say(cameras, {"state": state}, thing=thing)
    say(cameras, {"state": "online"}, thing="d")
    assert sorted(states(cameras)) == ["a", "c", "d"]
    for number in range(100):
        say(cameras, {"state": "online"}, thing=f"invented-{number}")
    assert sorted(states(cameras)) == ["a", "c", "d"]
    assert len(caplog.records) == 1
    assert "LOOKALIKE_MAX_CAMERAS" in caplog.text
    clock.now_s += LIVE_S + 1
    cameras.note("a")
    say(cameras, {"state": "online"}, thing="e")
    assert sorted(states(cameras)) == ["a", "d", "e"]


def test_an_empty_message_forgets_the_camera(cameras: StatusStore) -> None:
    say(cameras, ONLINE)
    cameras.receive("lookalike/cam-1/status", b"")
    cameras.receive("lookalike/never-seen/status", b"")
    assert cameras.all() == []


@pytest.mark.parametrize(
    ("topic", "payload", "says"),
    [
        ("lookalike/cam-1/status", b"online", "is not JSON"),
        ("lookalike/cam-1/status", b"\xff", "is not JSON"),
        ("lookalike/cam-1/status", b"[" * 4000, "is not JSON"),
        ("lookalike/cam-1/status", json.dumps({**ONLINE, "x": "y" * 5000}).encode(), "at most 4096 bytes"),
        ("lookalike/cam-1/status", b"[]", "expected one of online, offline"),
        ("lookalike/cam-1/status", b'{"state":"fine"}', "'fine'; expected one of online, offline"),
        ("lookalike/cam-1/status", b'{"state":["online"]}', "expected one of online, offline"),
        ("lookalike/../status", b'{"state":"online"}', "is not lookalike/<thing>"),
    ],
)
def test_what_is_no_status_is_logged_and_changes_nothing(
    cameras: StatusStore, topic: str, payload: bytes, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    say(cameras, ONLINE)
    before = cameras.all()
    with caplog.at_level(logging.WARNING):
        cameras.receive(topic, payload)
    assert cameras.all() == before
    assert says in caplog.text


def test_one_function_receives_what_another_answers(redis_place: RedisPlace) -> None:
    other = redis_place.again()
    with other.client:
        say(RedisStatuses(other.client, keys=other.keys), ONLINE)
    assert states(RedisStatuses(redis_place.client, keys=redis_place.keys)) == {"cam-1": "online"}
    kept_s = [redis_place.client.ttl(key) for key in redis_place.client.scan_iter()]
    assert len(kept_s) == 2
    assert all(86400 < each <= 30 * 86400 for each in kept_s)


def test_what_a_newer_version_keeps_is_read_without_what_is_new(
    redis_of: Callable[[str], RedisPlace],
) -> None:
    place = redis_of("single")
    cameras = RedisStatuses(place.client)
    say(cameras, ONLINE)
    newer = {"thing": "cam-1", "state": "stalled", "reason": "slow", "lens": "fisheye"}
    place.client.hset("cameras", "cam-1", json.dumps(newer))
    assert cameras.all() == [CameraStatus("cam-1", "stalled", reason="slow")]


def test_without_redis_that_is_said(mortal_redis: Server) -> None:
    place = RedisPlace.at(mortal_redis.url)
    with place.client:
        cameras = RedisStatuses(place.client)
        mortal_redis.kill()
        for call in (cameras.all, lambda: cameras.get("cam-1"), lambda: say(cameras, ONLINE)):
            with pytest.raises(UnavailableError, match="Redis"):
                call()


ADDED = {"title": "현관 문", "run_by": "server", "region": [0.25, 0, 0.5, 1]}
TAKES = {"takes": 7, "troubles": {"door": "its process ended"}}


def test_what_is_said_of_an_added_camera_and_of_its_edge_is_kept(cameras: StatusStore) -> None:
    say(cameras, {"state": "online", **ADDED}, thing="door")
    say(cameras, {"state": "online", "source": "cameras of the page", "edge": TAKES}, thing="server")
    door, server = cameras.all()
    assert (door.name, door.run_by, door.region) == ("현관 문", "server", (0.25, 0, 0.5, 1))
    assert door.is_camera
    assert not server.is_camera
    assert server.edge == EdgeTakes(7, {"door": "its process ended"})
    assert json.loads(door.to_status()).items() >= ADDED.items()
    assert json.loads(server.to_status())["edge"] == TAKES


@pytest.mark.parametrize(
    "fields",
    [
        {"title": 5, "run_by": "a/b", "region": [0, 0, 2, 1], "edge": {"takes": True}},
        {"title": "a\nb", "run_by": 1, "region": "all", "edge": []},
        {"title": "", "region": [0, 0, True, 1], "edge": {"takes": -1}},
    ],
)
def test_fields_of_another_kind_are_as_if_they_were_not_there(
    cameras: StatusStore, fields: dict[str, object]
) -> None:
    say(cameras, {"state": "online", **fields})
    (camera,) = cameras.all()
    assert (camera.state, camera.title, camera.run_by, camera.region, camera.edge) == (
        "online",
        *[None] * 4,
    )
