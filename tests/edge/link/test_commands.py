"""Commands to a camera: the valid ones, and refusals with the reason."""

import pytest

from common.wire import ASK_DETAILS
from edge.link.commands import receive


def ask(payload: bytes, *, topic: str = "lookalike/cam-1/command") -> list[tuple[str, float]]:
    """The watch requests that a command makes."""
    watched: list[tuple[str, float]] = []
    receive(topic, payload, on_watch=lambda thing, for_s: watched.append((thing, for_s)))
    return watched


@pytest.mark.parametrize(("for_s", "seconds"), [(b"10", 10.0), (b"0.5", 0.5), (b"60", 60.0)])
def test_somebody_watches(for_s: bytes, seconds: float) -> None:
    assert ask(b'{"do":"watch","for_s":%s,"more":1}' % for_s) == [("cam-1", seconds)]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "Expecting value"),
        (b"\xff", "can't decode"),
        (b"watch", "Expecting value"),
        (b"[" * 4000, "recursion"),
        (b'{"do":"watch","for_s":' + b" " * 5000 + b"1}", "5024 bytes; expected at most 4096"),
        (b"[1]", 'a JSON list; expected {"do":"watch","for_s":10}'),
        (b"{}", "do is None; expected 'watch'"),
        (b'{"do":"snapshot"}', "do is 'snapshot'; expected 'watch'"),
        (b'{"do":"watch"}', "for_s is None; expected seconds, above 0 and up to 60"),
        (b'{"do":"watch","for_s":"10"}', "for_s is '10'"),
        (b'{"do":"watch","for_s":true}', "for_s is True"),
        (b'{"do":"watch","for_s":0}', "for_s is 0"),
        (b'{"do":"watch","for_s":-1}', "for_s is -1"),
        (b'{"do":"watch","for_s":60.1}', "for_s is 60.1"),
        (b'{"do":"watch","for_s":NaN}', "for_s is nan"),
        (b'{"do":"watch","for_s":1e999}', "for_s is inf"),
    ],
)
def test_a_bad_command_is_told_and_does_nothing(
    caplog: pytest.LogCaptureFixture, payload: bytes, words: str
) -> None:
    assert ask(payload) == []
    (record,) = caplog.records
    assert record.getMessage().startswith("command on lookalike/cam-1/command refused: ")
    assert words in record.getMessage()


def test_the_search_wants_local_features() -> None:
    wanted: list[str] = []
    receive("lookalike/cam-1/command", ASK_DETAILS, on_watch=lambda *_: None, on_details=wanted.append)
    assert wanted == ["cam-1"]


@pytest.mark.parametrize("topic", ["lookalike/cam-1/frame", "lookalike/a b/command", "command"])
def test_a_topic_that_is_none_of_a_command_is_told(caplog: pytest.LogCaptureFixture, topic: str) -> None:
    assert ask(b'{"do":"watch","for_s":10}', topic=topic) == []
    assert len(caplog.records) == 1
