"""The counters of the search: what becomes of messages, and of second looks."""

from __future__ import annotations

from typing import Literal, Protocol

from common.wire import WireReason
from services.core.records import MatchRecord

# Why a message was not answered. On AWS alone: "event", an event of another form than those of a rule, and
# "fault", one of ours.
DropReason = Literal[WireReason, "status_line", "overtaken", "unavailable", "loading", "event", "fault"]
# What became of a frame's local features: another item came first, the same one did, not all items were
# compared in time, or none was, because all threads were at work or its camera sends them too often.
LookEnd = Literal["changed", "kept", "late", "busy", "too_often"]


class Tally(Protocol):
    """Counts; implemented for Prometheus."""

    def dropped(self, reason: DropReason) -> None:
        """A message was not answered."""

    def answered(self, record: MatchRecord) -> None:
        """A record reached the match queue."""

    def asked(self) -> None:
        """A camera was asked for local features of its next frame."""

    def looked(self, end: LookEnd, *, took_s: float | None = None) -> None:
        """Local features came; `took_s` is the time of their second look, None if there was none."""
