"""Overload: it begins when much falls unread, and ends soon after that."""

from services.core.search.load import LEAST_MESSAGES, WINDOW_S, Load
from tests.core.search.rig import SearchRig, fresh
from tests.fakes import FakeClock


def test_a_search_is_overloaded_while_much_falls_unread_and_no_longer() -> None:
    clock = FakeClock()
    load = Load(clock=clock)
    for number in range(LEAST_MESSAGES):
        load.note(fell=number % 2 == 0)
    told = [load.is_overloaded]
    for seconds in (WINDOW_S - 1, 1):
        clock.now_s += seconds
        told.append(load.is_overloaded)
    load.note(fell=True)
    assert [*told, load.is_overloaded] == [True, True, False, False]


def test_a_few_messages_that_fall_are_no_overload() -> None:
    few, some = Load(), Load()
    for number in range(LEAST_MESSAGES - 1):
        few.note(fell=True)
        some.note(fell=number % 5 == 0)
    some.note(fell=False)
    assert not few.is_overloaded
    assert not some.is_overloaded


def test_cameras_that_are_faster_than_their_answers_overload_an_intake_until_they_are_not() -> None:
    rig = SearchRig()
    for seq in range(LEAST_MESSAGES):
        rig.receive(fresh(seq=seq))
    assert rig.intake.is_overloaded
    rig.close()
    calm = SearchRig()
    for seq in range(LEAST_MESSAGES):
        calm.receive(fresh(seq=seq))
        calm.answer()
    assert not calm.intake.is_overloaded
    calm.close()


def test_the_rate_is_that_of_the_last_whole_second() -> None:
    clock = FakeClock()
    load = Load(clock=clock)
    for _ in range(7):
        load.note(fell=False)
    rates = [load.rate]
    for _ in range(2):
        clock.now_s += 1
        rates.append(load.rate)
    assert rates == [0, 7, 0]
