"""The keeper: what is written when, after a restart, and while a store or Redis fails."""

from collections.abc import Iterable
from typing import Any

import pytest

from common.compact_json import to_compact_json
from services.core.errors import UnavailableError
from services.core.history.keeper import HistoryKeeper
from services.core.history.showing import Said, SaidOf
from tests.fake_history import BEGAN_S, FakeHistory, Heard, record
from tests.fakes import FakeQueue


class ScriptedQueue(FakeQueue):
    """A queue with these records, or one that is away."""

    def __init__(self, records: Iterable[dict[str, Any]]) -> None:
        super().__init__()
        self.scripted, self.away = list(records), False

    def latest(self, *, thing: str | None = None, limit: int = 1, after: int = 0) -> list[str]:
        assert thing is None
        if self.away:
            raise UnavailableError("Redis: gone")
        newest = [to_compact_json(each) for each in reversed(self.scripted) if each["id"] > after]
        return newest[:limit]


class Keeping:
    """A keeper over fakes, whose channel and queue have the same records."""

    def __init__(self, store: FakeHistory | None = None, queued: Iterable[dict[str, Any]] = ()) -> None:
        self.store, self.heard = store or FakeHistory(), Heard()
        self.queue = ScriptedQueue(queued)
        self.now_s = BEGAN_S
        self.keeper = HistoryKeeper(self.store, self.queue, clock=lambda: self.now_s)
        self.keeper.listen(self.heard)

    def show(self, *records: dict[str, Any]) -> None:
        for each in records:
            self.queue.scripted.append(each)
            self.keeper.take(each)
        self.now_s = BEGAN_S + (records[-1]["id"] * 0.2 if records else 0)
        self.keeper.write()

    @property
    def told(self) -> list[tuple[int, str]]:
        return [(showing.id, change) for showing, change in self.heard.told]


def frames(first: int, count: int, *more: Any) -> list[dict[str, Any]]:
    return [record(n, n * 0.2, *more) for n in range(first, first + count)]


def test_a_showing_is_written_and_then_told_once() -> None:
    kept = Keeping()
    kept.show(*frames(1, 5))
    kept.show(*frames(6, 5))
    assert kept.told == [(1, "begun")]
    assert [(row.id, row.frames, row.ended) for row in kept.store.rows.values()] == [(1, 10, False)]


def test_a_restart_goes_on_where_the_last_write_was_and_begins_nothing_again() -> None:
    first = Keeping()
    first.show(*frames(1, 8))
    again = Keeping(first.store, [*first.queue.scripted, *frames(9, 5), *frames(14, 5, "vase")])
    again.show(*frames(19, 3, "vase"))
    assert [(row.id, row.last_record, row.ended) for row in again.store.rows.values()] == [
        (1, 13, True),
        (14, 21, False),
    ]
    assert again.told == [(1, "ended"), (14, "begun")]


def test_records_that_the_channel_lost_come_from_the_queue() -> None:
    kept = Keeping()
    kept.show(*frames(1, 5))
    kept.queue.scripted += frames(6, 5)
    kept.now_s = BEGAN_S + 2
    kept.keeper.write()
    assert kept.store.rows[1].frames == 10
    kept.show()  # nothing twice
    assert kept.store.rows[1].frames == 10


def test_what_a_store_does_not_take_waits_and_nobody_is_told_before_it_is_written() -> None:
    kept = Keeping()
    kept.store.trouble = "history: No space left on device"
    kept.show(*frames(1, 5))
    assert (kept.keeper.trouble, kept.told) == ("history: No space left on device", [])
    kept.store.trouble = None
    kept.show(*frames(6, 2))
    assert (kept.keeper.trouble, kept.told) == (None, [(1, "begun")])
    assert kept.store.rows[1].frames == 7


def test_a_redis_that_is_away_stops_nothing() -> None:
    kept = Keeping()
    kept.queue.away = True
    kept.show(*frames(1, 5))
    assert (kept.keeper.trouble, kept.told) == (None, [(1, "begun")])


def test_a_row_that_was_deleted_is_not_written_again() -> None:
    kept = Keeping()
    kept.show(*frames(1, 5))
    kept.store.delete([1])
    kept.show(*frames(6, 5))
    assert kept.store.rows == {}


def test_feedback_waits_for_the_row_of_its_showing() -> None:
    kept = Keeping()
    kept.show(*frames(1, 2))
    wrong = Said(SaidOf.WRONG)
    kept.keeper.say("cam-1", 2, wrong)
    assert kept.store.rows == {}
    kept.show(*frames(3, 3))
    kept.show(*frames(6, 1))
    assert kept.store.rows[1].said == wrong
    kept.keeper.say("cam-1", 5, Said(SaidOf.RIGHT))
    assert kept.store.rows[1].said.feedback == SaidOf.RIGHT


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 2**63},
        {"seq": -(2**63)},
        {"session": ["5f3a9c01"]},
        {"box": [0, 0, 10**400, 1]},
        {"matches": [{"id": "mug", "title": None, "score": 0.9}]},
        {"matches": [{"id": "mug", "title": "Mug", "score": float("nan")}]},
        {"matches": [{"id": "mug", "title": "Mug", "score": 0.9, "link": 7}]},
        {"matches": [{"id": "mug", "title": "Mug", "score": 0.9, "metadata": {"price": 3.5}}]},
    ],
    ids=repr,
)
def test_what_no_database_takes_comes_as_far_as_none(wrong: dict[str, Any]) -> None:
    kept = Keeping()
    damaged = [{**each, **wrong} for each in frames(1, 8)]
    kept.show(*({**each, "thing": "cam-2"} for each in damaged), *frames(11, 6))
    assert list(kept.store.rows) == [11]


def test_a_record_of_another_form_and_a_listener_that_fails_end_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept = Keeping()
    kept.heard.on_showing = lambda *_: 1 / 0  # type: ignore[assignment]
    kept.show({"id": 1, "matches": []}, *frames(2, 6))
    assert list(kept.store.rows) == [2]
    assert "can't be kept in the history" in caplog.text
    assert "a listener of the history failed" in caplog.text
