"""Named keys: their names, that they are kept as hashes, and when their last use is written."""

from __future__ import annotations

import hashlib

import pytest

from services.core.access.keys import KEPT_S, MOST_KEYS, USE_EVERY_S, Keys
from services.core.access.roles import Public, Role
from services.core.errors import ConflictError, InputError, MissingError
from tests.fake_access import FakeKeys
from tests.fakes import FakeClock


class Rig:
    """Keys over a fake store and clock."""

    def __init__(self) -> None:
        self.store, self.clock = FakeKeys(), FakeClock()
        self.keys = Keys(self.store, clock=self.clock)


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_key_is_found_by_itself_and_kept_as_a_hash_alone(rig: Rig) -> None:
    made, given = rig.keys.add("Anna", Role.STAFF)
    other, _ = rig.keys.add("Bob", Role.VIEWER)
    assert rig.keys.find(given) == made
    assert made.digest == hashlib.sha256(given.encode()).hexdigest()
    assert given not in repr(rig.store.rows)
    assert made.digest != other.digest
    # A hash that leaks, or a name, lets nobody in.
    wrong = (made.digest, "Anna", "", given.upper(), given[:-1], given + "0", "é" * 32)
    assert {rig.keys.find(each) for each in wrong} == {None}


@pytest.mark.parametrize(
    "name", ["Anna", "안나", "أنّا", "Анна", "Zoë 2", "👩‍🔧 Werkstatt", "a" * 64, "क्‍ष", "  Anna  Bell "]
)
def test_a_name_may_be_of_any_script(rig: Rig, name: str) -> None:
    made, _ = rig.keys.add(name, Role.VIEWER)
    assert made.name == " ".join(name.split())
    assert rig.keys.revoke(name).revoked_at_s is not None


@pytest.mark.parametrize(
    "name",
    ["", "   ", "a" * 65, "a\x00b", "a\x1b[2J", "a\u202eb", "a\u200bb", "\ud800", "\u200d", "a\x07"],
)
def test_what_is_no_name_is_refused(rig: Rig, name: str) -> None:
    with pytest.raises(InputError, match="expected 1 to 64 characters"):
        rig.keys.add(name, Role.VIEWER)
    assert rig.store.rows == {}


@pytest.mark.parametrize("name", ["anna", "ＡＮＮＡ", " Anna ", "An\u200dna"])
def test_no_two_keys_have_names_that_look_the_same(rig: Rig, name: str) -> None:
    rig.keys.add("Anna", Role.VIEWER)
    with pytest.raises(ConflictError, match="already"):
        rig.keys.add(name, Role.STAFF)
    rig.keys.revoke(name)
    assert rig.keys.add(name, Role.STAFF)


@pytest.mark.parametrize("name", ["owner", "Owner", " OWNER"])
def test_the_owners_name_and_role_are_the_owners_alone(rig: Rig, name: str) -> None:
    with pytest.raises(ConflictError):
        rig.keys.add(name, Role.VIEWER)
    with pytest.raises(InputError, match="can't be revoked"):
        rig.keys.revoke(name)
    with pytest.raises(InputError, match="viewer or staff"):
        rig.keys.add("Anna", Role.OWNER)


def test_a_revoked_key_is_known_as_such_for_a_while(rig: Rig) -> None:
    made, given = rig.keys.add("Anna", Role.STAFF)
    assert rig.keys.is_live(made.digest)
    rig.keys.revoke("anna")
    found = rig.keys.find(given)
    assert found is not None
    assert found.revoked_at_s == rig.clock.now_s
    assert (rig.keys.is_live(made.digest), rig.keys.revocations) == (False, 1)
    with pytest.raises(MissingError, match="no key named 'Anna'"):
        rig.keys.revoke("Anna")
    rig.clock.now_s += KEPT_S + 1
    rig.keys.add("Bob", Role.VIEWER)
    assert rig.keys.find(given) is None


def test_a_last_use_is_written_once_a_minute_and_its_failure_hinders_nobody(rig: Rig) -> None:
    _, given = rig.keys.add("Anna", Role.VIEWER)

    def use() -> int:
        found = rig.keys.find(given)
        assert found is not None
        rig.keys.note_use(found)
        return rig.store.uses

    assert [use() for _ in range(3)] == [1, 1, 1]
    rig.clock.now_s += USE_EVERY_S
    assert [use(), use()] == [2, 2]
    rig.clock.now_s += USE_EVERY_S
    found = rig.keys.find(given)
    assert found is not None
    rig.store.trouble = "keys: database is locked"
    rig.keys.note_use(found)


def test_there_may_be_only_so_many_keys(rig: Rig) -> None:
    for number in range(MOST_KEYS):
        rig.keys.add(f"key {number}", Role.VIEWER)
    with pytest.raises(ConflictError, match="revoke some first"):
        rig.keys.add("Anna", Role.VIEWER)
    rig.keys.revoke("key 7")
    rig.keys.add("Anna", Role.VIEWER)


def test_each_role_and_each_setting_includes_those_before_it() -> None:
    assert [[role.covers(least) for least in Role] for role in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
    assert [Public.MATCHES.covers(least) for least in Public] == [True, True, False]
