"""The contract of an undo store, in memory and on Redis: what can be undone, and for how long."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.adapters.redis_shared import RedisUndo
from services.core.catalogue.kept_items import FiledItems
from services.core.catalogue.undo import KEPT_S, MAX_CHANGES, Past, PastMany, Undo, UndoStore
from services.core.domain import Item, ItemWords
from services.core.errors import MissingError, UnavailableError
from services.core.revision import NO_ITEM
from tests.adapters.redis_kinds import RedisPlace
from tests.fakes import FakeClock, make_item, vectors
from tests.servers import Server

MakeStore = Callable[[int, int], UndoStore]
MAX_BYTES = 100_000
EVERYTHING = replace(
    make_item("Ünï 日本", vectors(3, dim=512), title='it\'s "this"', more_pictures=("b.png", "c.webp")),
    link=None,
    metadata={"ä": "<ö>", "": ""},
    right=3,
    wrong=2,
    recipe=4,
    taught=("c.webp",),
    points=(b"\x00\xff" * 50, b"", b"123"),
    damage="its link is 7",
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "single", "cluster"])
def make_store(
    request: pytest.FixtureRequest, redis_of: Callable[[str], RedisPlace], clock: FakeClock
) -> MakeStore:
    """A maker of an empty store with these limits of changes and bytes."""
    if request.param == "memory":
        return lambda most, size: Undo(max_changes=most, max_bytes=size, clock=clock)
    place = redis_of(request.param)
    return lambda most, size: RedisUndo(
        place.client, keys=place.keys, max_changes=most, max_bytes=size, clock=clock
    )


@pytest.fixture
def undo(make_store: MakeStore) -> UndoStore:
    return make_store(MAX_CHANGES, MAX_BYTES)


def is_kept(undo: UndoStore, token: str) -> bool:
    try:
        undo.find(token)
    except MissingError:
        return False
    return True


def facts_and_more(item: Item) -> tuple[object, ...]:
    return item.facts, item.recipe, item.points


def test_a_change_is_found_by_its_token_until_it_is_forgotten(undo: UndoStore) -> None:
    first, second = Past("mug", None, make_item().revision), Past("cup", None, NO_ITEM)
    tokens = [undo.remember(first), undo.remember(second)]
    assert [undo.find(token) for token in tokens] == [first, second]
    undo.forget(tokens[0])
    with pytest.raises(MissingError, match="can be undone once"):
        undo.find(tokens[0])
    assert undo.find(tokens[1]) == second
    undo.forget(tokens[0])


@pytest.mark.parametrize("before", [EVERYTHING, make_item()])
def test_the_item_comes_back_as_it_was(undo: UndoStore, before: Item) -> None:
    past = undo.find(undo.remember(Past(before.id, before, "0123")))
    assert isinstance(past, Past)
    found = past.before
    assert found is not None
    assert facts_and_more(found) == facts_and_more(before)
    # As exact as the item store's.
    np.testing.assert_allclose(found.vectors, before.vectors, atol=1e-3)
    assert (str(found.vectors.dtype), found.revision) == ("float32", before.revision)


@pytest.mark.parametrize("token", ["", "x" * 5000, "\ud800", "0" * 32])
def test_an_unknown_token_is_refused_with_what_is_kept(undo: UndoStore, token: str) -> None:
    with pytest.raises(MissingError, match=r"within 1 hour.*last 1000") as refusal:
        undo.find(token)
    assert len(str(refusal.value)) < 300


def test_a_change_is_kept_for_an_hour(undo: UndoStore, clock: FakeClock) -> None:
    token = undo.remember(Past("mug", make_item(), NO_ITEM))
    clock.now_s += KEPT_S
    assert is_kept(undo, token)
    assert undo.pictures() == set(make_item().pictures)
    clock.now_s += 1
    assert not is_kept(undo, token)
    assert undo.pictures() == set()


def test_only_the_last_changes_are_kept(make_store: MakeStore, clock: FakeClock) -> None:
    undo, tokens = make_store(10, MAX_BYTES), list[str]()
    for number in range(15):
        clock.now_s += 1
        tokens.append(undo.remember(Past(str(number), None, NO_ITEM)))
    assert [is_kept(undo, token) for token in tokens] == [False] * 5 + [True] * 10
    assert undo.find(tokens[-1]) == Past("14", None, NO_ITEM)


def test_large_items_are_forgotten_earlier_so_that_memory_is_bounded(
    undo: UndoStore, clock: FakeClock
) -> None:
    large = replace(make_item("large", vectors(4, dim=512)), points=(bytes(10_000),))
    fits = MAX_BYTES // Past("large", large, NO_ITEM).size

    def remembered() -> str:
        clock.now_s += 1
        return undo.remember(Past("large", large, NO_ITEM))

    tokens = [remembered() for _ in range(fits)]
    undo.forget(tokens[0])  # makes room
    tokens.append(remembered())
    assert is_kept(undo, tokens[1])
    remembered()
    assert [is_kept(undo, token) for token in tokens] == [False, False] + [True] * (fits - 1)


def test_the_pictures_of_what_can_be_undone_are_named(undo: UndoStore) -> None:
    assert undo.pictures() == set()
    undo.remember(Past("new", None, NO_ITEM))
    token = undo.remember(Past("mug", make_item(more_pictures=("b.png",)), NO_ITEM))
    undo.remember(Past("cup", make_item("cup"), NO_ITEM))
    assert undo.pictures() == {*make_item().pictures, "b.png", *make_item("cup").pictures}
    undo.forget(token)
    assert undo.pictures() == set(make_item("cup").pictures)


def test_a_change_of_many_items_is_one_that_comes_back_whole(undo: UndoStore, tmp_path: Path) -> None:
    words = tuple(ItemWords(f"i{n}", f"{n:016}", "A mug", None, {"ä": "b"}) for n in range(3))
    token = undo.remember_many(PastMany(words=words, added={"x": "1"}))
    assert token is not None
    found = undo.find(token)
    assert isinstance(found, PastMany)
    assert (found.words, found.added, list(found.gone or ())) == (words, {"x": "1"}, [])
    kept = FiledItems(tmp_path)
    for item in (EVERYTHING, make_item("cup"), make_item("stays")):
        kept.add(item)
    kept.leave("stays")
    token = undo.remember_many(PastMany(gone=kept))
    assert token is not None
    found = undo.find(token)
    assert isinstance(found, PastMany)
    assert found.gone is not None
    for _ in range(2):
        back = list(found.gone)
        assert [each.id for each in back] == [EVERYTHING.id, "cup"]
        assert facts_and_more(back[0]) == facts_and_more(EVERYTHING)
    assert undo.pictures() == {*EVERYTHING.pictures, *make_item("cup").pictures}
    undo.forget(token)
    assert undo.pictures() == set()


def test_what_is_too_large_to_be_kept_has_no_token(undo: UndoStore) -> None:
    words = ItemWords("mug", "", "A mug", None, {"note": "x" * (MAX_BYTES + 1)})
    assert undo.remember_many(PastMany(words=(words,))) is None


def test_all_functions_find_it_and_redis_forgets_it_by_itself(redis_place: RedisPlace) -> None:
    token = RedisUndo(redis_place.client, keys=redis_place.keys).remember(Past("mug", make_item(), NO_ITEM))
    other = redis_place.again()
    with other.client:
        found = RedisUndo(other.client, keys=other.keys).find(token)
        assert isinstance(found, Past)
        assert found.item_id == "mug"
        kept_s = [other.client.ttl(key) for key in other.client.scan_iter()]
    assert len(kept_s) == 3
    assert all(0 < each <= KEPT_S for each in kept_s)


def test_what_another_version_kept_is_no_change(redis_place: RedisPlace) -> None:
    undo = RedisUndo(redis_place.client, keys=redis_place.keys)
    token = undo.remember(Past("mug", make_item(), NO_ITEM))
    for text in ("", "[]", '{"before":{}}', '{"item_id":"mug","after":"","before":{"id":"mug"}}'):
        redis_place.client.hset(redis_place.keys.of("undo"), token, text)
        assert not is_kept(undo, token)


def test_without_redis_a_change_that_was_made_is_still_answered(
    mortal_redis: Server, caplog: pytest.LogCaptureFixture
) -> None:
    place = RedisPlace.at(mortal_redis.url)
    with place.client:
        undo = RedisUndo(place.client)
        mortal_redis.kill()
        token = undo.remember(Past("mug", make_item(), NO_ITEM))
        undo.forget(token)
        assert "the change of item 'mug' can't be undone later: Redis" in caplog.text
        with pytest.raises(UnavailableError, match="Redis"):
            undo.find(token)
        with pytest.raises(UnavailableError, match="Redis"):
            undo.pictures()
