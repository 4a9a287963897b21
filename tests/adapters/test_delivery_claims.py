"""The contract of claims of deliveries, of the fake and on Redis."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.adapters.redis_shared import RedisDeliveryClaims
from services.adapters.redis_shared.deliveries import CLAIMED_S
from services.core.acting.ports import DeliveryClaims
from services.core.errors import UnavailableError
from tests.adapters.redis_kinds import RedisPlace
from tests.core.acting.showings import FakeClaims
from tests.servers import Server


@pytest.fixture(params=["fake", "single", "cluster"])
def claims(request: pytest.FixtureRequest, redis_of: Callable[[str], RedisPlace]) -> DeliveryClaims:
    if request.param == "fake":
        return FakeClaims()
    place = redis_of(request.param)
    return RedisDeliveryClaims(place.client, keys=place.keys)


def test_a_delivery_is_claimed_once_until_it_is_given_back(claims: DeliveryClaims) -> None:
    assert claims.claim("7-match")
    assert not claims.claim("7-match")
    assert claims.claim("7-unsure")
    claims.release("7-match")
    claims.release("never")
    assert claims.claim("7-match")


def test_another_process_knows_of_it_and_it_is_forgotten_in_time(
    redis_of: Callable[[str], RedisPlace],
) -> None:
    place = redis_of("single")
    assert RedisDeliveryClaims(place.client, keys=place.keys).claim("8-match")
    again = place.again()
    assert not RedisDeliveryClaims(again.client, keys=again.keys).claim("8-match")
    assert 0 < int(place.client.ttl(place.keys.of("delivery:8-match"))) <= CLAIMED_S


def test_a_redis_that_is_gone_is_unavailable(mortal_redis: Server) -> None:
    claims = RedisDeliveryClaims(RedisPlace.at(mortal_redis.url).client)
    mortal_redis.kill()
    with pytest.raises(UnavailableError, match="Redis"):
        claims.claim("7-match")
    with pytest.raises(UnavailableError, match="Redis"):
        claims.release("7-match")
