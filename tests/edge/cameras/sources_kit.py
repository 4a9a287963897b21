"""Helpers of the tests of sources: failures, and the time until an edge is back."""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest

from edge.cameras.sources import open_source
from edge.cameras.sources.base import Source, SourceError
from tests.edge.kit import EdgeProcess, MqttListener
from tests.pace import limit_s
from tests.servers import Server, until

FIRST_WITHIN_S = 2.0  # from the attempt that succeeds to the first observation
LONGEST_DELAY_S = 31.0


def source_of(setting: str | Path, *, stall_s: float = 5.0, fast: bool = False) -> Source:
    """The source that a setting names."""
    source = open_source(str(setting), stall_s=stall_s, fast=fast)
    assert source is not None
    return source


def failure(source: Source) -> SourceError:
    """The failure that a source ends with, after any number of frames."""
    with pytest.raises(SourceError) as caught:
        for _ in source.frames(threading.Event()):
            pass
    return caught.value


def wait_reason(listener: MqttListener, state: str, part: str) -> str:
    """Wait until a status, the newest one or a later, has this state and a reason with this text.

    Gives the reason. A state may last for less than a second, in which a busy machine looks at nothing.
    """
    before = max(0, len(listener.statuses()) - 1)

    def told() -> list[str]:
        later = listener.statuses()[before:]
        return [
            str(each["reason"]) for each in later if each["state"] == state and part in str(each["reason"])
        ]

    until(told, within_s=LONGEST_DELAY_S, what=f"{state} with {part!r}; there was {listener.statuses()[-3:]}")
    return told()[0]


def check_return(edge: EdgeProcess, listener: MqttListener, start: Callable[[], object]) -> None:
    """Start a server that was away; check that the next attempt succeeds, and how soon a frame is seen."""
    before = len(listener.observations())
    start()
    up_s = time.time()
    until(
        lambda: len(listener.observations()) > before, within_s=LONGEST_DELAY_S + 5, what="observations again"
    )
    heard_s = [heard.at_s for heard in listener.heard if heard.topic.endswith("/features")][before]
    attempts_s = [at_s for at_s in _attempts_s(edge) if at_s <= heard_s]
    # The attempt that succeeded may have begun before the server came up, but no other.
    assert attempts_s[-2:-1] <= [up_s]
    assert heard_s - max(attempts_s[-1], up_s) < FIRST_WITHIN_S
    listener.wait_state("online")


def check_comebacks(edge: EdgeProcess, listener: MqttListener, camera: Server, *, name: str) -> None:
    """Let a camera start, be killed, start again, freeze and thaw; `stall_s` of the edge is 2."""
    refused = wait_reason(listener, "no_camera", "refused")
    assert refused == f"{name}: connection refused: nothing listens at this port"
    check_return(edge, listener, camera.start)

    camera.kill()
    assert wait_reason(listener, "no_camera", "ended") == f"{name} ended the connection"
    check_return(edge, listener, camera.start)

    freezing_s = time.time()
    camera.freeze()
    wait_reason(listener, "stalled", "")
    assert time.time() - freezing_s < limit_s(2 + 1.5)
    seen = len(listener.observations())
    camera.thaw()
    until(lambda: len(listener.observations()) > seen, what="observations again")
    listener.wait_state("online")


def check_secrets(edge: EdgeProcess, listener: MqttListener, name: str, secrets: Iterable[str]) -> None:
    """Check that the log and the messages name a camera, and contain none of these secrets."""
    everything = edge.log + "".join(repr(heard.payload) for heard in listener.heard)
    assert name in everything
    for secret in secrets:
        assert secret not in everything


def _attempts_s(edge: EdgeProcess) -> list[float]:
    """Times at which the edge tried to open its camera, in Unix seconds."""
    lines = [line for line in edge.log.splitlines() if ": opening " in line or "edge: trying " in line]
    return [datetime.fromisoformat(line.split(" ", 1)[0]).timestamp() for line in lines]
