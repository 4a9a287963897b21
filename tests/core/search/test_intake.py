"""A message in the search: validated, freshest wins, answered, pushed."""

import json
import threading
import time
from collections import Counter
from collections.abc import Sequence

import pytest

from common.wire import encode_observation, topic
from services.core.errors import UnavailableError
from services.core.ports import Memory
from services.core.search.intake import BATCH
from tests.core.search.rig import SearchRig, fresh
from tests.fakes import FakeQueue, vectors


@pytest.fixture
def rig() -> SearchRig:
    return SearchRig()


def test_an_observation_is_answered_and_its_record_on_top_of_the_queue(rig: SearchRig) -> None:
    rig.receive(fresh(seq=7))
    assert rig.answer() == 1
    record = json.loads(rig.queue.latest(thing="cam-1")[0])
    assert (record["thing"], record["seq"], len(record["matches"])) == ("cam-1", 7, 6)
    assert ([r.observation.seq for r in rig.tally.records], rig.tally.drops) == ([7], Counter())


@pytest.mark.parametrize("kind", ["features", "infer"])
def test_a_message_of_2018_is_answered(rig: SearchRig, kind: str) -> None:
    numbers = ",".join(map(str, vectors()[0]))
    rig.intake.receive(f"lookalike/cam-1/{kind}", json.dumps({"features": numbers}).encode())
    assert rig.answer() == 1


def test_what_grows_old_while_it_waits_is_not_answered(rig: SearchRig) -> None:
    rig.receive(fresh(age_s=4.9))
    deadline_s = time.time() + 0.2
    while time.time() < deadline_s:
        pass
    assert rig.untouched()
    assert rig.tally.drops == Counter(["stale"])


def test_of_one_cameras_frames_only_the_freshest_is_answered(rig: SearchRig) -> None:
    for seq, age_s in ((1, 3.0), (3, 1.0), (2, 2.0)):
        rig.receive(fresh(seq=seq, age_s=age_s))
    assert rig.answer() == 1
    assert [record.observation.seq for record in rig.tally.records] == [3]
    assert rig.tally.drops == Counter({"overtaken": 2})


def test_a_record_that_the_queue_finds_too_old_is_counted_as_overtaken(rig: SearchRig) -> None:
    for seq, age_s in ((5, 0.0), (4, 0.1)):
        rig.receive(fresh(seq=seq, age_s=age_s))
        rig.answer()
    assert [record.observation.seq for record in rig.tally.records] == [5]
    assert rig.tally.drops == Counter({"overtaken": 1})


def test_all_that_waits_is_answered_up_to_a_batch_at_a_time(rig: SearchRig) -> None:
    for number in range(100):
        rig.receive(fresh(thing=f"cam-{number}"))
    assert [rig.answer(), rig.answer(), rig.answer()] == [64, 36, 0]


def test_while_redis_is_dead_frames_are_dropped_and_then_answered_again(rig: SearchRig) -> None:
    rig.queue.down = True
    rig.receive(fresh(thing="cam-1"))
    rig.receive(fresh(thing="cam-2"))
    assert rig.answer() == 0
    assert rig.tally.drops == Counter({"unavailable": 2})
    rig.queue.down = False
    assert rig.answer() == 0  # no old observation is answered again
    rig.receive(fresh(seq=2))
    assert rig.answer() == 1


def test_while_the_item_store_is_dead_frames_are_answered_from_memory(rig: SearchRig) -> None:
    rig.store.down = {"model", "head", "changes", "page", "get_many", "facts", "facts_page"}
    rig.receive(fresh())
    assert rig.answer() == 1
    assert len(rig.tally.records[0].matches) == 6


def test_while_the_index_loads_what_comes_is_dropped_and_then_answered() -> None:
    rig = SearchRig(loaded=False)
    for seq in (1, 2):
        rig.receive(fresh(seq=seq))
        assert rig.untouched()
    assert rig.tally.drops == Counter({"loading": 2})
    rig.follower.follow()
    rig.receive(fresh(seq=3))
    assert rig.answer() == 1


def test_an_observation_is_answered_from_the_view_of_its_moment_not_of_when_the_wait_began() -> None:
    rig = SearchRig(loaded=False)
    answering = threading.Thread(target=rig.intake.answer, kwargs={"timeout_s": 10})
    answering.start()
    rig.viewed.wait(0.2)  # enough for a loop that looks before it waits
    rig.follower.follow()
    rig.receive(fresh())
    answering.join()
    assert [len(record.matches) for record in rig.tally.records] == [6]


def test_a_cameras_frames_agree_over_the_queue_whichever_process_answered_them() -> None:
    first, queue = SearchRig(), FakeQueue()
    one, other = SearchRig(queue), SearchRig(queue)
    counted = []
    for seq, rig in enumerate([one, other, one, first]):
        rig.receive(fresh(seq=seq))
        rig.answer()
        counted.append(rig.tally.records[-1].frames)
    assert counted == [1, 2, 3, 1]
    assert [vote.fresh for vote in queue.memories(["cam-1"])["cam-1"].votes] == [False, False, True]


def test_each_camera_of_a_batch_agrees_with_its_own_frames(rig: SearchRig) -> None:
    for seq, things in enumerate([("a",), ("a", "b"), ("b", "c", "a")]):
        for thing in things:
            rig.receive(fresh(thing=thing, seq=seq))
        rig.answer()
    newest = {record.observation.thing: record.frames for record in rig.tally.records}
    assert newest == {"a": 3, "b": 2, "c": 1}


def test_without_what_is_remembered_nothing_is_answered_and_all_of_the_batch_is_counted() -> None:
    class Forgetful(FakeQueue):
        def memories(self, things: Sequence[str]) -> dict[str, Memory]:
            raise UnavailableError(f"Redis: has no memory of {len(things)} cameras")

    rig = SearchRig(Forgetful())
    rig.receive(fresh(thing="cam-1"))
    rig.receive(fresh(thing="cam-2"))
    assert rig.untouched()
    assert rig.tally.drops == Counter({"unavailable": 2})


def test_one_wrong_number_or_time_does_not_silence_its_camera(rig: SearchRig) -> None:
    for seq, age_s in ((1, 0.3), (2**53, 0.2), (2, 0.1), (2**53, -3600.0), (3, 0.0)):
        rig.receive(fresh(seq=seq, age_s=age_s))
        rig.answer()
    assert [record.observation.seq for record in rig.tally.records] == [1, 2**53, 2, 3]


def test_while_more_waits_than_one_batch_what_is_too_old_is_refused_before_it_is_decoded(
    rig: SearchRig,
) -> None:
    for number in range(BATCH):
        seen = fresh(thing=f"cam-{number}", age_s=9.0)
        broken = encode_observation(seen).replace(b'"features":"', b'"features":"no base64 ')
        rig.intake.receive(topic(seen.thing, "features"), broken)
    assert rig.untouched()
    assert rig.tally.drops == Counter({"stale": BATCH})
    assert rig.queue.clocks["cam-7"] == [pytest.approx(-9.0, abs=1.0)]
