"""Freshest wins, and no camera starves another."""

import threading
import time

from common.wire import Observation
from services.core.search import mailbox
from services.core.search.mailbox import Mailbox
from tests.fakes import make_observation


def things(taken: list[Observation]) -> list[str]:
    return [seen.thing for seen in taken]


def test_a_newer_observation_replaces_the_older_of_its_camera() -> None:
    box = Mailbox()
    old, new = make_observation(at_s=1, seq=1), make_observation(at_s=2, seq=2)
    assert [box.put(old), box.put(new)] == [False, True]
    assert box.take(limit=10, timeout_s=0) == [new]


def test_an_older_observation_falls_to_the_newer_that_waits() -> None:
    box = Mailbox()
    old, new = make_observation(at_s=1, seq=1), make_observation(at_s=2, seq=2)
    assert [box.put(new), box.put(old)] == [False, True]
    assert box.take(limit=10, timeout_s=0) == [new]


def test_cameras_wait_in_line_and_a_fast_one_keeps_only_its_place() -> None:
    box = Mailbox()
    for at_s, thing in enumerate(["fast", "slow", "fast", "third", "fast"]):
        box.put(make_observation(thing=thing, at_s=at_s))
    first = box.take(limit=2, timeout_s=0)
    assert things(first) == ["fast", "slow"]
    assert first[0].captured_at_s == 4
    box.put(make_observation(thing="fast", at_s=5))
    assert things(box.take(limit=10, timeout_s=0)) == ["third", "fast"]


def test_nothing_is_taken_twice_and_an_empty_box_gives_up_in_time() -> None:
    box = Mailbox()
    box.put(make_observation())
    assert len(box.take(limit=10, timeout_s=0)) == 1
    started_s = time.monotonic()
    assert box.take(limit=10, timeout_s=0.05) == []
    assert 0.04 < time.monotonic() - started_s < 5


def test_the_number_of_waiting_cameras_is_limited() -> None:
    box = Mailbox()
    overtaken = [
        box.put(make_observation(thing=f"cam-{number}")) for number in range(mailbox.MAX_CAMERAS + 3)
    ]
    assert sum(overtaken) == 3
    left = box.take(limit=mailbox.MAX_CAMERAS + 10, timeout_s=0)
    assert (len(left), left[0].thing) == (mailbox.MAX_CAMERAS, "cam-3")


def test_a_taker_that_waits_wakes_when_an_observation_comes() -> None:
    box, taken = Mailbox(), list[Observation]()
    taker = threading.Thread(target=lambda: taken.extend(box.take(limit=1, timeout_s=30)))
    taker.start()
    box.put(make_observation())
    taker.join(60)
    assert things(taken) == ["cam-1"]


def test_with_many_threads_each_observation_is_either_taken_once_or_overtaken() -> None:
    box, overtaken, taken, done = Mailbox(), list[bool](), list[Observation](), threading.Event()

    def write(thing: str) -> None:
        overtaken.extend(box.put(make_observation(thing=thing, at_s=at_s)) for at_s in range(500))

    def read() -> None:
        while (batch := box.take(limit=2, timeout_s=0.01)) or not done.is_set():
            taken.extend(batch)

    writers = [threading.Thread(target=write, args=(f"cam-{number}",)) for number in range(4)]
    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in writers + readers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert len(taken) + sum(overtaken) == 4 * 500
    assert len({(seen.thing, seen.captured_at_s) for seen in taken}) == len(taken)
    assert {(seen.thing, seen.captured_at_s) for seen in taken} >= {(f"cam-{n}", 499) for n in range(4)}
