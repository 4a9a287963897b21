"""SQLite's promises beyond the port: durability, one writer, readers in other processes."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.adapters.sqlite_items import SqliteItems
from services.core.errors import UnavailableError
from tests.fakes import MODEL, OTHER_MODEL, make_item

WRITE_FOR_EVER = """
import sys
from pathlib import Path
from services.adapters.sqlite_items import SqliteItems
from tests.fakes import make_item
store = SqliteItems(Path(sys.argv[1]), writable=True)
for number in range(1_000_000):
    print(store.put(make_item(f"item-{number:06}")), flush=True)
"""
READ = """
import sys
from pathlib import Path
from services.adapters.sqlite_items import SqliteItems
store = SqliteItems(Path(sys.argv[1]), writable=False)
for line in sys.stdin:
    print(store.head(), *(item.id for item in store.page()), flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "items.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[SqliteItems]:
    store = SqliteItems(path, writable=True)
    yield store
    store.close()


@pytest.fixture
def reader(path: Path) -> Iterator[SqliteItems]:
    store = SqliteItems(path, writable=False)
    yield store
    store.close()


def child(code: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, str(path)]
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)


def test_everything_is_there_after_closing_and_opening_again(path: Path) -> None:
    first = SqliteItems(path, writable=True)
    first.put(make_item("a"))
    first.put(make_item("b"))
    first.delete("a")
    first.set_model(OTHER_MODEL)
    first.close()
    again = SqliteItems(path, writable=True)
    assert ([item.id for item in again.page()], again.head(), again.model()) == (["b"], 3, OTHER_MODEL)
    assert again.put(make_item("c")) == 4
    again.close()


def test_a_file_that_is_made_again_is_another_store(path: Path, tmp_path: Path) -> None:
    identities = []
    for place in (path, path, tmp_path / "again.sqlite"):
        store = SqliteItems(place, writable=True)
        identities.append(store.identity())
        store.close()
    assert identities[0]
    assert identities[0] == identities[1] != identities[2]


def test_a_writer_that_is_killed_loses_no_item_that_it_acknowledged(path: Path) -> None:
    with child(WRITE_FOR_EVER, path) as writing:
        assert writing.stdout is not None
        acknowledged = [int(writing.stdout.readline()) for _ in range(20)]
        writing.kill()
        acknowledged += [int(line) for line in writing.stdout if line.endswith("\n")]
    again = SqliteItems(path, writable=True)
    assert again.head() >= acknowledged[-1]
    assert [change.cursor for change in again.changes(after=0)][: len(acknowledged)] == acknowledged
    assert len(again.page(limit=100_000)) == again.head()
    again.close()


def test_a_second_writer_is_refused_until_the_first_is_gone(path: Path, writer: SqliteItems) -> None:
    with pytest.raises(UnavailableError, match=r"items\.sqlite: another process writes to it"):
        SqliteItems(path, writable=True)
    writer.close()
    second = SqliteItems(path, writable=True)
    second.put(make_item("a"))
    second.close()


def test_a_reader_in_another_process_sees_a_write_at_once(path: Path, writer: SqliteItems) -> None:
    writer.put(make_item("a"))
    with child(READ, path) as reading:
        assert reading.stdin is not None
        assert reading.stdout is not None
        heard = []
        for item_id in ("b", "c"):
            print(file=reading.stdin, flush=True)
            heard.append(reading.stdout.readline().split())
            writer.put(make_item(item_id))
        print(file=reading.stdin, flush=True)
        heard.append(reading.stdout.readline().split())
        reading.stdin.close()
    assert heard == [["1", "a"], ["2", "a", "b"], ["3", "a", "b", "c"]]


def test_a_reader_of_a_file_that_is_not_there_yet_waits_for_it(path: Path, reader: SqliteItems) -> None:
    with pytest.raises(UnavailableError, match="not there yet"):
        reader.head()
    assert not path.exists()
    writer = SqliteItems(path, writable=True)
    writer.put(make_item("a"))
    assert (reader.head(), reader.model()) == (1, MODEL)
    writer.close()


def test_a_reader_cannot_write(writer: SqliteItems, reader: SqliteItems) -> None:
    with pytest.raises(UnavailableError, match="readonly"):
        reader.put(make_item("a"))
    assert writer.head() == 0


def test_feedback_that_fails_halfway_leaves_nothing_of_itself(path: Path, writer: SqliteItems) -> None:
    writer.put(make_item("a"))
    writer.put(make_item("b"))
    with sqlite3.connect(path) as other:
        other.execute(
            "CREATE TRIGGER no_b BEFORE INSERT ON changes WHEN new.item_id = 'b' "
            "BEGIN SELECT RAISE(FAIL, 'no'); END"
        )
    other.close()
    with pytest.raises(UnavailableError, match="item store: no"):
        writer.feedback(7, shown="a", really="b")
    assert [(item.right, item.wrong) for item in writer.page()] == [(0, 0), (0, 0)]
    assert writer.head() == 2


def test_a_write_that_fails_leaves_nothing_of_itself_and_the_store_working(
    path: Path, writer: SqliteItems
) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TRIGGER no_note BEFORE INSERT ON changes BEGIN SELECT RAISE(FAIL, 'no'); END")
    other.close()
    with pytest.raises(UnavailableError, match="item store: no"):
        writer.put(make_item("a"))
    assert (writer.page(), writer.head(), writer.model()) == ([], 0, None)
    with sqlite3.connect(path) as other:
        other.execute("DROP TRIGGER no_note")
    other.close()
    assert writer.put(make_item("a")) == 1


@pytest.mark.parametrize("writable", [True, False])
def test_a_file_that_is_no_database_is_unavailable_by_name(path: Path, writable: bool) -> None:
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(UnavailableError, match=r"items\.sqlite: file is not a database"):
        SqliteItems(path, writable=writable).head()


@pytest.mark.parametrize("writable", [True, False])
def test_a_folder_that_is_not_there_is_unavailable_by_name(tmp_path: Path, writable: bool) -> None:
    with pytest.raises(UnavailableError, match=r"absent/items\.sqlite"):
        SqliteItems(tmp_path / "absent" / "items.sqlite", writable=writable).head()


def test_a_closed_store_is_unavailable(writer: SqliteItems) -> None:
    writer.close()
    with pytest.raises(UnavailableError):
        writer.put(make_item("a"))


def test_of_many_items_all_are_written_or_none(path: Path, writer: SqliteItems) -> None:
    writer.put(make_item("b", title="Old"))
    with sqlite3.connect(path) as other:
        other.execute(
            "CREATE TRIGGER no_c BEFORE INSERT ON changes WHEN new.item_id = 'c' "
            "BEGIN SELECT RAISE(FAIL, 'no'); END"
        )
    other.close()
    with pytest.raises(UnavailableError, match="item store: no"):
        writer.put_many([make_item(item_id, title="New") for item_id in "abcd"])
    assert ([(item.id, item.title) for item in writer.page()], writer.head()) == ([("b", "Old")], 1)
    assert writer.put_many([make_item(item_id) for item_id in "ab"]) == 3
