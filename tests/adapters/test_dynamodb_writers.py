"""Several processes write to DynamoDB at once: nothing is lost, and each sees what the others wrote."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.adapters.dynamodb_items import DynamoItems
from services.core.errors import UnavailableError
from services.core.search.follow import Follower
from tests.adapters.hooks import before, hooked, rows
from tests.adapters.items import counts, models, noted, same
from tests.fakes import OTHER_MODEL, FakeIndex, make_item
from tests.servers import Server, until

# Each thread has its own store, so that threads collide as processes do.
WRITE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from services.adapters.dynamodb_items import DynamoItems
from tests import aws
from tests.fakes import make_item
url, table, name, threads, count = sys.argv[1:]
def write(thread):
    store = DynamoItems(aws.client("dynamodb", url), table)
    for number in range(int(count)):
        item_id = f"{name}-{thread}-{number:03}"
        print(store.put(make_item(item_id)), item_id, flush=True)
with ThreadPoolExecutor() as pool:
    list(pool.map(write, range(int(threads))))
"""


def writer(server: Server, table: str, name: str, *, threads: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITE, server.url, table, name, str(threads), str(count)]
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def test_processes_that_write_at_once_lose_no_item_and_no_change(
    shared_aws: Server, table: str, dynamo: DynamoItems
) -> None:
    following = Follower(dynamo, make_index=lambda _model, dim: FakeIndex(dim=dim))
    seen = list[tuple[int, str]]()
    writing = [writer(shared_aws, table, name, threads=2, count=5) for name in "abc"]

    def poll() -> bool:
        """Read the changes, as a search process does; true once all were seen."""
        after = seen[-1][0] if seen else 0
        seen.extend((change.cursor, change.item_id) for change in dynamo.changes(after=after, limit=10))
        following.follow()
        return len(seen) == 30 and following.cursor == 30

    until(poll, within_s=60, what="all items were followed")
    told = [line.split() for each in writing for line in each.communicate()[0].splitlines()]
    assert [each.returncode for each in writing] == [0, 0, 0]
    assert [cursor for cursor, _ in seen] == list(range(1, 31))
    assert sorted(seen) == sorted((int(cursor), item_id) for cursor, item_id in told)
    assert following.items == len(dynamo.page(limit=1000)) == dynamo.head() == 30


def test_a_writer_that_is_killed_loses_no_item_that_it_acknowledged(
    shared_aws: Server, table: str, dynamo: DynamoItems
) -> None:
    with writer(shared_aws, table, "a", threads=1, count=100_000) as writing:
        assert writing.stdout is not None
        told = [writing.stdout.readline() for _ in range(15)]
        writing.kill()
        told += [line for line in writing.stdout if line.endswith("\n")]
    acknowledged = [line.split()[1] for line in told]
    found = dynamo.get_many(acknowledged)
    whole = [same(item, make_item(item_id)) for item, item_id in zip(found, acknowledged, strict=True)]
    assert whole == [True] * len(told)
    assert noted(dynamo, 0)[: len(told)] == acknowledged
    assert dynamo.put(make_item("next")) == len(dynamo.page(limit=1000)) == dynamo.head()


def test_threads_of_one_process_need_no_second_try(dynamo: DynamoItems, dynamodb: Any) -> None:
    tries = list[None]()
    with (
        hooked(dynamodb, "before-call.dynamodb.TransactWriteItems", lambda **_: tries.append(None)),
        ThreadPoolExecutor(4) as pool,
    ):
        cursors = list(pool.map(lambda number: dynamo.put(make_item(str(number))), range(16)))
    assert (sorted(cursors), len(tries)) == (list(range(1, 17)), 16)


def test_what_others_wrote_meanwhile_is_kept(dynamo: DynamoItems, others: DynamoItems, dynamodb: Any) -> None:
    dynamo.put(make_item("a", title="Old"))
    with before(
        dynamodb,
        "TransactWriteItems",
        lambda: others.feedback(1, shown="a", really="a"),
        lambda: others.put(make_item("b")),
        lambda: others.delete("a"),
        lambda: others.put(make_item("a", title="Theirs")),
        lambda: others.feedback(2, shown="a", really="b"),
        lambda: others.set_model(OTHER_MODEL),
    ):
        cursor = dynamo.put(make_item("a", title="New"))
    assert (cursor, noted(dynamo, 0)) == (dynamo.head(), ["a", "a", "b", "a", "a", "a", "b", "a"])
    assert [(item.id, item.title) for item in dynamo.page()] == [("a", "New"), ("b", "A mug")]
    assert (counts(dynamo, "a", "b"), dynamo.model()) == ([(0, 1), (1, 0)], OTHER_MODEL)


def test_staging_over_a_change_of_the_pictures_keeps_nothing(
    dynamo: DynamoItems, others: DynamoItems, dynamodb: Any, table: str
) -> None:
    dynamo.put(make_item("a"))
    item = make_item("a", model=OTHER_MODEL)
    new = replace(make_item("a"), picture="f" * 64 + ".jpg")
    with before(dynamodb, "TransactWriteItems", lambda: others.put(new)):
        assert not dynamo.stage(item)
    assert len(rows(dynamodb, table, "vectors/")) == 1
    assert same(dynamo.page()[0], new)


def test_vectors_staged_while_their_model_is_declared_are_a_change(
    dynamo: DynamoItems, others: DynamoItems, dynamodb: Any
) -> None:
    dynamo.put(make_item("a"))
    with before(dynamodb, "TransactWriteItems", lambda: others.set_model(OTHER_MODEL)):
        assert dynamo.stage(make_item("a", model=OTHER_MODEL))
    assert (noted(dynamo, 1), models(dynamo)) == (["a"], {"a": OTHER_MODEL})


def test_a_writer_that_is_always_overtaken_says_so(dynamodb: Any, table: str, others: DynamoItems) -> None:
    hasty = DynamoItems(dynamodb, table, patience_s=0.2)

    def overtake(**_: Any) -> None:
        others.put(make_item("theirs"))

    with (
        hooked(dynamodb, "before-call.dynamodb.TransactWriteItems", overtake),
        pytest.raises(UnavailableError, match=f"dynamodb://{table}: others write all the time"),
    ):
        hasty.put(make_item("a"))
    assert [item.id for item in hasty.page()] == ["theirs"]
