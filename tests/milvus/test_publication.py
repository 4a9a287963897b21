"""Catalogues published to Milvus: searched by several followers, measured, found again after a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from common.wire import Vectors, unit
from services.adapters.milvus_index import MilvusRows, MilvusServer
from services.adapters.sqlite_items import SqliteItems
from services.bootstrap.follower import open_follower
from services.bootstrap.settings import CliSettings, SearchCoreSettings, load
from services.core.errors import UnavailableError
from services.core.search.camera_means import CameraMeans
from services.core.search.following import Following
from services.core.search.publication import Publication
from tests.core.search.test_trained_follower import FakeTrainings
from tests.fakes import FakeItems, make_item
from tests.milvus.lite import lite_server
from tests.servers import Server, until

DIM = 64


def views(number: int, count: int = 5) -> Vectors:
    """Views of one of many things that are alike in families of ten."""
    dice = np.random.default_rng(number)
    family = np.random.default_rng(number // 10 + 1_000_000).standard_normal(DIM)
    thing = family + dice.standard_normal(DIM)
    return unit((thing + 0.7 * dice.standard_normal((count, DIM))).astype(np.float32))


def follower() -> tuple[Following, SqliteItems]:
    """A follower as a search process has it, of its own store."""
    settings = load(SearchCoreSettings)
    store = SqliteItems(settings.store_path, writable=False)
    return open_follower(settings, store, CameraMeans())[0], store


def nearest(following: Following, number: int) -> list[str]:
    view = following.live()
    assert view is not None
    return [each.item_id for each in view.compared.search(views(number)[:1], k=3)[0]]


@pytest.fixture
def shop(milvus: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteItems]:
    """A store of 60 items, in a folder whose settings name the server."""
    monkeypatch.setenv("LOOKALIKE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LOOKALIKE_KNN", f"milvus://127.0.0.1:{milvus.port}/{name}?timeout_s=30")
    with closing(SqliteItems(load(CliSettings).store_path, writable=True)) as store:
        store.put_many([make_item(f"item-{number:03}", views(number)) for number in range(60)])
        yield store


def publish() -> str:
    """Run the command, and give what it says."""
    command = [sys.executable, "-m", "services.cli", "index", "publish"]
    ran = subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_what_one_process_publishes_is_searched_by_others_with_what_came_later(shop: SqliteItems) -> None:
    told = publish()
    assert told.startswith("60 items, 300 vectors: published as t")
    assert "recall 1 at " in told or "recall 0.99" in told
    first, store = follower()
    other, other_store = follower()
    with closing(store), closing(other_store):
        for following in (first, other):
            following.follow()
            assert following.knn is not None
            assert (following.knn.kind, following.knn.base, following.knn.items) == ("milvus", 300, 60)
            assert (following.knn.recall or 0) >= 0.99
            assert nearest(following, 7)[0] == "item-007"
        shop.put(make_item("item-100", views(100)))
        shop.put(make_item("item-007", views(200)))
        shop.delete("item-008")
        for following in (first, other):
            following.follow()
            assert nearest(following, 100)[0] == "item-100"
            assert nearest(following, 200)[0] == "item-007"
            assert "item-008" not in nearest(following, 8)
            assert following.knn is not None
            assert (following.items, following.knn.delta, following.knn.tombstones) == (60, 10, 10)


def test_recall_is_measured_and_holds_for_other_queries(client: MilvusServer, name: str) -> None:
    items = {f"item-{number:04}": views(number) for number in range(1500)}
    store = FakeItems([make_item(item_id, rows) for item_id, rows in items.items()])
    rows, trainings = MilvusRows(client, name, kind="HNSW"), FakeTrainings()
    trained = Publication(store, trainings, rows, lambda _model: None).run()
    assert trained.recall is not None
    assert trained.recall >= 0.99
    base = rows.base(trained)
    dice = np.random.default_rng(5)
    queries = unit(np.concatenate([views(number)[:1] for number in range(0, 1500, 30)]))
    queries = unit(queries + 0.12 * dice.standard_normal(queries.shape).astype(np.float32))
    held = np.stack(list(items.values()))
    hits = 0
    for query, found in zip(queries, base.nearest(queries, gone=frozenset(), k=10), strict=True):
        wanted = np.argsort(-(held @ query).max(axis=1))[:10]
        hits += len({f"item-{number:04}" for number in wanted} & {each.item_id for each in found})
    assert hits / (10 * len(queries)) >= 0.97


def test_only_the_last_two_collections_stay_and_an_unfinished_one_goes(
    client: MilvusServer, name: str
) -> None:
    store, trainings = FakeItems([make_item("a", views(1)), make_item("b", views(2))]), FakeTrainings()
    rows = MilvusRows(client, name, kind="FLAT")
    rows.begin("t20200101000000_0a0b0c", DIM)
    client.work("create_collection", f"{name}_of_others", dimension=4)
    names = []
    for _ in range(3):
        names.append(Publication(store, trainings, rows, lambda _model: None).run().training)
        second = int(time.time())
        until(lambda now=second: int(time.time()) > now, what="another second")  # type: ignore[misc]
    held = {each for each in client.ask("list_collections") if each.startswith(name)}
    assert held == {f"{name}_of_others", f"{name}_{names[1]}", f"{name}_{names[2]}"}


def test_a_server_that_is_away_is_named_and_searched_again_once_it_is_back(tmp_path: Path, name: str) -> None:
    server = lite_server(tmp_path / "data")
    server.start()
    client = MilvusServer(server.url, timeout_s=2)
    store = FakeItems([make_item("a", views(1)), make_item("b", views(2))])
    rows = MilvusRows(client, name, kind="FLAT")
    trained = Publication(store, FakeTrainings(), rows, lambda _model: None).run()
    base = rows.base(trained)
    server.kill()
    told = f"Milvus at 127.0.0.1:{server.port}: it does not answer within 2 s"
    with pytest.raises(UnavailableError, match=told):
        base.nearest(views(1)[:1], gone=frozenset(), k=1)
    with pytest.raises(UnavailableError, match=told):
        MilvusRows(MilvusServer(server.url), name).clean([])
    server.start()

    def answers() -> bool:
        try:
            return [each.item_id for each in base.nearest(views(2)[:1], gone=frozenset(), k=1)[0]] == ["b"]
        except UnavailableError:
            return False

    until(answers, what="it is searched again")
    server.kill()


def test_a_collection_that_is_gone_is_told(client: MilvusServer, name: str) -> None:
    store, rows = FakeItems([make_item("a", views(1))]), MilvusRows(client, name)
    trained = Publication(store, FakeTrainings(), rows, lambda _model: None).run()
    client.work("drop_collection", f"{name}_{trained.training}")
    with pytest.raises(UnavailableError, match="a collection is gone; `lookalike index publish` makes one"):
        rows.base(trained).nearest(views(1)[:1], gone=frozenset(), k=1)
