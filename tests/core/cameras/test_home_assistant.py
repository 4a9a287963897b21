"""Announcements of a camera's matches to other programs, and their rate."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from services.core.cameras.home_assistant import MAX_CAMERAS, Announcer
from services.core.errors import Loading
from services.core.records import MatchRecord, Verdict
from tests.core.search.rig import SearchRig, fresh
from tests.fakes import make_observation, make_record
from tests.pace import limit_s
from tests.servers import until


class Published:
    """An announcer, and its publications."""

    def __init__(self, *, cameras: int = MAX_CAMERAS) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.announcer = Announcer(
            lambda topic, payload: self.messages.append((topic, json.loads(payload))), cameras=cameras
        )

    def announce(self, record: MatchRecord) -> bool:
        """Whether it published this record."""
        before = len(self.messages)
        self.announcer.announce(record)
        return len(self.messages) > before


@pytest.fixture
def said() -> Published:
    return Published()


def record(
    *, thing: str = "cam-1", title: str = "A mug", verdict: Verdict = Verdict.MATCH, item: str = "mug"
) -> MatchRecord:
    """A record with the present time."""
    made = make_record(make_observation(thing=thing, at_s=time.time()), title=title)
    (match,) = made.matches
    match = replace(match, item=replace(match.item, id=item))
    return replace(made, verdict=verdict, matches=(match,))


def test_a_match_is_told_with_title_verdict_and_score(said: Published) -> None:
    assert said.announce(record())
    ((topic, message),) = said.messages
    assert topic == "lookalike/cam-1/match"
    moments = message.pop("captured_at"), message.pop("expires_at")
    assert all(moment.endswith("Z") for moment in moments)
    assert message == {
        "shown": "A mug",
        "verdict": "match",
        "title": "A mug",
        "item": "mug",
        "score": 0.9,
        "url": "http://127.0.0.1:8080/items/mug/image",
        "link": "https://shop.example/mug",
    }


@pytest.mark.parametrize(
    ("verdict", "shown", "title"),
    [(Verdict.UNSURE, "unsure", "A mug"), (Verdict.NO_MATCH, "no match", None)],
)
def test_that_there_is_no_match_is_said_in_words(
    said: Published, verdict: Verdict, shown: str, title: str | None
) -> None:
    said.announce(record(verdict=verdict))
    message = said.messages[0][1]
    assert (message["shown"], message["title"], message["item"] is None) == (shown, title, title is None)


def test_an_empty_catalogue_is_no_match(said: Published) -> None:
    said.announce(replace(record(verdict=Verdict.NO_MATCH), matches=()))
    assert (said.messages[0][1]["shown"], said.messages[0][1]["score"]) == ("no match", 0)


def test_a_title_of_any_length_is_a_state(said: Published) -> None:
    said.announce(record(title="ü" * 300))
    message = said.messages[0][1]
    assert (len(message["shown"]), len(message["title"])) == (255, 300)


def test_the_same_is_said_once_a_second_and_a_change_at_once(said: Published) -> None:
    began_s = time.monotonic()
    assert [said.announce(record()) for _ in range(5)] == [True] + [False] * 4
    assert said.announce(record(item="cup"))
    assert said.announce(record(item="cup", verdict=Verdict.UNSURE))
    assert said.announce(record())
    assert not said.announce(record())
    assert said.announce(record(thing="cam-2"))
    assert time.monotonic() - began_s < 1
    until(lambda: said.announce(record()))
    assert 1 <= time.monotonic() - began_s < limit_s(3)


def test_what_has_expired_is_not_told(said: Published) -> None:
    assert not said.announce(make_record(make_observation(at_s=time.time() - 6)))


def test_the_announcer_remembers_a_limited_number_of_cameras() -> None:
    said = Published(cameras=2)
    assert [said.announce(record(thing=thing)) for thing in "abcba"] == [True, True, True, False, True]


def test_records_that_are_pushed_are_announced_and_others_are_not() -> None:
    said = Published()
    rig = SearchRig(listener=said.announcer)
    for seq in (5, 4):
        rig.receive(fresh(seq=seq))
        rig.answer()
    assert [topic for topic, _message in said.messages] == ["lookalike/cam-1/match"]


def test_that_the_index_is_loading_is_said_once_a_second_until_the_first_answer() -> None:
    said = Published()
    rig = SearchRig(loaded=False, listener=said.announcer)
    for seq in (1, 2, 3):
        rig.receive(fresh(seq=seq))
        rig.answer()
    ((topic, loading),) = said.messages
    assert topic == "lookalike/cam-1/match"
    assert all(loading.pop(name).endswith("Z") for name in ("captured_at", "expires_at"))
    assert loading == {
        "shown": "loading",
        "verdict": None,
        "title": None,
        "item": None,
        "score": 0.0,
        "url": None,
        "link": None,
        "loading": {"read": 0, "total": None},
    }
    rig.follower.follow()
    rig.receive(fresh(seq=4))
    rig.answer()
    assert said.messages[1][1]["verdict"] == rig.tally.records[0].verdict


def test_what_has_expired_is_not_told_while_the_index_loads_either(said: Published) -> None:
    seen = make_observation(at_s=time.time() - 6)
    said.announcer.announce_loading(seen, Loading(), expires_at_s=time.time() - 1)
    assert said.messages == []
