"""The contract of the stores of named keys and of the audit's lines, on every implementation."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.adapters.dynamodb_items import DynamoAudit, DynamoKeys
from services.adapters.dynamodb_items.layout import create_table
from services.adapters.sqlite_access import SqliteAudit, SqliteKeys, access_file
from services.core.access.audit import line_id
from services.core.access.keys import name_id
from services.core.access.ports import AuditLine, AuditLog, KeyStore, NamedKey
from services.core.access.roles import Caller, Role
from services.core.errors import UnavailableError
from tests import aws
from tests.fake_access import FakeAudit, FakeKeys
from tests.servers import Server

Stores = tuple[KeyStore, AuditLog]
Opener = Callable[[], Stores]
_numbers = itertools.count()
ANNA = NamedKey("a" * 64, "Anna", "anna", Role.STAFF, 1000.5)
LONG = NamedKey("b" * 64, "\ufdfa" * 64, name_id("\ufdfa" * 64), Role.VIEWER, 1001.0)


@pytest.fixture(params=["fake", "sqlite", "dynamodb"])
def again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same empty stores, as another process would."""
    if request.param == "fake":
        stores = FakeKeys(), FakeAudit()
        yield lambda: stores
    elif request.param == "sqlite":
        files: list[Any] = []

        def opened() -> Stores:
            files.append(access_file(tmp_path / "access.sqlite"))
            return SqliteKeys(files[-1]), SqliteAudit(files[-1])

        yield opened
        for file in files:
            file.close()
    else:
        server: Server = request.getfixturevalue("shared_aws")
        client, table = aws.client("dynamodb", server.url), f"access-{next(_numbers)}"
        with closing(client):
            create_table(client, table)
            yield lambda: (DynamoKeys(client, table), DynamoAudit(client, table))


@pytest.fixture
def keys(again: Opener) -> KeyStore:
    return again()[0]


@pytest.fixture
def audit(again: Opener) -> AuditLog:
    return again()[1]


def test_a_key_is_found_by_its_digest_alone_also_by_another_process(keys: KeyStore, again: Opener) -> None:
    assert keys.find(ANNA.digest) is None
    assert [keys.add(ANNA), keys.add(LONG)] == [True, True]
    other = again()[0]
    assert [other.find(each) for each in (ANNA.digest, LONG.digest, "anna")] == [ANNA, LONG, None]
    assert other.all() == [ANNA, LONG]


def test_a_name_is_taken_until_its_key_is_revoked(keys: KeyStore) -> None:
    assert keys.add(ANNA)
    second = replace(ANNA, digest="c" * 64, name="ANNA", made_at_s=1002.0)
    assert not keys.add(second)
    assert keys.find(second.digest) is None
    assert keys.revoke("anna", 1003.0) == replace(ANNA, revoked_at_s=1003.0)
    assert keys.revoke("anna", 1004.0) is None
    assert keys.add(second)
    assert keys.all() == [replace(ANNA, revoked_at_s=1003.0), second]
    assert keys.revoke("anna", 1005.0) == replace(second, revoked_at_s=1005.0)


def test_the_last_use_is_kept_and_neither_makes_a_key_nor_revives_one(keys: KeyStore) -> None:
    keys.add(ANNA)
    keys.note_use(ANNA.digest, 2000.25)
    keys.note_use("0" * 64, 2000.0)
    keys.revoke("anna", 2001.0)
    keys.note_use(ANNA.digest, 2002.5)
    assert keys.all() == [replace(ANNA, last_used_at_s=2002.5, revoked_at_s=2001.0)]


def test_what_was_revoked_long_ago_is_forgotten_and_nothing_else(keys: KeyStore) -> None:
    keys.add(ANNA)
    keys.revoke("anna", 1500.0)
    keys.add(LONG)
    keys.forget_revoked(1500.0)
    assert len(keys.all()) == 2
    keys.forget_revoked(1500.5)
    assert keys.all() == [LONG]


def test_of_two_who_add_a_name_at_once_one_gets_it(again: Opener) -> None:
    added: list[bool] = []

    def add(number: int) -> None:
        added.append(again()[0].add(replace(ANNA, digest=f"{number:064}")))

    threads = [threading.Thread(target=add, args=[number]) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(added) == [False, False, False, True]


def line(number: int) -> AuditLine:
    text = "ä '\" \u202e" if number == 1 else "mug-7"
    caller = Caller("Анна", Role.OWNER)
    return AuditLine(line_id(number, "ab"), number + 0.25, caller, "PUT /x", "changed an item", text)


def test_lines_come_newest_first_in_pages_each_once(audit: AuditLog, again: Opener) -> None:
    audit.add([line(number) for number in range(1, 31)])
    audit.add([line(3), line(31)])
    audit.add([])
    assert again()[1].page() == [line(number) for number in range(31, 0, -1)]
    first = audit.page(limit=2)
    assert first == [line(31), line(30)]
    assert audit.page(after=first[-1].id, limit=3) == [line(29), line(28), line(27)]
    assert audit.page(after=line(1).id) == []


def test_old_lines_are_deleted(audit: AuditLog) -> None:
    audit.add([line(number) for number in range(1, 6)])
    audit.expire(line_id(2.5))
    assert audit.page() == [line(5), line(4), line(3)]


def test_a_file_that_is_none_of_ours_is_named_and_one_that_was_moved_away_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "access.sqlite"
    path.write_bytes(b"no database" * 200)
    file = access_file(path)
    with closing(file):
        keys = SqliteKeys(file)
        with pytest.raises(UnavailableError, match=r"keys and audit .*access\.sqlite.*damaged"):
            keys.find(ANNA.digest)
        path.unlink()
        assert keys.add(ANNA)
        assert path.stat().st_mode & 0o777 == 0o600
