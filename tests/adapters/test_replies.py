"""The contract of the cameras' answers, in memory and on Redis."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from services.adapters.redis_shared import RedisReplies
from services.core.cameras.replies import LocalReplies, parse_reply
from services.core.errors import UnavailableError
from tests.adapters.redis_kinds import RedisPlace
from tests.servers import Server

# Takes a message of a camera.
Receive = Callable[[str, bytes], None]
Places = tuple[LocalReplies | RedisReplies, Receive]


@pytest.fixture(params=["memory", "single", "cluster"])
def places(request: pytest.FixtureRequest, redis_of: Callable[[str], RedisPlace]) -> Places:
    """Where somebody waits, and where messages arrive: on Redis two functions."""
    if request.param == "memory":
        local = LocalReplies()
        return local, local.receive
    place = redis_of(request.param)
    other = place.again()
    return RedisReplies(place.client, keys=place.keys), RedisReplies(other.client, keys=other.keys).receive


def jpeg(payload: bytes) -> bytes:
    if payload.startswith(b"no"):
        raise ValueError("no JPEG")
    return payload


def answer(receive: Receive, token: str, *payloads: bytes, thing: str = "cam-1") -> None:
    for payload in payloads:
        receive(f"lookalike/{thing}/reply/{token}", payload)


def test_the_first_answer_that_can_be_read_is_given(places: Places) -> None:
    replies, receive = places
    payload = bytes(range(256)) * 300
    found = replies.await_one(
        "cam-1", lambda token: answer(receive, token, b"no", payload, b"later"), jpeg, within_s=60
    )
    assert found == payload


def test_an_answer_may_come_later(places: Places) -> None:
    replies, receive = places
    timers: list[threading.Timer] = []

    def send(token: str) -> None:
        timers.append(threading.Timer(0.05, answer, (receive, token, b"one")))
        timers[0].start()

    assert replies.await_one("cam-1", send, jpeg, within_s=60) == b"one"
    timers[0].join()


def test_none_comes_in_time(places: Places) -> None:
    replies, receive = places

    def send(token: str) -> None:
        answer(receive, token, b"no")
        answer(receive, token, b"of another camera", thing="cam-2")
        answer(receive, "0" * 32, b"to another request")
        receive("lookalike/cam-1/reply/x", b"on no topic of an answer")

    assert replies.await_one("cam-1", send, jpeg, within_s=0.05) is None


def test_a_request_that_is_not_sent_waits_for_nothing(places: Places) -> None:
    def send(_token: str) -> None:
        raise UnavailableError("the broker is away")

    with pytest.raises(UnavailableError):
        places[0].await_one("cam-1", send, jpeg, within_s=60)


def test_each_request_has_a_token_that_a_topic_may_hold(places: Places) -> None:
    tokens: list[str] = []
    for _ in range(3):
        places[0].await_one("cam-1", tokens.append, jpeg, within_s=0.01)
    assert len(set(tokens)) == 3
    assert [parse_reply(f"lookalike/cam-1/reply/{token}") for token in tokens] == [
        ("cam-1", token) for token in tokens
    ]


def test_answers_that_nobody_takes_are_few_and_expire(redis_place: RedisPlace) -> None:
    replies = RedisReplies(redis_place.client, keys=redis_place.keys)
    for number in range(9):
        answer(replies.receive, "0" * 8, b"%d" % number)
    key = redis_place.keys.of(f"reply:cam-1:{'0' * 8}")
    assert redis_place.client.llen(key) == 4
    assert 0 < int(redis_place.client.ttl(key)) <= 30


def test_without_redis_the_error_is_plain(mortal_redis: Server) -> None:
    replies = RedisReplies(RedisPlace.at(mortal_redis.url).client)
    mortal_redis.kill()
    with pytest.raises(UnavailableError):
        answer(replies.receive, "0" * 8, b"one")
    with pytest.raises(UnavailableError):
        replies.await_one("cam-1", lambda _token: None, jpeg, within_s=60)
