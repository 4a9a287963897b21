"""The search in its caller's process."""

from __future__ import annotations

import pytest

from common.wire import encode_observation
from services.core.errors import InputError, LoadingError
from services.core.search.inline_follow import InlineFollow
from services.core.search.service import OwnSearch, SearchService
from services.core.search.trial import Trials
from tests.core.search.rig import SearchRig, fresh
from tests.fakes import DIM, make_item, vectors


@pytest.fixture
def rig() -> SearchRig:
    return SearchRig(loaded=False)


def own(rig: SearchRig, *, left_s: float = 10.0) -> SearchService:
    trials = Trials(rig.follower.live, rig.lookup, rig.queue, rig.store)
    return OwnSearch(
        following=InlineFollow(rig.follower, every_s=0),
        answerer=rig.answerer,
        trials=trials,
        left_s=lambda: left_s,
        metrics_text=lambda: "counted 1\n",
    )


def seen(thing: str = "upload") -> bytes:
    return encode_observation(fresh(make_item("item-3").vectors[:1], thing=thing))


def test_a_question_has_the_items_read_first(rig: SearchRig) -> None:
    search = own(rig)
    record = search.search(seen(), k=1)
    assert '"id":"item-3"' in record
    state = search.state()
    assert (state["ok"], state["items"], state["broker"], state["trouble"]) == (True, 10, True, None)
    rig.store.put(make_item("new"))
    assert search.state()["items"] == 11
    assert search.metrics() == "counted 1\n"


def test_near_items_are_a_hint_for_which_nothing_is_read(rig: SearchRig) -> None:
    search = own(rig)
    with pytest.raises(LoadingError):
        search.near(vectors())
    search.state()
    assert "item-3" in search.near(make_item("item-3").vectors)


def test_while_the_time_is_too_short_to_read_all_it_is_loading(rig: SearchRig) -> None:
    search = own(rig, left_s=0)
    with pytest.raises(LoadingError):
        search.search(seen(), k=1)


def test_what_is_not_of_the_catalogue_is_refused(rig: SearchRig) -> None:
    search = own(rig)
    other = encode_observation(fresh(vectors(dim=DIM + 1), thing="upload"))
    with pytest.raises(InputError, match="numbers"):
        search.search(other, k=1)
    with pytest.raises(InputError):
        search.search(b"{", k=1)
    with pytest.raises(InputError):
        search.trial(b"{", thing="cam-1", item=None)


def test_while_the_store_is_away_the_state_says_so(rig: SearchRig) -> None:
    search = own(rig)
    search.state()
    rig.store.down = {"model", "changes", "head", "news"}
    state = search.state()
    assert state["ok"] is False
    assert state["trouble"]
    assert '"id":"item-3"' in search.search(seen(), k=1)
