"""Freshest wins, and no camera starves another, nor do many invented ones."""

import threading
import time

from services.core.search import mailbox
from services.core.search.mailbox import Mailbox, Waiting


def message(*, thing: str = "cam-1", at_s: float = 1e9, payload: bytes = b"{}") -> Waiting:
    return Waiting(thing, "features", payload, received_at_s=at_s, captured_at_s=at_s)


def things(taken: list[Waiting]) -> list[str]:
    return [seen.thing for seen in taken]


def test_a_newer_observation_replaces_the_older_of_its_camera() -> None:
    box = Mailbox()
    old, new = message(at_s=1), message(at_s=2)
    assert [box.put(old), box.put(new)] == [False, True]
    assert box.take(limit=10, timeout_s=0) == [new]


def test_an_older_observation_falls_to_the_newer_that_waits() -> None:
    box = Mailbox()
    old, new = message(at_s=1), message(at_s=2)
    assert [box.put(new), box.put(old)] == [False, True]
    assert box.take(limit=10, timeout_s=0) == [new]


def test_cameras_wait_in_line_and_a_fast_one_keeps_only_its_place() -> None:
    box = Mailbox()
    for at_s, thing in enumerate(["fast", "slow", "fast", "third", "fast"]):
        box.put(message(thing=thing, at_s=at_s))
    first = box.take(limit=2, timeout_s=0)
    assert things(first) == ["fast", "slow"]
    assert first[0].captured_at_s == 4
    box.put(message(thing="fast", at_s=5))
    assert things(box.take(limit=10, timeout_s=0)) == ["third", "fast"]


def test_nothing_is_taken_twice_and_an_empty_box_gives_up_in_time() -> None:
    box = Mailbox()
    box.put(message())
    assert len(box.take(limit=10, timeout_s=0)) == 1
    started_s = time.monotonic()
    assert box.take(limit=10, timeout_s=0.05) == []
    assert 0.04 < time.monotonic() - started_s < 5


def test_the_number_of_waiting_cameras_is_limited() -> None:
    box = Mailbox()
    overtaken = [box.put(message(thing=f"cam-{number}")) for number in range(mailbox.MAX_CAMERAS + 3)]
    assert sum(overtaken) == 3
    left = box.take(limit=mailbox.MAX_CAMERAS + 10, timeout_s=0)
    assert (len(left), left[0].thing) == (mailbox.MAX_CAMERAS, "cam-3")


def test_a_taker_that_waits_wakes_when_an_observation_comes() -> None:
    box, taken = Mailbox(), list[Waiting]()
    taker = threading.Thread(target=lambda: taken.extend(box.take(limit=1, timeout_s=30)))
    taker.start()
    box.put(message())
    taker.join(60)
    assert things(taken) == ["cam-1"]


def test_with_many_threads_each_observation_is_either_taken_once_or_overtaken() -> None:
    box, overtaken, taken, done = Mailbox(), list[bool](), list[Waiting](), threading.Event()

    def write(thing: str) -> None:
        overtaken.extend(box.put(message(thing=thing, at_s=at_s)) for at_s in range(500))

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


def test_a_camera_that_was_answered_lately_is_not_held_back_by_any_number_of_invented_ones() -> None:
    box = Mailbox()
    box.prefer("quiet")
    for number in range(mailbox.MAX_CAMERAS + 3):
        box.put(message(thing=f"invented-{number}"))
        if number == 7:
            box.put(message(thing="quiet"))
    assert things(box.take(limit=4, timeout_s=0))[0] == "quiet"


def test_cameras_that_were_answered_lately_leave_a_share_to_new_ones() -> None:
    box = Mailbox()
    for number in range(100):
        box.prefer(f"known-{number}")
        box.put(message(thing=f"known-{number}"))
    box.put(message(thing="new"))
    assert "new" in things(box.take(limit=8, timeout_s=0))


def test_with_nobody_else_waiting_new_cameras_have_the_whole_batch() -> None:
    box = Mailbox()
    for number in range(10):
        box.put(message(thing=f"new-{number}"))
    assert len(box.take(limit=8, timeout_s=0)) == 8


def test_a_camera_that_waits_while_it_is_answered_keeps_one_message() -> None:
    box = Mailbox()
    box.put(message(at_s=1))
    box.prefer("cam-1")
    box.put(message(at_s=2))
    assert [each.captured_at_s for each in box.take(limit=8, timeout_s=0)] == [2]


def test_the_cameras_answered_lately_are_remembered_up_to_a_limit_the_latest_of_them() -> None:
    box = Mailbox()
    for number in range(mailbox.MAX_CAMERAS + 1):
        box.prefer(f"cam-{number}")
        box.prefer("cam-0")
    for thing in ("stranger", "cam-1", "cam-0"):
        box.put(message(thing=thing))
    assert things(box.take(limit=1, timeout_s=0)) == ["cam-0"]


def test_messages_of_a_held_camera_wait_and_keep_their_place() -> None:
    box = Mailbox()
    for at_s, thing in enumerate(["held", "slow", "third"]):
        box.put(message(thing=thing, at_s=at_s))
    box.hold("held")
    assert things(box.take(limit=1, timeout_s=0)) == ["slow"]
    assert box.put(message(thing="held", at_s=9))
    assert things(box.take(limit=10, timeout_s=0)) == ["third"]
    assert box.take(limit=10, timeout_s=0) == []
    box.release("held")
    assert [seen.captured_at_s for seen in box.take(limit=10, timeout_s=0)] == [9]


def test_a_taker_that_waits_wakes_when_a_camera_is_held_no_more() -> None:
    box, taken = Mailbox(), list[Waiting]()
    box.hold("cam-1")
    box.put(message())
    taker = threading.Thread(target=lambda: taken.extend(box.take(limit=10, timeout_s=60)))
    taker.start()
    box.release("cam-1")
    taker.join(60)
    assert things(taken) == ["cam-1"]


def test_a_taker_that_gathers_gets_what_comes_soon_after_the_first() -> None:
    box, taken = Mailbox(), list[Waiting]()
    taker = threading.Thread(target=lambda: taken.extend(box.take(limit=10, timeout_s=30, gather_s=0.5)))
    taker.start()
    for thing in ("first", "second"):
        box.put(message(thing=thing))
    taker.join(60)
    assert things(taken) == ["first", "second"]


def test_a_taker_that_gathers_waits_for_no_other_where_a_good_batch_waits_already() -> None:
    box, taken = Mailbox(), list[Waiting]()
    for number in range(4):
        box.put(message(thing=f"cam-{number}"))
    take = threading.Thread(
        target=lambda: taken.extend(box.take(limit=16, timeout_s=30, gather_s=60)), daemon=True
    )
    take.start()
    take.join(30)
    assert len(taken) == 4
