"""Processes are killed at random moments, and no acknowledged change is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.wire import from_iso
from tests import servers
from tests.servers import until
from tests.system.mortals import ROWS, Client, KillRig
from tests.system.pictures import picture

ROUND = 20
CLIENTS = 3


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[KillRig]:
    with servers.redis_server() as redis, servers.broker() as broker:
        made = KillRig(tmp_path, redis, broker)
        try:
            yield made
        finally:
            made.stop()


@pytest.mark.parametrize(
    ("kills", "others", "least"),
    [
        pytest.param(20, (), 20, id="20"),
        pytest.param(
            200, ("edge", "frames", "broker", "redis"), 1000, id="200-of-all", marks=pytest.mark.soak
        ),
    ],
)
def test_whatever_is_killed_whenever_nothing_that_was_acknowledged_is_lost(
    rig: KillRig, kills: int, others: tuple[str, ...], least: int
) -> None:
    names = ["api", "search-1", "search-2", "importer", *others]
    # The api first: it creates the store's file.
    for name in names:
        if name not in ("broker", "redis"):
            rig.start(name)
        until(lambda name=name: rig.up(name), within_s=30, what=f"{name} is up")  # type: ignore[misc]
    clients = [Client(rig.page, number) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    chance = random.Random(2018)
    for killed in range(kills):
        if killed % ROUND == 0:
            for client in clients:
                client.resume()
        name = chance.choice(names)
        until(lambda name=name: rig.up(name), within_s=30, what=f"{name} is up")  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.5))
        rig.kill(name)
        if killed % ROUND == ROUND - 1:
            due = least * (killed + 1) // kills
            until(lambda due=due: written(rig, clients) >= due, within_s=300, what=f"{due} writes")  # type: ignore[misc]
            for client in clients:
                client.pause()
            check(rig, clients)
    for client in clients:
        client.pause()
        client.stopping = True
        client.resume()
        client.join(30)
    rig.finish_import()
    check(rig, clients)
    writes = written(rig, clients)
    print(f"{kills} kills, {writes} acknowledged writes, none lost")
    assert writes >= least
    assert len(rig.imported.kept) >= ROWS
    if "edge" in names:
        until(lambda: answered(rig), what="the camera is answered again")


def written(rig: KillRig, clients: list[Client]) -> int:
    """The number of acknowledged changes."""
    return sum(client.writes for client in clients) + len(rig.imported.kept)


def answered(rig: KillRig) -> bool:
    """Whether a record of the camera is fresh."""
    records = rig.http.get(f"{rig.page}/matches", params={"thing": "cam-1", "limit": 1}).json()["records"]
    return bool(records) and time.time() - from_iso(records[0]["captured_at"]) < 5


def check(rig: KillRig, clients: list[Client]) -> None:
    """Compare the store with the acknowledged changes, and each index with the store."""
    for name in ("api", "search-1", "search-2"):
        until(lambda name=name: rig.up(name), within_s=30, what=f"{name} is up")  # type: ignore[misc]
    titles = stored(rig)
    for told in (*(client.told for client in clients), rig.imported):
        lost = {each for each, (title, _) in told.kept.items() if titles.get(each) != title}
        assert not lost, f"lost: {sorted(lost)[:5]} of {len(told.kept)}"
        assert not told.deleted & titles.keys()
        for each, (_, seed) in list(told.kept.items())[-40:]:
            assert rig.http.get(f"{rig.page}/items/{each}/image").content == picture(seed)
    for address in rig.searches.values():
        until(lambda address=address: follows(rig, address), within_s=2, what="the index is the store")  # type: ignore[misc]


def stored(rig: KillRig) -> dict[str, str]:
    """All titles by id; fails if an id occurs twice."""
    titles: dict[str, str] = {}
    cursor: str | None = ""
    while cursor is not None:
        answer = rig.http.get(f"{rig.page}/items", params={"cursor": cursor, "limit": 1000}).json()
        found = {item["id"]: item["title"] for item in answer["items"]}
        assert len(found) == len(answer["items"])
        assert not found.keys() & titles.keys()
        titles |= found
        cursor = answer["next"]
    return titles


def follows(rig: KillRig, search: str) -> bool:
    """Whether an index holds as many items as the store, at the store's last change."""
    head = rig.http.get(f"{rig.page}/healthz").json()["checks"]["store"]["cursor"]
    state = rig.http.get(f"{search}/healthz").json()
    return bool(state["cursor"] == head and state["items"] == len(stored(rig)))
