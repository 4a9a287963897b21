"""The contract of the lockout of those who guess keys, in memory and on Redis."""

import logging
from collections.abc import Callable

import pytest

from services.adapters.redis_shared import RedisAttempts
from services.core.errors import UnavailableError
from services.core.key_attempts import (
    COOL_DOWN_S,
    LIMIT,
    REMEMBERED_S,
    SPARED,
    WINDOW_S,
    Attempts,
    KeyAttempts,
)
from tests.adapters.redis_kinds import RedisPlace
from tests.adapters.round_trips import counted_trips
from tests.fakes import FakeClock
from tests.servers import Server

ONE, OTHER = "192.0.2.1", "2001:db8::/64"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "single", "cluster"])
def attempts(
    request: pytest.FixtureRequest, redis_of: Callable[[str], RedisPlace], clock: FakeClock
) -> KeyAttempts:
    if request.param == "memory":
        return Attempts(clock=clock)
    place = redis_of(request.param)
    return RedisAttempts(place.client, keys=place.keys, clock=clock)


def guess(attempts: KeyAttempts, address: str, times: int = LIMIT) -> None:
    """Wrong keys that are all looked at."""
    for _ in range(times):
        assert attempts.take(address, right=False) == 0


def test_a_few_wrong_keys_are_looked_at_and_then_none_for_a_while(
    attempts: KeyAttempts, clock: FakeClock
) -> None:
    guess(attempts, ONE)
    # The right key is ignored too, so that nobody learns which it is.
    assert [attempts.take(ONE, right=right) for right in (False, True)] == [COOL_DOWN_S, COOL_DOWN_S]
    assert attempts.take(OTHER, right=True) == 0
    clock.now_s += COOL_DOWN_S - 1
    assert attempts.take(ONE, right=True) == 1
    clock.now_s += 1
    assert attempts.take(ONE, right=True) == 0


def test_after_it_has_cooled_down_an_address_begins_again(attempts: KeyAttempts, clock: FakeClock) -> None:
    for _ in range(3):
        guess(attempts, ONE)
        assert attempts.take(ONE, right=False) == COOL_DOWN_S
        clock.now_s += COOL_DOWN_S


def test_wrong_keys_that_are_spread_over_more_time_are_looked_at(
    attempts: KeyAttempts, clock: FakeClock
) -> None:
    for _ in range(5 * LIMIT):
        guess(attempts, ONE, 1)
        clock.now_s += WINDOW_S / (LIMIT - 1) + 0.01
    # Wrong keys at a higher rate lock the address out.
    guess(attempts, ONE, 2)
    assert attempts.take(ONE, right=False) > 0


def test_it_is_logged_once_a_cool_down(
    attempts: KeyAttempts, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            guess(attempts, ONE)
            attempts.take(ONE, right=False)
            clock.now_s += COOL_DOWN_S
    assert [record.getMessage() for record in caplog.records] == [
        "10 wrong API keys from 192.0.2.1 within 60 s; no key of it is looked at for 60 s"
    ] * 2


def test_where_the_right_key_came_lately_it_is_taken_in_spite_of_a_guesser(
    attempts: KeyAttempts, clock: FakeClock
) -> None:
    attempts.take(ONE, right=True)
    clock.now_s += REMEMBERED_S
    guess(attempts, ONE)
    assert [attempts.take(ONE, right=right) for right in (False, True)] == [COOL_DOWN_S, 0]
    guess(attempts, OTHER)
    assert attempts.take(OTHER, right=True) == COOL_DOWN_S

    clock.now_s += REMEMBERED_S + 1
    guess(attempts, ONE)
    assert attempts.take(ONE, right=True) == COOL_DOWN_S


def test_many_guesses_in_one_cool_down_end_the_exception_until_the_next(
    attempts: KeyAttempts, clock: FakeClock
) -> None:
    attempts.take(ONE, right=True)
    guess(attempts, ONE)
    for _ in range(SPARED):
        assert attempts.take(ONE, right=False) == COOL_DOWN_S
    assert attempts.take(ONE, right=True) == COOL_DOWN_S

    clock.now_s += COOL_DOWN_S
    guess(attempts, ONE)
    assert attempts.take(ONE, right=True) == 0


def test_in_memory_only_the_latest_addresses_are_remembered_up_to_a_limit(clock: FakeClock) -> None:
    attempts = Attempts(max_clients=3, clock=clock)
    for number in (1, 2, 3):
        guess(attempts, f"192.0.2.{number}", LIMIT - 1)
    guess(attempts, "192.0.2.1", 1)
    guess(attempts, "192.0.2.4", 1)  # the second is forgotten to make room
    guess(attempts, "192.0.2.2", LIMIT)  # and the third for that one
    guess(attempts, "192.0.2.4", LIMIT - 1)
    assert [attempts.take(f"192.0.2.{number}", right=False) > 0 for number in (1, 2, 4)] == [True] * 3


def test_in_memory_only_the_latest_right_addresses_are_remembered_up_to_a_limit(clock: FakeClock) -> None:
    attempts = Attempts(max_clients=3, clock=clock)
    for number in (1, 2, 1, 3, 4):
        attempts.take(f"192.0.2.{number}", right=True)
    spared = []
    for number in (1, 2, 4):
        guess(attempts, f"192.0.2.{number}")
        spared.append(attempts.take(f"192.0.2.{number}", right=True) == 0)
    assert spared == [True, False, True]


def test_functions_count_together_and_redis_forgets_addresses_by_itself(redis_place: RedisPlace) -> None:
    other = redis_place.again()
    with other.client:
        functions = [RedisAttempts(place.client, keys=place.keys) for place in (redis_place, other)]
        functions[0].take(ONE, right=True)
        for number in range(LIMIT):
            assert functions[number % 2].take(ONE, right=False) == 0
        assert [function.take(ONE, right=False) > 0 for function in functions] == [True, True]
    kept_s = {key: redis_place.client.ttl(key) for key in map(str, redis_place.client.scan_iter())}
    assert len(kept_s) == 3
    for key, left_s in kept_s.items():
        assert 0 < left_s <= (REMEMBERED_S if ":right:" in key else COOL_DOWN_S + WINDOW_S)


def test_a_key_takes_one_round_trip(redis_of: Callable[[str], RedisPlace]) -> None:
    place = redis_of("single")
    attempts = RedisAttempts(place.client)
    attempts.take(ONE, right=True)  # from now on Redis knows the script
    with counted_trips(place.client) as trips:
        for right in (True, False):
            attempts.take(ONE, right=right)
    assert len(trips) == 2


def test_without_redis_no_key_is_taken(mortal_redis: Server) -> None:
    place = RedisPlace.at(mortal_redis.url)
    with place.client:
        attempts = RedisAttempts(place.client)
        mortal_redis.kill()
        with pytest.raises(UnavailableError, match="Redis"):
            attempts.take(ONE, right=True)
