"""The contract of the history's rows, on every implementation."""

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from services.adapters.dynamodb_history import DynamoHistory
from services.adapters.sqlite_history import SqliteHistory
from services.core.history.ports import HistoryStore, Position, Wanted, all_of
from services.core.history.showing import Review, Said, SaidOf, Showing, showing_of
from services.core.records import Verdict
from tests.fake_history import BEGAN_S, FakeHistory, record


@pytest.fixture(params=["fake", "sqlite", "dynamodb"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HistoryStore]:
    """An empty history of each kind."""
    if request.param == "fake":
        yield FakeHistory()
    elif request.param == "dynamodb":
        table = request.getfixturevalue("history_table")
        yield DynamoHistory(request.getfixturevalue("dynamodb"), table, days=3650, clock=lambda: BEGAN_S + 60)
    else:
        with closing(SqliteHistory(tmp_path / "history.sqlite")) as rows:
            yield rows


def shown(number: int, at_s: float = 0, best: str | None = "mug", verdict: str = "match") -> Showing:
    return replace(showing_of(record(number, at_s, best, verdict)), ended=True)


def ids(found: list[Showing]) -> list[int]:
    return [each.id for each in found]


def test_a_showing_comes_back_as_it_was_written(history: HistoryStore) -> None:
    odd = replace(showing_of(record(7, 0.125, "ä '\"", link="https://x.example")), metadata={"größe": "7'"})
    bare = replace(shown(8, 1, None, "no_match"), session=None, seq=None, box=None, latency_ms=None)
    history.write([odd, bare], [])
    assert history.get_many([8, 9, 7]) in ([bare, odd], [odd, bare])
    assert history.count(Wanted()) == 2
    history.check_write()


def test_a_row_that_goes_on_keeps_what_people_said_and_its_picture(
    history: HistoryStore,
) -> None:
    history.write([shown(1)], [])
    said = Said(SaidOf.WRONG, Review.ITEM, "vase", 7, SaidOf.RIGHT)
    history.say({1: said, 2: said})
    history.note_pictures([1, 2])
    longer = replace(shown(1), frames=9, last_record=30)
    history.write([], [longer, shown(2)])
    assert history.get_many([1, 2]) == [replace(longer, said=said, has_picture=True)]
    history.say({1: Said()})
    assert history.get_many([1])[0].said == Said()


def test_pages_go_through_all_newest_first(history: HistoryStore) -> None:
    history.write([shown(n, n // 3) for n in range(1, 20)], [])
    assert ids(list(all_of(history, Wanted(), at_once=4))) == list(range(19, 0, -1))
    page = history.page(Wanted(), limit=2)
    assert ids(history.page(Wanted(), after=Position.of(page[-1]), limit=2)) == [17, 16]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(thing="cam-2"), [4]),
        (Wanted(from_s=BEGAN_S + 1), [5, 4, 3, 2]),
        (Wanted(to_s=BEGAN_S + 1), [1]),
        (Wanted(verdict=Verdict.NO_MATCH), [3]),
        (Wanted(item="mug"), [4, 2, 1]),
        (Wanted(item="mug", thing="cam-1", verdict=Verdict.MATCH), [1]),
        (Wanted(item="' OR 1=1 --"), []),
        (Wanted(feedback=SaidOf.RIGHT), [5]),
        (Wanted(review=Review.OPEN), [4, 2]),
        (Wanted(review=Review.IGNORED), [1]),
        (Wanted(ended=False), [5]),
    ],
)
def test_only_what_is_asked_for_comes(history: HistoryStore, wanted: Wanted, expected: list[int]) -> None:
    rows = [
        shown(1),
        shown(2, 1, "mug", "unsure"),
        shown(3, 2, "mug", "no_match"),
        replace(shown(4, 3), thing="cam-2"),
        replace(shown(5, 4, "vase", "unsure"), ended=False),
    ]
    history.write(rows, [])
    history.say({1: Said(None, Review.IGNORED), 4: Said(SaidOf.WRONG), 5: Said(SaidOf.RIGHT)})
    assert ids(history.page(wanted)) == expected
    assert history.count(wanted) == len(expected)
    assert ids(history.opened()) == [5]


def test_filters_go_together(history: HistoryStore) -> None:
    kinds = itertools.product(("mug", "vase", None), ("match", "unsure"), ("cam-1", "cam-2"), (True, False))
    rows = [
        replace(shown(n, n / 4, best, verdict if best else "no_match"), thing=thing, ended=ended)
        for n, (best, verdict, thing, ended) in enumerate(kinds, start=1)
    ]
    history.write(rows, [])
    wrong, ignored = Said(SaidOf.WRONG), Said(None, Review.IGNORED)
    history.say({2: wrong, 5: wrong, 7: wrong, 20: wrong, 3: ignored, 6: ignored})
    kept = {each.id: each for each in history.get_many([each.id for each in rows])}
    of = (None, "cam-1"), (None, "mug"), (None, Verdict.UNSURE), (None, Review.OPEN), (None, True, False)
    for thing, item, verdict, review, ended in itertools.product(*of):
        wanted = Wanted(thing, None, BEGAN_S + 5.5, verdict, item, review=review, ended=ended)
        expected = sorted((each.id for each in kept.values() if wanted.takes(each)), reverse=True)
        assert ids(list(all_of(history, wanted, at_once=3))) == expected, wanted
        assert history.count(wanted) == len(expected), wanted


def test_the_showing_of_a_record_is_that_of_its_camera_around_it(history: HistoryStore) -> None:
    first = replace(shown(10), last_record=20)
    other = replace(shown(12, 0.5), last_record=40, thing="cam-2")
    second = replace(shown(30, 4), last_record=50)
    history.write([first, other, second], [])
    found = [history.with_record("cam-1", number) for number in (10, 20, 25, 30, 51)]
    assert [each and each.id for each in found] == [10, 10, None, 30, None]


def test_deleted_rows_are_gone(history: HistoryStore) -> None:
    history.write([shown(1), shown(2)], [])
    assert history.delete([1, 3]) == 1
    assert history.delete([]) == 0
    assert ids(history.page(Wanted())) == [2]


def test_showings_are_counted_by_the_item_that_they_were_taken_for(history: HistoryStore) -> None:
    history.write([shown(1), shown(2, 1), shown(3, 2, "vase", "unsure"), shown(4, 3, "vase", "no_match")], [])
    assert history.shown() == {"mug": 2, "vase": 1}
