"""Repeated lines of a log are written now and then."""

import logging

import pytest

from common.rate_limited_log import _SUBJECTS, RateLimitedLines, RateLimitedLog


def test_a_subject_has_one_line_and_others_have_theirs(caplog: pytest.LogCaptureFixture) -> None:
    log = RateLimitedLog()
    for subject in ("a", "a", "b", "a"):
        log.say(subject, f"about {subject}")
    assert caplog.messages == ["about a", "about b"]
    log.forget("a")
    log.say("a", "again")
    assert caplog.messages[-1] == "again"


def test_after_a_while_a_line_says_how_many_were_omitted(caplog: pytest.LogCaptureFixture) -> None:
    log = RateLimitedLog(every_s=0)
    for _ in range(2):
        log.say("a", "each")
    assert caplog.messages == ["each", "each"]


def test_however_many_subjects_there_are_only_the_newest_are_remembered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = RateLimitedLog()
    for number in range(_SUBJECTS + 1):
        log.say(str(number), "x")
    caplog.clear()
    log.say(str(_SUBJECTS), "a new one")
    log.say("0", "a forgotten one")
    assert caplog.messages == ["a forgotten one"]


def test_a_library_s_lines_pass_once_for_each_kind_and_error() -> None:
    lines = RateLimitedLines()

    def passes(text: str, error: Exception | None = None) -> bool:
        told = (type(error), error, None) if error else None
        return lines.filter(logging.LogRecord("asyncio", logging.ERROR, "", 1, text, (), told))

    assert [passes(f"accept failed\nsocket {number}", OSError(24)) for number in range(3)] == [
        True,
        False,
        False,
    ]
    assert passes("accept failed", OSError(28))
    assert passes("something else", OSError(24))
