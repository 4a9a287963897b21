"""The pictures of showings where nobody waits for a camera: one function asks, another takes the answer."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from common.box import Box
from common.picture_stamp import stamp_of
from common.wire import topic
from services.core.cameras.replies import parse_reply
from services.core.cameras.status import is_jpeg
from services.core.errors import InputError
from services.core.history.log import Change
from services.core.history.ports import HistoryPictures, HistoryStore
from services.core.history.seen_pictures import FRESH_S
from services.core.history.showing import Showing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AskedPicture:
    """A picture that a camera was asked for: the showing, its frame, and the thing in that."""

    showing: int
    session: str
    seq: int
    box: Box | None


class AskedPictures(Protocol):
    """What cameras were asked for in the last seconds; every call may raise UnavailableError."""

    def note(self, thing: str, token: str, asked: AskedPicture, /) -> None:
        """A camera is going to be asked with this token."""

    def taken(self, thing: str, token: str, /) -> AskedPicture | None:
        """What a token stands for, once; None for one that is unknown, used or too old."""


class PictureAsker:
    """A ShowingListener that asks cameras for the pictures of new showings, and waits for nothing."""

    def __init__(
        self,
        asked: AskedPictures,
        send: Callable[[str, bytes], bool],
        *,
        max_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`send` (topic, payload) gives a command to the broker; answers are to have `max_bytes` at most."""
        self._asked, self._send, self._max_bytes, self._clock = asked, send, max_bytes, clock

    def on_showing(self, showing: Showing, change: Change, /) -> None:
        """Ask for the picture of a showing that has begun, or has another item by now."""
        if change == "ended" or showing.session is None or showing.seq is None:
            return  # without a session it is the 2018 form, whose cameras give no pictures
        if self._clock() - showing.seen_at_s > FRESH_S:
            return
        token = secrets.token_hex(16)
        asked = AskedPicture(showing.id, showing.session, showing.seq, showing.box)
        self._asked.note(showing.thing, token, asked)
        command = {
            "do": "picture",
            "reply": f"lookalike/{showing.thing}/reply/{token}",
            "session": showing.session,
            "seq": showing.seq,
            "max_bytes": self._max_bytes,
        }
        if not self._send(topic(showing.thing, "command"), json.dumps(command).encode()):
            log.warning("no picture of showing %d: its camera can't be asked", showing.id)


class PictureTaker:
    """Takes the cameras' answers, and keeps the pictures. Calls may raise UnavailableError."""

    def __init__(
        self,
        asked: AskedPictures,
        cut: Callable[[bytes, Box], bytes],
        pictures: HistoryPictures,
        store: HistoryStore,
    ) -> None:
        """`cut` gives the part of a JPEG in a box, with a margin, as a JPEG; it may raise InputError."""
        self._asked, self._cut, self._pictures, self._store = asked, cut, pictures, store

    def receive(self, name: str, payload: bytes) -> bool:
        """Take a message of a reply's topic; False if no picture of a showing was asked for by its token."""
        address = parse_reply(name)
        asked = None if address is None else self._asked.taken(*address)
        if asked is None:
            return False
        stamp = stamp_of(payload) if is_jpeg(payload) else None
        if stamp is None or (stamp.session, stamp.seq) != (asked.session, asked.seq):
            # Mostly a refusal in words: it keeps its frames for two seconds, or gives none.
            log.info("no picture of showing %d: its camera gives none", asked.showing)
            return True
        try:
            jpeg = payload if asked.box is None else self._cut(payload, asked.box)
        except InputError as error:
            log.warning("no picture of showing %d: %s", asked.showing, error)
            return True
        self._pictures.put(asked.showing, jpeg)
        self._store.note_pictures([asked.showing])
        return True
