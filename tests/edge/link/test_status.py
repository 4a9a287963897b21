"""The times at which a status is sent."""

import json
import time
from typing import Any

from common.wire import from_iso
from edge.link.status import StatusBoard
from tests.pace import limit_s
from tests.servers import PATIENCE_S


def test_changes_are_sent_at_once_and_the_frame_rate_when_it_is_known() -> None:
    sent: list[dict[str, Any]] = []
    board = StatusBoard(lambda payload: sent.append(json.loads(payload)), source="a clip")
    board.set_model(provider="CPUExecutionProvider", model="0123456789ab")
    before_s = time.time()
    board.set_state("online", None)
    assert before_s - 0.001 <= from_iso(sent[-1]["since"]) <= time.time()
    assert sent[-1] == {
        "since": sent[-1]["since"],
        "state": "online",
        "reason": None,
        "provider": "CPUExecutionProvider",
        "fps": 0.0,
        "model": "0123456789ab",
        "source": "a clip",
        "model_trouble": None,
    }
    started_s = time.monotonic()
    while len(sent) < 3:
        assert time.monotonic() - started_s < PATIENCE_S, "no frame rate"
        board.count(frame=True)
        time.sleep(0.01)
    assert 0.9 < time.monotonic() - started_s < limit_s(3)
    assert 20 < sent[-1]["fps"] <= 110
    for _ in range(100):  # from now on at most every 5 s
        board.count(frame=True)
    assert len(sent) == 3
    assert sent[-1]["since"] == sent[-2]["since"]
    board.set_state("stalled", "no frame for 5 s")
    assert (sent[-1]["state"], sent[-1]["fps"]) == ("stalled", 0.0)
    board.repeat()
    assert sent[-1] == sent[-2]


def test_why_the_model_is_another_one_is_sent_when_that_changes() -> None:
    sent: list[dict[str, Any]] = []
    board = StatusBoard(lambda payload: sent.append(json.loads(payload)))
    for trouble in (None, "model 0123456789ab is being fetched", "model 0123456789ab is being fetched", None):
        board.set_model_trouble(trouble)
    assert [each["model_trouble"] for each in sent] == ["model 0123456789ab is being fetched", None]


def test_a_status_that_does_not_change_is_sent_again_now_and_then() -> None:
    sent, now_s = list[bytes](), [100.0]
    board = StatusBoard(sent.append, clock=lambda: now_s[0])
    board.set_state("no_camera", "it is unplugged")
    for _ in range(300):
        now_s[0] += 0.1
        board.count(frame=False)
    assert len(sent) in (3, 4)
    assert set(sent) == {sent[0]}
