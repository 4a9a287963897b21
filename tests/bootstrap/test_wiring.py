"""The same parts on every host: search and api without a broker, and with a link of a test's own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from common.wire import Observation, encode_observation
from services.adapters.sqlite_items import SqliteItems
from services.bootstrap.api import ApiCore, build_api, build_api_core
from services.bootstrap.search import SearchCore, build_search, build_search_core
from services.bootstrap.settings import ApiCoreSettings, SearchCoreSettings, SearchSettings, load
from services.bootstrap.shared_state import in_redis
from services.core.catalogue.items import Draft
from services.core.catalogue.undo import Past
from services.core.domain import Item
from services.core.errors import LoadingError
from services.core.records import Verdict
from services.core.revision import NO_ITEM
from services.core.search.answer import Pushed
from tests.edge.kit import write_model
from tests.fakes import make_record
from tests.servers import redis_server
from tests.system.pictures import picture


class TestLink:
    """A link through which a test receives messages, and sends those of cameras."""

    __test__ = False

    def __init__(self) -> None:
        self.connected = True
        self.max_bytes = 512 * 1024
        self.sent: list[tuple[str, bytes]] = []

    def connect(self, on_message: Callable[[str, bytes], None]) -> TestLink:
        self.hear = on_message
        return self

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 0, within_s: float = 0.0, retained: bool = False
    ) -> bool:
        self.sent.append((topic, payload))
        return self.connected and qos + within_s + retained >= 0

    def check(self) -> None:
        pass

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that every host needs: a store, Redis and a model, without a broker."""
    monkeypatch.setenv("LOOKALIKE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LOOKALIKE_REDIS_URL", redis_url)
    monkeypatch.setenv("LOOKALIKE_MODEL", str(write_model(tmp_path / "means.onnx")))


def test_no_broker_is_a_setting_of_what_needs_none() -> None:
    for kind in (SearchCoreSettings, ApiCoreSettings):
        assert [name for name in kind.model_fields if "mqtt" in name] == []


def test_what_needs_no_broker_loads_no_client_of_one() -> None:
    code = "import sys, services.bootstrap.search, services.bootstrap.api; assert 'paho' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.fixture
def api() -> Iterator[ApiCore]:
    core = build_api_core(load(ApiCoreSettings))
    yield core
    close(core)


def close(core: ApiCore) -> None:
    """Let another open the store for writing."""
    assert isinstance(core.catalogue.store, SqliteItems)
    core.catalogue.store.close()


@pytest.fixture
def mug(api: ApiCore) -> Item:
    """An item added through the api."""
    return api.catalogue.add(Draft("A mug", "mug"), picture(3))[0]


@pytest.fixture
def core() -> SearchCore:
    return build_search_core(load(SearchCoreSettings))


def seen(item: Item, *, thing: str = "cam-1", seq: int = 1) -> Observation:
    return Observation(thing, item.vectors[:1], time.time(), "0a1b2c3d", seq, item.model)


def test_an_observation_is_answered_without_a_broker(api: ApiCore, mug: Item, core: SearchCore) -> None:
    with pytest.raises(LoadingError):
        core.follower.live()
    core.follower.follow()
    outcomes = core.answerer.answer([seen(mug, thing="door"), seen(mug, thing="hall")])
    assert [isinstance(outcome, Pushed) for outcome in outcomes] == [True, True]
    records = [json.loads(record) for record in api.queue.latest(limit=2)]
    assert [record["id"] for record in records] == [o.id for o in outcomes[::-1] if isinstance(o, Pushed)]
    assert [(record["thing"], record["matches"][0]["title"]) for record in records] == [
        ("hall", "A mug"),
        ("door", "A mug"),
    ]
    assert records[0]["matches"][0]["url"] == api.picture_url(mug.facts)


@pytest.fixture
def no_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a Lambda's zip, which OpenCV is too large for."""
    monkeypatch.setitem(sys.modules, "cv2", None)


@pytest.mark.usefixtures("no_opencv")
def test_without_opencv_items_get_no_local_features_and_answers_no_second_look(
    api: ApiCore, core: SearchCore
) -> None:
    added = api.catalogue.add(Draft("A mug", "mug"), picture(3))[0]
    assert core.second_look is None
    assert api.catalogue.store.points(["mug"]) == {"mug": ()}
    core.follower.follow()
    (outcome,) = core.answerer.answer([seen(added)])
    assert isinstance(outcome, Pushed)
    assert not outcome.wants_details


def test_the_processes_parts_are_those_of_the_core_with_a_link(
    mug: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_HOME_ASSISTANT", "1")
    link = TestLink()
    parts = build_search(load(SearchSettings), link.connect)
    parts.core.follower.follow()
    link.hear("lookalike/cam-9/features", encode_observation(seen(mug, thing="cam-9")))
    assert parts.intake.answer(timeout_s=0) == 1
    ((topic, message),) = link.sent
    assert topic == "lookalike/cam-9/match"
    assert json.loads(message)["verdict"] in set(Verdict)


def test_the_api_reaches_cameras_over_any_link() -> None:
    link = TestLink()
    parts = build_api(load(ApiCoreSettings), link.connect)
    link.hear("lookalike/door/status", json.dumps({"state": "online"}).encode())
    camera = parts.cameras.get("door")
    assert camera is not None
    link.hear("lookalike/door/preview", picture(1))
    assert parts.previews.newest("door") is not None
    with pytest.raises(TimeoutError):
        parts.snapshots.take("door", camera, within_s=0.01)
    ((topic, command),) = link.sent
    assert (topic, json.loads(command)["do"]) == ("lookalike/door/command", "snapshot")
    close(parts)


def test_on_a_cluster_all_that_hosts_keep_in_redis_is_in_one_slot(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_REDIS_CLUSTER", "1")
    with redis.Redis.from_url(redis_url, decode_responses=True) as owner:
        owner.flushall()
        core = build_search_core(load(SearchCoreSettings))
        core.queue.push(make_record())
        core.queue.check()
        state = in_redis(load(ApiCoreSettings))
        state.undo.remember(Past("mug", None, NO_ITEM))
        state.attempts.take("192.0.2.1", right=False)
        state.cameras.receive("lookalike/cam-1/status", b'{"state":"online"}')
        names = sorted(map(str, owner.scan_iter()))
    assert len(names) > 10
    assert [name for name in names if not name.startswith(("stack:matches", "{stack:matches}"))] == []
    assert [name for name in names if name.startswith("stack:")] == ["stack:matches"]
