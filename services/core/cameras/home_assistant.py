"""Messages that tell other programs, such as Home Assistant, what each camera shows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from common.wire import Observation, to_iso, topic
from services.core.errors import Loading
from services.core.records import MatchRecord, Verdict

EVERY_S = 1.0
# Home Assistant's maximum length of a state.
MAX_SHOWN = 255
MAX_CAMERAS = 1024
_LOADING = "loading"
_WORDS = {Verdict.UNSURE: "unsure", Verdict.NO_MATCH: "no match"}


class Announcer:
    """Publishes a camera's answer when it changes, and otherwise at most once a second.

    Its memory of a camera only limits the rate: without it, or with other processes that answer the same
    camera, there are a few messages more, all of them true.
    """

    def __init__(self, publish: Callable[[str, bytes], object], *, cameras: int = MAX_CAMERAS) -> None:
        """`publish` sends a payload to a topic, or drops it; at most `cameras` are remembered."""
        self._publish, self._most = publish, cameras
        self._last: dict[str, tuple[object, float]] = {}

    def announce(self, record: MatchRecord) -> None:
        """Publish the answer of a record that has just been pushed, unless it was published a moment ago."""
        answer = record.verdict, record.matches[0].item.id if record.matches else None
        if self._is_news(record.observation.thing, answer) and record.expires_at_s > time.time():
            self._publish(topic(record.observation.thing, "match"), encode(record))

    def announce_loading(self, seen: Observation, loading: Loading, *, expires_at_s: float) -> None:
        """Publish that a camera has no answer yet, as the index is loading, unless it was just published."""
        if self._is_news(seen.thing, _LOADING) and expires_at_s > time.time():
            message = encode_loading(seen, loading, expires_at_s=expires_at_s)
            self._publish(topic(seen.thing, "match"), message)

    def _is_news(self, thing: str, answer: object) -> bool:
        """Whether this answer is another one or was last published a while ago; notes it as published."""
        now_s = time.monotonic()
        before, said_s = self._last.pop(thing, (None, 0.0))
        if answer == before and now_s - said_s < EVERY_S:
            self._last[thing] = before, said_s
            return False
        self._last[thing] = answer, now_s
        if len(self._last) > self._most:
            del self._last[next(iter(self._last))]
        return True


def encode(record: MatchRecord) -> bytes:
    """The message's JSON: `shown` is the title of a match, or words that say there is none.

    With "no match" the nearest item is not named, as nobody should act on it.
    """
    best = record.matches[0] if record.matches else None
    likely = None if record.verdict == Verdict.NO_MATCH else best
    title = likely.item.title if likely else None
    message: dict[str, Any] = {
        "shown": _WORDS.get(record.verdict) or (title or "")[:MAX_SHOWN],
        "verdict": record.verdict,
        "title": title,
        "item": likely.item.id if likely else None,
        "score": round(best.score, 4) if best else 0.0,
        "url": likely.url if likely else None,
        "link": likely.item.link if likely else None,
        "captured_at": to_iso(record.observation.captured_at_s),
        "expires_at": to_iso(record.expires_at_s),
    }
    return _line(message)


def encode_loading(seen: Observation, loading: Loading, *, expires_at_s: float) -> bytes:
    """The message's JSON while there is no verdict, with the progress of loading."""
    return _line(
        {
            "shown": _LOADING,
            "verdict": None,
            "title": None,
            "item": None,
            "score": 0.0,
            "url": None,
            "link": None,
            "captured_at": to_iso(seen.captured_at_s),
            "expires_at": to_iso(expires_at_s),
            "loading": loading.to_json(),
        }
    )


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
