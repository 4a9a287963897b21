"""The history in DynamoDB: what its rows and indexes cost, and what is delayed or too old."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.adapters.dynamodb_history import DynamoHistory
from services.adapters.dynamodb_history.layout import GONE_AT, INDEXES
from services.core.errors import UnavailableError
from services.core.history.ports import Wanted
from services.core.history.showing import Review, Said, SaidOf, Showing, showing_of
from tests.adapters.hooks import hooked
from tests.fake_history import BEGAN_S, record

DAY_S = 86_400.0


@pytest.fixture
def calls(dynamodb: Any) -> Iterator[Counter[str]]:
    """Counts the requests of the client while the test runs."""
    counted: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        counted[model.name] += 1

    with hooked(dynamodb, "before-call.dynamodb", count):
        yield counted


@pytest.fixture
def history(dynamodb: Any, history_table: str) -> DynamoHistory:
    """An empty history of thirty days, a minute after BEGAN_S."""
    # Long enough that the emulator, which has the clock of today, deletes no row as expired.
    return DynamoHistory(dynamodb, history_table, days=3650, clock=lambda: BEGAN_S + 60)


def lasting(number: int, **more: Any) -> Showing:
    return replace(showing_of(record(number, 0.0)), **more)


def test_a_row_that_begins_goes_on_and_ends_is_three_writes_and_nothing_is_read(
    history: DynamoHistory, calls: Counter[str]
) -> None:
    history.write([lasting(1)], [])
    history.write([], [lasting(1, last_record=5, frames=5)])
    history.write([], [lasting(1, last_record=9, frames=9, ended=True)])
    assert calls == {"UpdateItem": 3}
    assert history.get_many([1]) == [lasting(1, last_record=9, frames=9, ended=True)]


def test_a_row_that_goes_on_changes_nothing_of_the_indexes(
    history: DynamoHistory, dynamodb: Any, history_table: str
) -> None:
    def indexed() -> list[Any]:
        found = [dynamodb.scan(TableName=history_table, IndexName=index)["Items"] for index in INDEXES]
        projected = dynamodb.describe_table(TableName=history_table)["Table"]["GlobalSecondaryIndexes"]
        names = {"id", "place", *INDEXES.values()}
        names |= {name for each in projected for name in each["Projection"]["NonKeyAttributes"]}
        return [[{name: row[name] for name in row.keys() & names} for row in rows] for rows in found]

    history.write([lasting(1)], [])
    before = indexed()
    history.write([], [lasting(1, last_record=5, frames=5, seen_at_s=BEGAN_S + 9, latency_ms=7.5)])
    assert indexed() == before != [[]] * len(INDEXES)


def test_what_comes_late_changes_nothing(history: DynamoHistory) -> None:
    ended = lasting(1, last_record=9, ended=True)
    history.write([ended], [])
    history.write([lasting(1)], [lasting(1, last_record=8)])
    assert history.get_many([1]) == [ended]


def test_what_was_said_while_it_lasted_counts_when_it_ends(history: DynamoHistory) -> None:
    history.write([lasting(1), lasting(2)], [])
    history.say({1: Said(SaidOf.WRONG), 2: Said(SaidOf.RIGHT)})
    history.write([], [lasting(1, ended=True), lasting(2, ended=True)])
    waiting = Wanted(review=Review.OPEN, ended=True)
    assert [each.id for each in history.page(waiting)] == [1]
    assert history.count(waiting) == 1


def test_a_row_is_given_for_its_days_and_then_deleted_by_the_table(dynamodb: Any, history_table: str) -> None:
    now_s = BEGAN_S
    history = DynamoHistory(dynamodb, history_table, days=30, clock=lambda: now_s)
    history.write([lasting(1, ended=True)], [])
    row = dynamodb.get_item(TableName=history_table, Key={"id": {"N": "1"}})["Item"]
    assert int(row[GONE_AT]["N"]) == int(BEGAN_S + 30 * DAY_S)
    told = dynamodb.describe_time_to_live(TableName=history_table)["TimeToLiveDescription"]
    assert (told["TimeToLiveStatus"], told["AttributeName"]) == ("ENABLED", GONE_AT)
    now_s = BEGAN_S + 30 * DAY_S + 1
    assert history.page(Wanted()) == history.get_many([1]) == []
    assert history.count(Wanted()) == 0


def test_an_error_names_the_table_and_what_was_asked(dynamodb: Any) -> None:
    history = DynamoHistory(dynamodb, "nowhere", days=30, patience_s=0)
    with pytest.raises(UnavailableError, match=r"^history dynamodb://nowhere: query: ResourceNotFound"):
        history.page(Wanted())
