"""Asking a camera for its next frame, and reading its answer."""

import json
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from common.moments import Moment, encode_moments
from common.wire import MAX_MESSAGE_BYTES
from services.core.cameras.replies import TOKENS, LocalReplies
from services.core.cameras.snapshots import Snapshots
from services.core.cameras.status import CameraStatus
from services.core.errors import ConflictError, MissingError, UnavailableError
from tests.servers import until

JPEG = b"\xff\xd8\xff\xe0 and so on"
ONLINE = CameraStatus("cam-1", "online")


@dataclass
class FakeBroker:
    """Remembers the commands, and lets a camera answer at once, as if in MQTT's thread."""

    answers: list[tuple[str, bytes]] = field(default_factory=list)
    up: bool = True
    commands: list[tuple[str, bytes]] = field(default_factory=list)
    deliver: Callable[[str, bytes], None] = lambda _topic, _payload: None

    def send(self, topic: str, payload: bytes) -> bool:
        self.commands.append((topic, payload))
        for form, answer in self.answers:
            self.deliver(form.format(token=self.token), answer)
        return self.up

    @property
    def reply(self) -> str:
        return str(json.loads(self.commands[-1][1])["reply"])

    @property
    def token(self) -> str:
        return self.reply.rpartition("/")[2]


def asking(*answers: tuple[str, bytes], up: bool = True) -> tuple[Snapshots, FakeBroker]:
    broker, replies = FakeBroker(list(answers), up), LocalReplies()
    broker.deliver = replies.receive
    return Snapshots(broker.send, replies), broker


def test_the_answer_to_a_command_is_the_jpeg_as_it_came() -> None:
    snapshots, broker = asking(("lookalike/cam-1/reply/{token}", JPEG))
    assert snapshots.take("cam-1", ONLINE) == JPEG
    ((topic, command),) = broker.commands
    assert (topic, json.loads(command)["do"]) == ("lookalike/cam-1/command", "snapshot")
    assert re.fullmatch(r"lookalike/cam-1/reply/[0-9a-f]{8,32}", broker.reply)


def test_where_messages_are_smaller_a_smaller_picture_is_asked_for() -> None:
    broker = FakeBroker()
    snapshots = Snapshots(broker.send, LocalReplies(), max_bytes=120_000)
    with pytest.raises(TimeoutError):
        snapshots.moments("cam-1", ONLINE, within_s=0)
    assert json.loads(broker.commands[0][1]) == {
        "do": "moments",
        "reply": broker.reply,
        "max_bytes": 120_000,
    }


def test_each_request_has_a_token_of_its_own_and_an_answer_reaches_who_asked() -> None:
    snapshots, broker = asking()
    got: dict[str, bytes] = {}

    def ask(thing: str) -> None:
        got[thing] = snapshots.take(thing, CameraStatus(thing, "online"), within_s=10)

    threads = [threading.Thread(target=ask, args=(f"cam-{number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    until(lambda: len(broker.commands) == 5)
    for _topic, command in reversed(broker.commands):
        reply = json.loads(command)["reply"]
        broker.deliver(reply, JPEG + reply.split("/")[1].encode())
    for thread in threads:
        thread.join()
    assert got == {f"cam-{number}": JPEG + f"cam-{number}".encode() for number in range(5)}
    assert len({json.loads(command)["reply"].rpartition("/")[2] for _topic, command in broker.commands}) == 5


@pytest.mark.parametrize("state", ["online", "clock_wrong"])
def test_a_camera_that_shows_something_is_asked(state: str) -> None:
    snapshots, _ = asking(("lookalike/cam-1/reply/{token}", JPEG))
    assert snapshots.take("cam-1", CameraStatus("cam-1", state)) == JPEG


@pytest.mark.parametrize("state", ["offline", "stalled", "no_camera"])
def test_one_that_shows_nothing_is_not_asked_and_its_state_and_reason_are_told(state: str) -> None:
    snapshots, broker = asking()
    with pytest.raises(ConflictError, match=rf"cam-1 is {state} \(the cable is out\)"):
        snapshots.take("cam-1", CameraStatus("cam-1", state, reason="the cable is out"))
    assert broker.commands == []


def test_an_unknown_camera_is_not_asked() -> None:
    snapshots, broker = asking()
    with pytest.raises(MissingError, match="there is no camera 'cam-9'"):
        snapshots.take("cam-9", None)
    assert broker.commands == []


def test_without_a_broker_nothing_is_waited_for() -> None:
    snapshots, _ = asking(up=False)
    with pytest.raises(UnavailableError, match="broker"):
        snapshots.take("cam-1", ONLINE, within_s=60)


def test_a_camera_that_refuses_is_quoted() -> None:
    refusal = json.dumps({"refused": "switched off (LOOKALIKE_PREVIEW=0)"}).encode()
    snapshots, _ = asking(("lookalike/cam-1/reply/{token}", refusal))
    with pytest.raises(ConflictError, match=r"cam-1 gives no picture: switched off \(LOOKALIKE_PREVIEW=0\)"):
        snapshots.take("cam-1", ONLINE, within_s=60)


@pytest.mark.parametrize(
    "topic",
    [
        "lookalike/cam-1/reply/0123456789abcdef",
        "lookalike/cam-2/reply/{token}",
        "lookalike/cam-1/reply/{token}/more",
        "lookalike/cam-1/preview",
        "x/cam-1/reply/{token}",
    ],
)
def test_what_answers_something_else_is_ignored(topic: str, caplog: pytest.LogCaptureFixture) -> None:
    snapshots, _ = asking((topic, JPEG + b"wrong"), ("lookalike/cam-1/reply/{token}", JPEG))
    assert snapshots.take("cam-1", ONLINE) == JPEG
    assert caplog.text == ""


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x89PNG\r\n",
        JPEG + bytes(MAX_MESSAGE_BYTES),
        b"{",
        b"[" * 5000,
        b'{"refused":1}',
        b'{"error":"x"}',
        b'"text"',
        b"null",
    ],
)
def test_an_answer_that_is_no_jpeg_is_logged_and_the_next_one_counts(
    payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    reply = "lookalike/cam-1/reply/{token}"
    snapshots, _ = asking((reply, payload), (reply, JPEG), (reply, JPEG + b"late"))
    with caplog.at_level(logging.WARNING):
        assert snapshots.take("cam-1", ONLINE) == JPEG
    assert f"cam-1 sent {len(payload)} bytes that are no JPEG" in caplog.text
    assert len(caplog.text) < 300


def test_a_thousand_answers_that_are_no_jpeg_fill_no_log(caplog: pytest.LogCaptureFixture) -> None:
    reply = "lookalike/cam-1/reply/{token}"
    snapshots, _ = asking(*[(reply, b"no JPEG")] * 1000, (reply, JPEG))
    with caplog.at_level(logging.WARNING):
        assert snapshots.take("cam-1", ONLINE) == JPEG
    assert len(caplog.records) == 1


def test_a_refusal_that_is_no_text_for_people_is_made_one() -> None:
    snapshots, _ = asking(("lookalike/cam-1/reply/{token}", b'{"refused":"\\ud800' + b"x" * 900 + b'"}'))
    with pytest.raises(ConflictError) as refusal:
        snapshots.take("cam-1", ONLINE)
    assert len(str(refusal.value).encode()) < 400


def test_without_an_answer_it_says_so_and_a_late_one_changes_nothing() -> None:
    snapshots, broker = asking()
    with pytest.raises(TimeoutError, match=r"cam-1 is online, but sent no picture within 0\.05 s"):
        snapshots.take("cam-1", ONLINE, within_s=0.05)
    broker.deliver(broker.reply, JPEG)
    broker.answers = [("lookalike/cam-1/reply/{token}", JPEG + b"new")]
    assert snapshots.take("cam-1", ONLINE) == JPEG + b"new"


def test_the_topics_of_answers_are_few_and_requests_beyond_them_share_one() -> None:
    snapshots, broker = asking()
    got: list[bytes] = []

    def ask() -> None:
        got.append(snapshots.take("cam-1", ONLINE, within_s=10))

    threads = [threading.Thread(target=ask) for _ in range(2 * len(TOKENS))]
    for thread in threads:
        thread.start()
    until(lambda: len(broker.commands) == len(threads))
    replies = {json.loads(command)["reply"] for _topic, command in broker.commands}
    assert replies == {f"lookalike/cam-1/reply/{token}" for token in TOKENS}
    for reply in replies:
        broker.deliver(reply, JPEG)
    for thread in threads:
        thread.join()
    assert got == [JPEG] * len(threads)


MOMENT = Moment(JPEG, (0.25, 0.5, 0.5, 0.25), 1_800_000_000.5)


def test_the_answer_to_the_command_moments_is_read() -> None:
    snapshots, broker = asking(("lookalike/cam-1/reply/{token}", encode_moments([MOMENT, MOMENT])))
    assert snapshots.moments("cam-1", ONLINE) == [MOMENT, MOMENT]
    ((_topic, command),) = broker.commands
    assert json.loads(command)["do"] == "moments"


def test_an_answer_of_the_other_kind_is_logged_and_the_next_one_counts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reply, moments = "lookalike/cam-1/reply/{token}", encode_moments([MOMENT])
    no_jpeg = encode_moments([Moment(b"GIF89a", MOMENT.box, 0.0)])
    snapshots, _ = asking((reply, JPEG), (reply, no_jpeg), (reply, moments))
    with caplog.at_level(logging.WARNING):
        assert snapshots.moments("cam-1", ONLINE) == [MOMENT]
    assert "that are no moments" in caplog.text
    snapshots, _ = asking((reply, moments), (reply, JPEG))
    assert snapshots.take("cam-1", ONLINE) == JPEG


def test_a_camera_that_gives_no_moments_is_quoted_or_waited_for() -> None:
    snapshots, _ = asking(("lookalike/cam-1/reply/{token}", b'{"refused":"switched off"}'))
    with pytest.raises(ConflictError, match="cam-1 gives no picture: switched off"):
        snapshots.moments("cam-1", ONLINE, within_s=60)
    snapshots, _ = asking()
    with pytest.raises(TimeoutError, match=r"sent no picture within 0\.05 s"):
        snapshots.moments("cam-1", ONLINE, within_s=0.05)
