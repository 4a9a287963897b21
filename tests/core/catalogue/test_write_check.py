"""The check that the stores take writes: a real write, now and then."""

import pytest

from services.core.catalogue.write_check import WriteCheck
from services.core.errors import NoSpaceError, UnavailableError


def test_it_writes_now_and_then_and_more_often_while_that_fails() -> None:
    clock, written, failure = [50.0], list[float](), list[UnavailableError]()

    def write() -> None:
        written.append(clock[0])
        if failure:
            raise failure[0]

    check = WriteCheck([write], clock=lambda: clock[0])
    for clock[0] in (50.0, 51.0, 59.9, 60.0):
        check.check()
    assert written == [50.0, 60.0]
    failure.append(NoSpaceError("the disk is full"))
    check.check()  # not yet due
    for clock[0] in (70.0, 70.9, 71.0):
        with pytest.raises(NoSpaceError, match="the disk is full"):
            check.check()
    assert written[2:] == [70.0, 71.0]
    failure.clear()
    clock[0] = 72.0
    check.check()
