"""The lines of deliveries that wait: their order, pauses and places."""

from __future__ import annotations

from services.core.acting.delivery import Delivery
from services.core.acting.lines import FIRST_PAUSE_S, LONGEST_PAUSE_S, DeliveryLines, Waiting
from services.core.records import Verdict
from tests.core.acting.showings import showing


def taken(lines: DeliveryLines, now_s: float) -> Waiting:
    waiting = lines.take(now_s)
    assert waiting is not None
    return waiting


def ids(waiting: list[Waiting]) -> list[int]:
    return [each.delivery.showing.id for each in waiting]


def test_a_camera_has_one_under_way_and_the_others_do_not_wait_for_it() -> None:
    lines = DeliveryLines(most=9)
    for number, thing in enumerate(("a", "a", "b")):
        lines.add(Delivery(showing(number, thing=thing)), 0.0)
    first, other = taken(lines, 0.0), taken(lines, 0.0)
    assert ids([first, other]) == [0, 2]
    assert lines.take(99.0) is None
    assert lines.next_due_s() is None
    lines.finish(first)
    assert ids([taken(lines, 0.0)]) == [1]
    assert len(lines) == 2


def test_pauses_grow_up_to_a_limit_and_a_new_showing_ends_them() -> None:
    lines = DeliveryLines(most=9)
    lines.add(Delivery(showing(1)), 0.0)
    now_s, pauses = 0.0, []
    for _ in range(9):
        lines.put_back(taken(lines, now_s), now_s)
        due_s = lines.next_due_s()
        assert due_s is not None
        assert lines.take(due_s - 0.01) is None
        pauses.append(due_s - now_s)
        now_s = due_s
    assert pauses[:4] == [FIRST_PAUSE_S, 1.0, 2.0, 4.0]
    assert pauses[-1] == LONGEST_PAUSE_S
    lines.put_back(taken(lines, now_s), now_s)
    lines.add(Delivery(showing(2)), now_s)
    assert ids([taken(lines, now_s)]) == [1]


def test_a_match_takes_the_place_of_its_unsure_answer_that_waits_but_not_of_one_under_way() -> None:
    lines = DeliveryLines(most=9)
    lines.add(Delivery(showing(1, verdict=Verdict.UNSURE)), 0.0)
    assert ids(lines.add(Delivery(showing(1)), 0.0)) == [1]
    assert taken(lines, 0.0).delivery.id == "1-match"

    lines.add(Delivery(showing(2, thing="b", verdict=Verdict.UNSURE)), 0.0)
    assert taken(lines, 0.0).delivery.id == "2-unsure"
    assert lines.add(Delivery(showing(2, thing="b")), 0.0) == []
    assert len(lines) == 3


def test_the_oldest_of_all_gives_way_to_a_newer_one_unless_it_is_under_way() -> None:
    lines = DeliveryLines(most=3)
    for number in (1, 2, 3):
        lines.add(Delivery(showing(number, thing=f"c{number}")), 0.0)
    assert ids([taken(lines, 0.0)]) == [1]
    assert ids(lines.add(Delivery(showing(4, thing="c4")), 0.0)) == [2]
    assert ids([taken(lines, 0.0), taken(lines, 0.0)]) == [3, 4]
