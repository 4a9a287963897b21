"""Lockout of clients that guess keys, in little memory."""

import logging

import pytest

from services.api.key_lockout import COOL_DOWN_S, LIMIT, REMEMBERED_S, SPARED, WINDOW_S, Attempts
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def attempts(clock: FakeClock) -> Attempts:
    return Attempts(max_clients=3, clock=clock)


def guess(attempts: Attempts, client: str, times: int = LIMIT) -> None:
    for _ in range(times):
        assert attempts.wait_s(client) == 0
        attempts.note_wrong(client)


def test_a_few_wrong_keys_are_listened_to_and_then_none_for_a_while(
    attempts: Attempts, clock: FakeClock
) -> None:
    guess(attempts, "192.0.2.1")
    assert attempts.wait_s("192.0.2.1") == COOL_DOWN_S
    assert attempts.wait_s("192.0.2.2") == 0
    clock.now_s += COOL_DOWN_S - 1
    assert attempts.wait_s("192.0.2.1") == 1
    clock.now_s += 1
    assert attempts.wait_s("192.0.2.1") == 0


def test_after_it_has_cooled_down_an_address_begins_again(attempts: Attempts, clock: FakeClock) -> None:
    for _ in range(3):
        guess(attempts, "192.0.2.1")
        assert attempts.wait_s("192.0.2.1") == COOL_DOWN_S
        clock.now_s += COOL_DOWN_S


def test_wrong_keys_that_are_spread_over_more_time_are_listened_to(
    attempts: Attempts, clock: FakeClock
) -> None:
    for _ in range(5 * LIMIT):
        guess(attempts, "192.0.2.1", 1)
        clock.now_s += WINDOW_S / (LIMIT - 1) + 0.01
    # Wrong keys at a higher rate lock the address out.
    guess(attempts, "192.0.2.1", 2)
    assert attempts.wait_s("192.0.2.1") > 0


def test_it_is_logged_once_a_cool_down(
    attempts: Attempts, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            guess(attempts, "192.0.2.1")
            clock.now_s += COOL_DOWN_S
    assert [record.getMessage() for record in caplog.records] == [
        "10 wrong API keys from 192.0.2.1 within 60 s; no key of it is looked at for 60 s"
    ] * 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("", "unix", False),
    ],
)
def test_addresses_of_one_owner_count_as_one(attempts: Attempts, one: str, other: str, same: bool) -> None:
    guess(attempts, one)
    assert bool(attempts.wait_s(other)) == same


def test_only_the_latest_addresses_are_remembered_up_to_a_limit(attempts: Attempts) -> None:
    for client in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        guess(attempts, client, LIMIT - 1)
    guess(attempts, "192.0.2.1", 1)
    guess(attempts, "192.0.2.4", 1)  # the second is forgotten to make room
    guess(attempts, "192.0.2.2", 1)  # and the third for that one
    waiting = [bool(attempts.wait_s(f"192.0.2.{number}")) for number in (1, 2, 3, 4)]
    assert waiting == [True, False, False, False]
    guess(attempts, "192.0.2.4", LIMIT - 1)
    assert attempts.wait_s("192.0.2.1") > 0
    assert attempts.wait_s("192.0.2.4") > 0


def test_where_the_right_key_came_lately_it_is_taken_in_spite_of_a_guesser(
    attempts: Attempts, clock: FakeClock
) -> None:
    attempts.note_right("192.0.2.1")
    guess(attempts, "192.0.2.1")
    assert attempts.wait_s("192.0.2.1") == COOL_DOWN_S
    assert attempts.spares("192.0.2.1")
    guess(attempts, "192.0.2.2")
    assert not attempts.spares("192.0.2.2")

    clock.now_s += REMEMBERED_S
    assert attempts.spares("192.0.2.1")
    clock.now_s += 1
    assert not attempts.spares("192.0.2.1")


def test_many_guesses_in_one_cool_down_end_the_exception_until_the_next(
    attempts: Attempts, clock: FakeClock
) -> None:
    attempts.note_right("192.0.2.1")
    guess(attempts, "192.0.2.1")
    for _ in range(SPARED):
        assert attempts.spares("192.0.2.1")
        attempts.note_ignored("192.0.2.1")
    assert not attempts.spares("192.0.2.1")

    clock.now_s += COOL_DOWN_S
    guess(attempts, "192.0.2.1", 1)
    assert attempts.spares("192.0.2.1")


def test_only_the_latest_right_addresses_are_remembered_up_to_a_limit(attempts: Attempts) -> None:
    for number in (1, 2, 1, 3, 4):  # at most three
        attempts.note_right(f"192.0.2.{number}")
    assert [attempts.spares(f"192.0.2.{number}") for number in (1, 2, 3, 4)] == [True, False, True, True]
