"""The contract of a match queue, on the fake and on a real Redis of each kind."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from services.core.evidence import Evidence, Vote
from services.core.ports import MatchQueue
from services.core.records import MatchRecord
from services.core.search.votes import KEPT
from tests.adapters.redis_kinds import KINDS, RedisPlace
from tests.fakes import MODEL, FakeQueue, make_observation, make_record

MakeQueue = Callable[[int, int], MatchQueue]
OTHER_SESSION = "ffffffff"


@pytest.fixture(params=["fake", *KINDS])
def make_queue(request: pytest.FixtureRequest, redis_of: Callable[[str], RedisPlace]) -> MakeQueue:
    """A maker of an empty queue with these limits of records: of all cameras, and of each."""
    if request.param == "fake":
        return lambda keep, each: FakeQueue(keep=keep, keep_each=each)
    place = redis_of(request.param)
    return lambda keep, each: place.queue(keep=keep, keep_each=each)


@pytest.fixture
def queue(make_queue: MakeQueue) -> MatchQueue:
    return make_queue(600, 100)


def seen(
    seq: int | None,
    *,
    thing: str = "cam-1",
    session: str | None = "0a1b2c3d",
    at_s: float = 1e9,
    vote: Vote | None = None,
) -> MatchRecord:
    return make_record(make_observation(thing=thing, session=session, seq=seq, at_s=at_s), vote=vote)


def said(number: int) -> Vote:
    """A vote that its time tells from others."""
    evidence = Evidence({'it\'s "ä" 日本 %s': 20.125, "cup": -0.5}, 14.25)
    return Vote(1e9 + number + 0.123456, evidence, MODEL, fresh=number % 2 == 0)


def latest(queue: MatchQueue, *, thing: str | None = None, limit: int = 100, after: int = 0) -> list[Any]:
    return [json.loads(record) for record in queue.latest(thing=thing, limit=limit, after=after)]


def offset_s(queue: MatchQueue, thing: str) -> float | None:
    return queue.clock_offsets_s([thing]).get(thing)


def votes_of(queue: MatchQueue, things: list[str]) -> dict[str, list[Vote]]:
    return {thing: list(memory.votes) for thing, memory in queue.memories(things).items()}


def seqs(records: list[Any]) -> list[int]:
    return [record["seq"] for record in records]


def test_an_empty_queue_has_nothing(queue: MatchQueue) -> None:
    assert (latest(queue), latest(queue, thing="cam-1"), offset_s(queue, "cam-1")) == ([], [], None)


def test_the_clocks_of_many_cameras_are_asked_for_at_once(queue: MatchQueue) -> None:
    for _ in range(5):
        queue.note_clock("fast", offset_s=60.0)
    queue.note_clock("once", offset_s=60.0)
    assert queue.clock_offsets_s(["right", "fast", "once"]) == {"fast": 60.0}
    assert queue.clock_offsets_s([]) == {}


def test_a_check_passes_and_leaves_no_record_behind(queue: MatchQueue) -> None:
    for _ in range(2):
        queue.check()
    first = queue.push(seen(1))
    assert [record["id"] for record in latest(queue)] == [first]


def test_records_come_newest_first_with_the_ids_that_push_gave(queue: MatchQueue) -> None:
    ids = [queue.push(seen(seq)) for seq in (1, 2, 3)]
    records = latest(queue)
    assert seqs(records) == [3, 2, 1]
    assert [record["id"] for record in records] == ids[::-1]
    assert ids == sorted(set(ids), key=lambda number: number or 0)
    assert seqs(latest(queue, limit=1)) == [3]
    assert seqs(latest(queue, limit=2)) == [3, 2]


def test_a_record_is_the_pushed_one_with_its_id_added(queue: MatchQueue) -> None:
    record = make_record(title='Ünï "quoted", it\'s \\ </script> 日本')
    number = queue.push(record)
    assert latest(queue) == [{"id": number, **json.loads(record.to_json())}]
    assert latest(queue)[0]["matches"][0]["title"] == 'Ünï "quoted", it\'s \\ </script> 日本'


def test_each_camera_has_its_list_beside_the_one_of_all(queue: MatchQueue) -> None:
    queue.push(seen(1, thing="a"))
    queue.push(seen(1, thing="b"))
    queue.push(seen(2, thing="a"))
    assert [(record["thing"], record["seq"]) for record in latest(queue)] == [("a", 2), ("b", 1), ("a", 1)]
    assert seqs(latest(queue, thing="a")) == [2, 1]
    assert seqs(latest(queue, thing="b")) == [1]
    assert latest(queue, thing="c") == []


def test_each_list_is_trimmed_to_what_is_kept_of_it(make_queue: MakeQueue) -> None:
    queue = make_queue(5, 3)
    for seq in range(8):
        queue.push(seen(seq, thing="a"))
        queue.push(seen(seq, thing="b"))
    assert [(record["thing"], record["seq"]) for record in latest(queue)] == [
        ("b", 7),
        ("a", 7),
        ("b", 6),
        ("a", 6),
        ("b", 5),
    ]
    assert seqs(latest(queue, thing="a")) == [7, 6, 5]


def test_after_an_id_only_newer_records_come(queue: MatchQueue) -> None:
    ids = [queue.push(seen(seq)) or 0 for seq in range(4)]
    assert seqs(latest(queue, after=ids[1])) == [3, 2]
    assert seqs(latest(queue, after=ids[1], limit=1)) == [3]
    assert latest(queue, after=ids[3]) == []


def test_who_lacks_many_records_gets_all_of_them(queue: MatchQueue) -> None:
    ids = [queue.push(seen(seq)) or 0 for seq in range(12)]
    for lacking in (1, 3, 4, 5, 11):
        assert seqs(latest(queue, after=ids[11 - lacking])) == [*range(11, 11 - lacking, -1)]
    assert seqs(latest(queue, after=ids[0], limit=2)) == [11, 10]


def test_a_record_is_found_by_its_id_as_long_as_it_is_kept(make_queue: MakeQueue) -> None:
    queue = make_queue(4, 1)
    assert queue.get(1) is None
    ids = [queue.push(seen(seq, thing=thing)) or 0 for seq in range(3) for thing in ("a", "b")]
    found = [queue.get(number) for number in ids]
    assert found == [None, None, *reversed(queue.latest(limit=4))]
    assert [queue.get(number) for number in (0, -1, ids[-1] + 1, 10**30)] == [None] * 4


def test_a_remembered_record_is_found_by_its_id_alone_when_the_list_has_lost_it(
    make_queue: MakeQueue,
) -> None:
    queue = make_queue(2, 2)
    first, second = queue.push(seen(1)) or 0, queue.push(seen(2)) or 0
    record = queue.get(first)
    assert record is not None
    for _ in range(2):  # as for a first and a second feedback
        queue.remember(record)
    for seq in (3, 4):
        queue.push(seen(seq))
    assert [queue.get(first), queue.get(second)] == [record, None]
    assert seqs(latest(queue)) == [4, 3]


def test_of_one_session_a_frame_is_newer_by_its_number_or_by_its_time(queue: MatchQueue) -> None:
    queue.push(seen(5, at_s=1e9))
    assert queue.push(seen(5, at_s=1e9)) is None
    assert queue.push(seen(4, at_s=1e9)) is None
    assert queue.push(seen(4, at_s=1e9 - 1)) is None
    assert queue.push(seen(6, at_s=1e9 - 1)) is not None  # the camera's clock was set back
    assert seqs(latest(queue)) == [6, 5]


def test_a_wrong_number_does_not_silence_its_camera(queue: MatchQueue) -> None:
    queue.push(seen(5, at_s=1e9))
    queue.push(seen(2**53, at_s=1e9 + 0.1))
    assert queue.push(seen(5, at_s=1e9)) is None
    assert queue.push(seen(6, at_s=1e9 + 0.2)) is not None
    assert queue.push(seen(7, at_s=1e9 + 0.3)) is not None
    assert seqs(latest(queue)) == [7, 6, 2**53, 5]


@pytest.mark.parametrize("session", ["0a1b2c3d", OTHER_SESSION, None])
def test_a_time_in_the_future_does_not_silence_its_camera(queue: MatchQueue, session: str | None) -> None:
    queue.push(seen(2**53, at_s=time.time() + 3600))
    seq = None if session is None else 6
    assert queue.push(seen(seq, session=session, at_s=time.time())) is not None
    assert queue.push(seen(seq, session=session, at_s=time.time() - 1)) is None
    assert seqs(latest(queue)) == [seq, 2**53]


def test_a_new_session_begins_again_but_an_older_frame_of_another_is_dropped(queue: MatchQueue) -> None:
    queue.push(seen(500, at_s=1e9))
    assert queue.push(seen(1, session=OTHER_SESSION, at_s=1e9 - 0.001)) is None
    assert queue.push(seen(2, session=OTHER_SESSION, at_s=1e9 + 0.001)) is not None
    assert queue.push(seen(501, at_s=1e9)) is None
    assert seqs(latest(queue)) == [2, 500]


def test_one_camera_does_not_hold_back_another(queue: MatchQueue) -> None:
    queue.push(seen(9, thing="a", at_s=1e9))
    assert queue.push(seen(1, thing="b", at_s=1e9 - 50)) is not None


def test_records_of_2018_have_no_session_and_go_by_their_time(queue: MatchQueue) -> None:
    pushed = [queue.push(seen(None, session=None, at_s=1e9 + second)) for second in (0, 2, 1, 2, 3)]
    assert [number is not None for number in pushed] == [True, True, False, True, True]
    assert [record["session"] for record in latest(queue)] == [None] * 4


def test_a_dropped_record_leaves_the_newest_as_it_is(queue: MatchQueue) -> None:
    queue.push(seen(5))
    queue.push(seen(4))
    assert queue.push(seen(5)) is None


def test_a_clock_is_wrong_after_five_notes_in_a_row_with_the_last_offset(queue: MatchQueue) -> None:
    shown = []
    for note in range(5):
        queue.note_clock("cam-1", offset_s=-30.0 - note)
        shown.append(offset_s(queue, "cam-1"))
    assert shown == [None, None, None, None, -34.0]
    assert offset_s(queue, "cam-2") is None


def test_a_record_that_goes_in_makes_the_clock_right_again(queue: MatchQueue) -> None:
    for _ in range(5):
        queue.note_clock("cam-1", offset_s=60.0)
    queue.push(seen(1, thing="cam-2"))
    assert offset_s(queue, "cam-1") == 60.0
    queue.push(seen(1))
    assert offset_s(queue, "cam-1") is None
    for _ in range(4):
        queue.note_clock("cam-1", offset_s=60.0)
    assert offset_s(queue, "cam-1") is None


def test_a_batch_is_pushed_in_its_order_each_record_as_by_itself(queue: MatchQueue) -> None:
    queue.push(seen(5, thing="b"))
    batch = [seen(1, thing="a", vote=said(1)), seen(4, thing="b", vote=said(2)), seen(1, thing="c")]
    ids = queue.push_many(batch)
    assert [number is not None for number in ids] == [True, False, True]
    assert latest(queue, limit=2) == [
        {"id": ids[2], **json.loads(batch[2].to_json())},
        {"id": ids[0], **json.loads(batch[0].to_json())},
    ]
    assert votes_of(queue, ["a", "b"]) == {"a": [said(1)], "b": []}
    assert queue.push_many([]) == []


def test_of_a_batch_a_cameras_later_record_finds_its_earlier_one(queue: MatchQueue) -> None:
    ids = queue.push_many([seen(1), seen(3), seen(2), seen(4)])
    assert [number is not None for number in ids] == [True, True, False, True]
    assert seqs(latest(queue)) == [4, 3, 1]


def test_a_camera_without_records_has_no_votes(queue: MatchQueue) -> None:
    assert votes_of(queue, ["a", "b"]) == {"a": [], "b": []}
    assert votes_of(queue, []) == {}


def test_votes_come_back_newest_first_each_cameras_own(queue: MatchQueue) -> None:
    for number, thing in enumerate("abaab"):
        queue.push(seen(number, thing=thing, vote=said(number)))
    votes = {"a": [said(3), said(2), said(0)], "b": [said(4), said(1)], "c": []}
    assert votes_of(queue, ["a", "b", "c"]) == votes
    assert votes_of(queue, ["b"]) == {"b": votes["b"]}


def test_the_last_votes_are_kept_as_many_as_can_agree_however_few_records_are(make_queue: MakeQueue) -> None:
    queue = make_queue(2, 2)
    for number in range(KEPT + 3):
        queue.push(seen(number, vote=said(number)))
    expected = [said(number) for number in range(KEPT + 2, 2, -1)]
    assert (votes_of(queue, ["cam-1"]), len(expected)) == ({"cam-1": expected}, KEPT)


def test_the_vote_of_a_record_that_is_dropped_is_not_kept(queue: MatchQueue) -> None:
    queue.push(seen(5, vote=said(5)))
    assert queue.push(seen(4, vote=said(4))) is None
    assert votes_of(queue, ["cam-1"]) == {"cam-1": [said(5)]}


def test_a_record_without_a_vote_leaves_the_votes_as_they_are(queue: MatchQueue) -> None:
    queue.push(seen(1, vote=said(1)))
    queue.push(seen(2))
    assert votes_of(queue, ["cam-1"]) == {"cam-1": [said(1)]}


def test_a_vote_is_no_part_of_the_record(queue: MatchQueue) -> None:
    number = queue.push(seen(1, vote=said(1)))
    assert latest(queue) == [{"id": number, **json.loads(seen(1).to_json())}]
