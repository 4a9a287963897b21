"""The Redis queue's promises beyond the port: raw lists, the channel, outages, many processes."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from services.adapters.redis_queue import SILENT_S, Keys, RedisQueue, follow, record_id
from services.adapters.redis_queue.causes import in_words
from services.core.errors import UnavailableError
from services.core.records import MatchRecord
from tests.adapters.redis_kinds import RedisPlace
from tests.fakes import make_observation, make_record
from tests.pace import limit_s
from tests.servers import Server, until


@pytest.fixture
def queue(redis_place: RedisPlace) -> RedisQueue:
    return redis_place.queue()


@pytest.fixture
def client(redis_place: RedisPlace) -> redis.Redis:
    return redis_place.client


@pytest.fixture
def keys(redis_place: RedisPlace) -> Keys:
    return redis_place.keys


@pytest.fixture
def mortal(mortal_redis: Server) -> Iterator[RedisQueue]:
    """A queue on a Redis that the test kills."""
    place = RedisPlace.at(mortal_redis.url)
    with place.client:
        yield place.queue()


# The list of a camera by the contract, on a Redis by itself and on one in cluster mode.
CAM_1 = {False: "stack:matches:cam-1", True: "{stack:matches}:cam-1"}


def seen(seq: int, *, thing: str = "cam-1", at_s: float = 1e9) -> MatchRecord:
    return make_record(make_observation(thing=thing, seq=seq, at_s=at_s))


def test_the_raw_lists_hold_json_without_apostrophes_under_the_contracts_names(
    redis_place: RedisPlace, client: redis.Redis, queue: RedisQueue
) -> None:
    queue.push(make_record(title="It's a 'mug'"))
    (raw,) = map(str, client.lrange("stack:matches", 0, -1))
    assert client.lrange(CAM_1[redis_place.keys.one_slot], 0, -1) == [raw]
    assert "It\\u0027s a \\u0027mug\\u0027" in raw
    # The page of 2018 reads a record like this.
    assert json.loads(raw.replace("'", '"'))["matches"][0]["title"] == "It's a 'mug'"


OF_2018 = [
    '{"matches": [{"title": "A cup", "url": "https://shop.example/1"}]}',
    # As Python prints a dictionary, which the sample stored.
    repr({"matches": [{"title": "Grandma's cup", "url": "https://shop.example/2"}]}),
]
FOREIGN = ["no JSON", "7", "[]", '{"id":"x"}', '{"id":1}', "(" * 500, '{"id":true,"thing":"x"}', *OF_2018]


def test_records_of_other_programs_are_passed_over_and_counted_and_those_of_2018_can_be_had(
    client: redis.Redis, redis_place: RedisPlace
) -> None:
    counted = list[int]()
    queue = RedisQueue(client, keys=redis_place.keys, keep=20, on_foreign=counted.append)
    client.lpush("stack:matches", *FOREIGN)
    assert (queue.latest(limit=5), queue.get(1), counted) == ([], None, [len(FOREIGN)])
    assert json.loads(queue.newest_matches() or "")["matches"][0]["title"] == "Grandma's cup"
    assert "'" not in (queue.newest_matches() or "")
    client.lpop("stack:matches")
    assert json.loads(queue.newest_matches() or "") == json.loads(OF_2018[0])
    first, second = queue.push(seen(1)) or 0, queue.push(seen(2)) or 0
    client.lpush("stack:matches", *FOREIGN)
    assert [record_id(record) for record in queue.latest(limit=1)] == [second]
    assert [record_id(record) for record in queue.latest(limit=9, after=first)] == [second]
    assert record_id(queue.get(first) or "") == first
    queue.push(seen(3))
    assert queue.newest_matches() == queue.latest()[0]


def test_the_lists_in_redis_are_trimmed_themselves(redis_place: RedisPlace) -> None:
    queue, client = redis_place.queue(keep=5, keep_each=3), redis_place.client
    for seq in range(10):
        queue.push(seen(seq))
    assert (client.llen("stack:matches"), client.llen(redis_place.keys.matches("cam-1"))) == (5, 3)


def test_who_asks_again_and_again_is_sent_only_a_few_records(
    client: redis.Redis, queue: RedisQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [queue.push(seen(seq)) or 0 for seq in range(100)]
    sent: list[object] = []
    read = client.lrange

    def counted(*arguments: Any) -> Any:
        found = read(*arguments)
        sent.extend(found)
        return found

    monkeypatch.setattr(client, "lrange", counted)
    assert len(queue.latest(limit=100, after=ids[-2])) == 1
    assert 1 <= len(sent) < 10


def test_each_push_is_published_and_a_dropped_one_is_not(client: redis.Redis, queue: RedisQueue) -> None:
    with client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
        channel.subscribe("matches")
        channel.get_message(timeout=5)
        for seq in (1, 1, 2):
            queue.push(seen(seq))
        heard = list[str]()

        def hear() -> bool:
            message = channel.get_message(timeout=0.1)
            heard.extend([message["data"]] if message else [])
            return len(heard) == 2

        until(hear, what="two records on the channel")
    assert heard == queue.latest(limit=10)[::-1]


def test_a_redis_that_does_not_know_the_script_any_more_is_given_it(
    client: redis.Redis, queue: RedisQueue
) -> None:
    queue.push(seen(1))
    client.script_flush()
    ids = queue.push_many([seen(2), seen(1, thing="cam-2"), seen(1)])
    assert [number is not None for number in ids] == [True, True, False]
    assert [record_id(record) for record in queue.latest(limit=2)] == [ids[1], ids[0]]


def test_a_batch_of_which_a_push_fails_is_an_error_after_the_others_are_in(
    client: redis.Redis, keys: Keys, queue: RedisQueue
) -> None:
    client.set(keys.matches("cam-2"), "no list")
    with pytest.raises(UnavailableError, match="WRONGTYPE"):
        queue.push_many([seen(1), seen(1, thing="cam-2"), seen(1, thing="cam-3")])
    assert [client.llen(keys.matches(f"cam-{number}")) for number in (1, 3)] == [1, 1]


def test_ids_go_on_rising_after_redis_has_lost_everything(client: redis.Redis, queue: RedisQueue) -> None:
    ids = [0]

    def is_later() -> bool:
        """Whether the clock, which the counter starts from in milliseconds, is past the ids so far."""
        return time.time() * 1000 > ids[-1] + 1

    for _ in range(3):
        until(is_later)
        ids += [queue.push(seen(seq)) or 0 for seq in range(3)]
        client.delete(*client.scan_iter())
    assert ids == sorted(set(ids))


def test_many_processes_push_one_cameras_frames_in_order(redis_place: RedisPlace) -> None:
    def push(first: int) -> None:
        own = redis_place.again()
        with own.client:
            queue = own.queue(keep=400)
            for seq in range(first, 400, 4):
                queue.push(seen(seq))

    threads = [threading.Thread(target=push, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records = [json.loads(record) for record in redis_place.queue().latest(limit=1000)]
    numbers = [record["seq"] for record in records]
    assert numbers == sorted(set(numbers), reverse=True)
    assert numbers[0] == 399
    assert [record["id"] for record in records] == sorted((r["id"] for r in records), reverse=True)


def test_a_clocks_note_a_cameras_state_and_a_remembered_record_expire(
    client: redis.Redis, keys: Keys, queue: RedisQueue
) -> None:
    queue.note_clock("a", offset_s=60.0)
    queue.push(seen(1, thing="b"))
    queue.remember('{"id":7,"thing":"b"}')
    assert 0 < client.ttl(keys.of("camera:a")) <= 60
    assert 86000 < client.ttl(keys.of("feedback:7")) <= 86400
    assert 3600 <= client.ttl(keys.of("camera:b")) <= 7 * 86400
    assert 3600 <= client.ttl(keys.matches("b")) <= 86400


REFUSING = {
    "it is full (maxmemory)": (["config", "set", "maxmemory", "500kb"], ["config", "set", "maxmemory", "0"]),
    "it is a read-only replica": (["replicaof", "127.0.0.1", "9"], ["replicaof", "no", "one"]),
    "too few of its replicas": (
        ["config", "set", "min-replicas-to-write", "1"],
        ["config", "set", "min-replicas-to-write", "0"],
    ),
    "its user lacks a right that we need": (
        ["acl", "setuser", "default", "-@write"],
        ["acl", "setuser", "default", "+@all"],
    ),
    "one of our keys holds something else": (["set", "stack:matches", "x"], ["del", "stack:matches"]),
}


def test_a_redis_that_answers_but_refuses_records_fails_its_check_in_words_and_recovers(
    mortal_redis: Server, mortal: RedisQueue
) -> None:
    with redis.Redis.from_url(mortal_redis.url) as owner:
        mortal.check()
        for words, (spoil, mend) in REFUSING.items():
            owner.execute_command(*spoil)
            assert owner.ping()
            with pytest.raises(UnavailableError, match=re.escape(words)):
                mortal.check()
            owner.execute_command(*mend)
            mortal.check()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("BUSY Redis is busy running a script. You can only call SCRIPT KILL", "busy with a script"),
        ("Redis is loading the dataset in memory", "reading its data"),
        ("Protocol Error: b'HTTP/1.1 400 Bad Request'", "no Redis"),
        ("User x has no permissions to run the 'evalsha' command", "lacks a right"),
    ],
)
def test_an_error_of_redis_is_put_into_words(text: str, words: str) -> None:
    assert words in in_words(redis.RedisError(text))


def test_what_is_wrong_with_tls_is_said(tls_url: str) -> None:
    wrong = {
        tls_url.partition("?")[0]: "name the file of its authority behind the address",
        tls_url.replace("sesame", "wrong"): "it refuses user or password",
    }
    for url, words in wrong.items():
        place = RedisPlace.at(url)
        with place.client, pytest.raises(UnavailableError, match=words):
            place.queue().check()


def test_a_redis_that_hangs_fails_its_check_within_its_time_limit_and_recovers(
    mortal_redis: Server, mortal: RedisQueue
) -> None:
    mortal.check()
    mortal_redis.freeze()
    started_s = time.monotonic()
    with pytest.raises(UnavailableError, match="no answer in time"):
        mortal.check()
    assert time.monotonic() - started_s < limit_s(4)
    mortal_redis.thaw()
    mortal.check()


def test_without_redis_every_call_says_so_and_soon(mortal_redis: Server, mortal: RedisQueue) -> None:
    mortal.push(seen(1))
    mortal_redis.kill()
    started_s = time.monotonic()
    with pytest.raises(UnavailableError, match="Redis"):
        mortal.push(seen(2))
    with pytest.raises(UnavailableError, match="Redis"):
        mortal.latest()
    with pytest.raises(UnavailableError, match="Redis"):
        mortal.get(1)
    with pytest.raises(UnavailableError, match="Redis"):
        mortal.remember('{"id":1,"thing":"cam-1"}')
    with pytest.raises(UnavailableError, match="Redis"):
        mortal.memories(["cam-1"])
    with pytest.raises(UnavailableError, match="Redis"):
        mortal.note_clock("cam-1", offset_s=1.0)
    with pytest.raises(UnavailableError, match="Redis"):
        mortal.clock_offsets_s(["cam-1"])
    with pytest.raises(UnavailableError, match="Redis"):
        mortal.check()
    assert time.monotonic() - started_s < limit_s(10)


def test_a_redis_that_comes_back_on_its_port_works_again_without_a_new_client(
    mortal_redis: Server, mortal: RedisQueue
) -> None:
    first = mortal.push(seen(1))
    mortal_redis.kill()
    with pytest.raises(UnavailableError):
        mortal.push(seen(2))
    mortal_redis.start()
    mortal.check()
    assert mortal.latest() == []
    second = mortal.push(seen(3))
    assert first is not None
    assert second is not None
    assert second > first
    assert [record_id(record) for record in mortal.latest(limit=5)] == [second]


async def follow_over_a_restart(server: Server, queue: RedisQueue) -> list[int]:
    """Numbers that a follower hears: one before a crash of Redis and one after it."""
    with redis.Redis.from_url(server.url, decode_responses=True, socket_timeout=SILENT_S) as client:
        records, heard = follow(client), list[int]()
        for number in (1, 2):
            waiting = asyncio.ensure_future(anext(records))
            deadline_s = time.monotonic() + 15
            while not waiting.done():
                assert time.monotonic() < deadline_s, f"record {number} not heard"
                # Pushed until heard: a client that is not subscribed yet hears nothing.
                await asyncio.to_thread(
                    queue.push, seen(number, at_s=time.time(), thing=f"c{time.time_ns()}")
                )
                await asyncio.wait([waiting], timeout=0.05)
            heard.append(json.loads(waiting.result())["seq"])
            if number == 1:
                server.kill()
                server.start()
        await records.aclose()  # type: ignore[attr-defined]
    return heard


def test_a_follower_hears_each_record_and_goes_on_over_a_restart(
    mortal_redis: Server, mortal: RedisQueue
) -> None:
    assert asyncio.run(follow_over_a_restart(mortal_redis, mortal)) == [1, 2]
