"""The history as a whole: deletion by age and by hand, and a day's summary."""

from dataclasses import replace

import pytest

from services.core.errors import MissingError
from services.core.history.history import DAY_S, History
from services.core.history.keeper import HistoryKeeper
from services.core.history.ports import Wanted
from services.core.history.showing import Said, SaidOf, Showing, showing_of
from services.core.history.summary import summarised
from tests.fake_history import BEGAN_S, FakeHistory, FakeHistoryPictures, record
from tests.fakes import FakeQueue


def made(number: int, at_s: float, best: str = "mug", verdict: str = "match") -> Showing:
    return replace(showing_of(record(number, at_s, best, verdict)), ended=True)


def kept(*showings: Showing, days: int = 30) -> History:
    """A history with these rows, each with a picture."""
    store, pictures = FakeHistory(), FakeHistoryPictures()
    store.write(list(showings), [])
    for each in showings:
        pictures.put(each.id, b"jpeg")
    store.note_pictures([each.id for each in showings])
    return History(store, pictures, HistoryKeeper(store, FakeQueue()), days)


def left(history: History) -> set[int]:
    """The rows that are left, which are those of the pictures."""
    assert isinstance(history.pictures, FakeHistoryPictures)
    rows = {each.id for each in history.store.page(Wanted(), limit=2000)}
    assert rows == history.pictures.kept.keys()
    return rows


def test_what_is_older_than_the_days_goes_with_its_picture_and_what_lasts_stays() -> None:
    many = [made(n, n) for n in range(1, 1200)]
    history = kept(*many, made(5000, 3 * DAY_S), replace(made(5001, 2), ended=False), days=2)
    assert history.expire(lambda: BEGAN_S + 2.5 * DAY_S) == 1199
    assert left(history) == {5000, 5001}
    assert history.expire(lambda: BEGAN_S + 2.5 * DAY_S) == 0


def test_a_history_of_no_days_deletes_all_that_has_ended() -> None:
    history = kept(made(1, 0), days=0)
    history.expire(lambda: BEGAN_S + 1)
    assert left(history) == set()


def test_showings_are_deleted_by_hand() -> None:
    history = kept(made(1, 0), made(2, 1), replace(made(3, 1), thing="door"))
    assert history.delete([1, 7]) == 1
    assert history.delete_before(BEGAN_S + 9, thing="door") == 1
    assert left(history) == {2}
    with pytest.raises(MissingError, match="there is no showing 1 in the history"):
        history.picture(1)
    assert history.picture(2) == b"jpeg"


def test_a_day_in_numbers() -> None:
    rows = [
        made(1, 0),
        made(2, 3599),
        replace(made(3, 3600), latency_ms=150.0),
        made(4, 7300, "vase"),
        made(5, 7400, "mug", "unsure"),
        made(6, 86_399, "mug", "no_match"),
    ]
    history = kept(*rows)
    history.store.say({1: Said(SaidOf.RIGHT), 4: Said(SaidOf.WRONG)})
    day = summarised(history.store.page(Wanted()), from_s=BEGAN_S)
    assert (day.counts.shown, day.counts.match, day.counts.unsure, day.counts.no_match) == (6, 4, 1, 1)
    assert (day.counts.judged, day.counts.correction_rate) == (2, 0.5)
    assert [(each.id, each.count) for each in day.most_shown] == [("mug", 3), ("vase", 1)]
    assert [each.shown for each in day.hours] == [2, 1, 2, *[0] * 20, 1]
    assert (day.latency_p50_ms, day.latency_p95_ms) == (50.0, 125.0)
    nothing = summarised([], from_s=BEGAN_S)
    assert (nothing.counts.correction_rate, nothing.latency_p50_ms, nothing.most_shown) == (None, None, [])
