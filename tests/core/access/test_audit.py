"""The audit: what is kept of a change, and what becomes of lines that can't be written."""

from __future__ import annotations

import logging

import pytest

from services.core.access.audit import KEPT_S, MOST_CHARACTERS, MOST_WAITING, Audit
from services.core.access.roles import OWNER, Caller, Role
from tests.fake_access import FakeAudit
from tests.fakes import FakeClock

ANNA = Caller("Anna", Role.STAFF)


class Rig:
    """An audit over a fake log and clock."""

    def __init__(self) -> None:
        self.log, self.clock = FakeAudit(), FakeClock()
        self.audit = Audit(self.log, clock=self.clock)

    def subjects(self) -> list[str]:
        return [each.subject for each in self.audit.page(limit=5000)]

    def note(self, subject: str, caller: Caller = ANNA) -> None:
        self.clock.now_s += 0.001
        self.audit.note(caller, "deleted an item", subject, call="DELETE /items/{item_id}")


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_line_says_who_when_and_what(rig: Rig) -> None:
    rig.note("mug-7")
    rig.note("x" * 1000, OWNER)
    newest, first = rig.audit.page()
    assert (first.caller, first.action, first.subject) == (ANNA, "deleted an item", "mug-7")
    assert first.call == "DELETE /items/{item_id}"
    assert (newest.caller, len(newest.subject)) == (OWNER, MOST_CHARACTERS)
    assert rig.clock.now_s == newest.at_s > first.at_s
    assert rig.audit.state() == {"ok": True, "detail": None, "waiting": 0}


def test_lines_that_can_not_be_written_are_logged_wait_and_are_written_later(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.log.trouble = "keys and audit: no space"
    with caplog.at_level(logging.WARNING):
        rig.note("mug-1")
        rig.note("mug-2")
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        f"audit line not written: Anna (staff): deleted an item: {each}" for each in ("mug-1", "mug-2")
    ]
    assert rig.audit.state() == {"ok": False, "detail": "keys and audit: no space", "waiting": 2}
    rig.log.trouble = None
    # Whoever asks for the state has it tried again.
    assert rig.audit.state() == {"ok": True, "detail": None, "waiting": 0}
    assert rig.subjects() == ["mug-2", "mug-1"]


def test_few_lines_wait_and_those_that_were_lost_are_counted(rig: Rig) -> None:
    rig.log.trouble = "no space"
    for number in range(MOST_WAITING + 3):
        rig.note(str(number))
    state = rig.audit.state()
    assert (state["waiting"], state["detail"]) == (MOST_WAITING, "no space; 3 lines are only in the log")
    rig.log.trouble = None
    rig.note("last")
    assert rig.subjects()[0] == "last"
    assert len(rig.subjects()) == MOST_WAITING + 1


def test_lines_are_deleted_after_90_days(rig: Rig) -> None:
    rig.note("old")
    rig.clock.now_s += KEPT_S - 10
    rig.note("young")
    assert rig.subjects() == ["young", "old"]
    rig.clock.now_s += 3600
    rig.note("new")
    assert rig.subjects() == ["new", "young"]
