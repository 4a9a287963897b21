"""The keeper of functions: calls that go on where others left off, collide, end early, and find no store."""

from typing import Any

import pytest

from services.core.errors import UnavailableError
from services.core.history.ports import Wanted
from services.core.history.shared_keeper import SharedKeeper
from services.core.history.showing import Said, SaidOf
from tests.fake_history import BEGAN_S, FakeHistory, FakeStates, Heard, record


class Functions:
    """Functions that share states and a store; each record is taken by another of them."""

    def __init__(self, count: int = 2) -> None:
        self.store, self.states, self.heard = FakeHistory(), FakeStates(), Heard()
        self.now_s = BEGAN_S
        self.keepers = [SharedKeeper(self.store, self.states, clock=lambda: self.now_s) for _ in range(count)]
        for each in self.keepers:
            each.listen(self.heard)

    def show(self, *records: dict[str, Any]) -> None:
        for number, each in enumerate(records):
            self.now_s = BEGAN_S + each["id"] * 0.2 + 0.05
            self.keepers[number % len(self.keepers)].take(each)

    def read(self, after_s: float = 0.0) -> list[Any]:
        """All rows, as whoever reads them finds them after this time."""
        self.now_s += after_s
        self.keepers[0].catch_up()
        return self.store.page(Wanted())

    @property
    def told(self) -> list[tuple[int, str]]:
        return [(showing.id, change) for showing, change in self.heard.told]


def frames(first: int, count: int, *more: Any, **fields: Any) -> list[dict[str, Any]]:
    return [record(n, n * 0.2, *more, **fields) for n in range(first, first + count)]


def test_showings_are_those_that_one_process_would_see() -> None:
    functions = Functions()
    functions.show(*frames(1, 8), *frames(9, 2, "vase"), *frames(11, 5), *frames(16, 6, "vase"))
    vase, mug = functions.read(1.0)
    assert (mug.id, mug.frames, mug.ended, mug.last_record) == (1, 13, True, 15)
    assert (vase.id, vase.frames, vase.ended, vase.last_record) == (16, 6, False, 21)
    assert functions.told == [(1, "begun"), (1, "ended"), (16, "begun")]


def test_a_row_that_goes_on_is_written_seldom_unless_somebody_reads() -> None:
    functions = Functions()
    writes = list[int]()
    functions.store.on_write = lambda: writes.append(1)
    functions.show(*frames(1, 50))
    assert len(writes) == 1
    assert functions.read(2.0)[0].frames == 50
    assert functions.read(0.1)[0].frames == 50
    assert len(writes) == 2 + 1  # its own, and that of rows that no state knows
    functions.show(*frames(100, 1500))
    assert len(writes) < 10


def test_a_showing_ends_for_whoever_reads_and_the_state_is_forgotten() -> None:
    functions = Functions()
    functions.show(*frames(1, 5))
    assert [each.ended for each in functions.read(4.0)] == [False]
    assert [each.ended for each in functions.read(2.0)] == [True]
    assert functions.states.texts == {}


def test_of_two_calls_at_once_the_second_goes_on_with_what_the_first_has_left() -> None:
    functions = Functions()
    functions.show(*frames(1, 2))
    third, fourth = frames(3, 2)
    functions.states.before_replace = lambda: functions.keepers[1].take(third)
    functions.now_s += 1
    functions.keepers[0].take(fourth)
    (mug,) = functions.read(1.0)
    assert (mug.frames, mug.last_record) == (4, 4)


def test_a_record_that_was_overtaken_is_left_out() -> None:
    functions = Functions()
    functions.show(*frames(1, 4), *frames(6, 1), *frames(5, 1))
    assert functions.read(1.0)[0].frames == 5


def test_what_a_function_did_not_write_because_it_was_ended_is_written_by_the_next() -> None:
    class EndedError(BaseException):
        pass

    def end() -> None:
        functions.store.on_write = None
        raise EndedError

    functions = Functions()
    functions.store.on_write = end
    with pytest.raises(EndedError):
        functions.show(*frames(1, 5))
    assert functions.store.rows == {}
    functions.show(*frames(6, 1))
    assert functions.store.rows[1].frames >= 4


def test_a_store_that_fails_is_left_alone_for_a_while_and_nothing_is_lost() -> None:
    functions = Functions()
    tries = list[int]()
    functions.store.trouble = "history dynamodb://shop: query: AccessDenied"
    functions.store.on_write = lambda: tries.append(1)
    functions.show(*frames(1, 6), *frames(7, 6, "vase"))
    assert len(tries) == 1
    assert functions.keepers[0].trouble or functions.keepers[1].trouble
    assert functions.heard.told == []
    functions.store.trouble = None
    assert [each.id for each in functions.read(6.0)] == [7, 1]
    assert functions.keepers[0].trouble is None


def test_a_row_that_no_state_knows_ends_once_it_has_expired() -> None:
    functions = Functions()
    functions.show(*frames(1, 5))
    functions.states.texts.clear()  # Redis was lost
    assert [each.ended for each in functions.read(2.0)] == [False]
    assert [each.ended for each in functions.read(60.0)] == [True]


@pytest.mark.parametrize("kept", ["{}", "[7]", "\ud800", '{"open":[{}]}'])
def test_a_state_of_another_version_is_begun_anew(kept: str) -> None:
    functions = Functions()
    functions.states.texts["cam-1"] = kept
    functions.show(*frames(1, 5))
    assert functions.read(1.0)[0].frames == 5


def test_feedback_is_written_with_its_row_or_when_that_is_there() -> None:
    functions = Functions()
    wrong = Said(SaidOf.WRONG, record=2)
    functions.show(*frames(1, 2))
    functions.keepers[1].say("cam-1", 2, wrong)
    assert functions.store.rows == {}
    functions.show(*frames(3, 10))
    assert functions.store.rows[1].said == wrong
    functions.keepers[1].say("cam-1", 12, Said())
    assert functions.store.rows[1].said == Said()
    functions.read(60.0)
    functions.keepers[0].say("cam-1", 12, wrong)
    assert functions.store.rows[1].said == wrong


def test_feedback_on_a_flicker_is_forgotten() -> None:
    functions = Functions()
    functions.show(*frames(1, 1))
    functions.keepers[0].say("cam-1", 1, Said(SaidOf.WRONG))
    functions.now_s += 60
    functions.keepers[0].say("cam-9", 77, Said(SaidOf.WRONG))
    functions.now_s += 60
    functions.keepers[0].write()
    assert functions.store.rows.keys() <= {1}
    assert functions.states.texts == {}


def test_without_redis_no_match_fails_and_what_is_written_can_be_read() -> None:
    functions = Functions()
    functions.show(*frames(1, 5))
    functions.states.trouble = "Redis: gone"
    functions.show(*frames(6, 1))
    assert [each.id for each in functions.read(2.0)] == [1]
    assert functions.keepers[0].trouble == "Redis: gone"
    with pytest.raises(UnavailableError, match="gone"):
        functions.keepers[0].say("cam-1", 2, Said())


def test_what_is_no_record_is_passed_over() -> None:
    functions = Functions()
    functions.show(record(1, 0.2), {"id": 2, "thing": "cam-1"}, {"id": 3})
    assert functions.store.rows == {}
