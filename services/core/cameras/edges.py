"""Cameras that are added in the page: handed to an edge, which keeps them and runs them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.box import Box
from common.read_json import read_json
from common.redaction import redact
from common.wire import MAX_MESSAGE_BYTES, topic
from services.core.cameras.added_names import checked_source, checked_title, same_name, thing_of
from services.core.cameras.ports import StatusStore
from services.core.cameras.replies import Replies
from services.core.cameras.status import CameraStatus, is_jpeg
from services.core.errors import ConflictError, InputError, MissingError, UnavailableError

# An edge looks for 15 s, and its answer takes its time.
TEST_WAIT_S = 18.0
WAIT_S = 8.0
_NO_EDGE = (
    "no edge takes cameras now; expected one that runs with LOOKALIKE_EDGE_DATA, as that of `make run` and "
    "that of the containers do"
)


@dataclass(frozen=True, slots=True)
class NewCamera:
    """A camera to add: its name for people, its address with any password, its part, its thing's name."""

    title: str
    source: str
    region: Box | None = None
    thing: str | None = None


class CameraEdges:
    """Hands cameras to edges; safe to use from several threads. It keeps nothing of them.

    Calls raise UnavailableError without a broker, TimeoutError if the edge does not answer, and ConflictError
    with the edge's words if it refuses.
    """

    def __init__(
        self,
        send: Callable[[str, bytes], bool],
        take_back: Callable[[str], object],
        replies: Replies,
        statuses: StatusStore,
        *,
        max_bytes: int | None = None,
        wait_s: float = WAIT_S,
    ) -> None:
        """`send` (topic, payload) gives a command to the broker; False if it can't be reached.

        `take_back` removes a thing's retained status. Pictures have at most `max_bytes`. An edge has `wait_s`
        to answer, and longer to a test.
        """
        self._send, self._take_back, self._replies, self._statuses = send, take_back, replies, statuses
        self._wait_s = wait_s
        self._limit = {} if max_bytes is None else {"max_bytes": max_bytes}

    def all(self) -> list[CameraStatus]:
        """The edges that take cameras now, by name."""
        return [each for each in self._statuses.all() if each.edge is not None and each.state != "offline"]

    def test(self, source: str, *, edge: str | None = None) -> bytes | str:
        """A JPEG of what an address shows, or the edge's words for why there is none."""
        where = self._choose(edge)
        answer = self._ask(where, "test", within_s=TEST_WAIT_S, source=checked_source(source), **self._limit)
        return answer["jpeg"] if "jpeg" in answer else redact(str(answer["refused"]))

    def add(self, camera: NewCamera, *, edge: str | None = None) -> CameraStatus:
        """Have an edge run a camera from now on; its status as it is known then."""
        where, title = self._choose(edge), checked_title(camera.title)
        source = checked_source(camera.source)
        known = self._statuses.all()
        if any(same_name(title, each.name) for each in known):
            raise ConflictError(f"there is a camera {title!r} already; expected another name")
        thing = camera.thing or thing_of(title, {each.thing for each in known})
        if any(each.thing == thing for each in known):
            raise ConflictError(f"there is a camera {thing} already; expected another name")
        region = {} if camera.region is None else {"region": list(camera.region)}
        self._command(where, "add", thing=thing, title=title, source=source, **region)
        return CameraStatus(
            thing, "no_camera", reason="starting", title=title, run_by=where, region=camera.region
        )

    def change(self, thing: str, *, title: str | None, region: Box | None) -> None:
        """Rename an added camera, or change the part that it looks at; MissingError, ConflictError."""
        edge = self._edge_of(self._known(thing))
        changed: dict[str, Any] = {} if region is None else {"region": list(region)}
        if title is not None:
            changed["title"] = checked_title(title)
            others = [each for each in self._statuses.all() if each.thing != thing]
            if any(same_name(changed["title"], each.name) for each in others):
                raise ConflictError(f"there is a camera {changed['title']!r} already; expected another name")
        if not changed:
            raise InputError("nothing to change; expected `title`, `region` or both")
        self._command(edge, "change", thing=thing, **changed)

    def forget(self, thing: str) -> None:
        """Have a camera that was added deleted at its edge, or one that is gone for good out of the list.

        MissingError; ConflictError for one that runs and was not added in the page.
        """
        camera = self._known(thing)
        if camera.run_by is not None:
            self._command(self._edge_of(camera), "forget", thing=thing)
        elif camera.state != "offline" or not camera.is_camera:
            raise ConflictError(
                f"{thing} is {camera.state} and was not added in the page; end the edge that runs it, "
                "then it can be forgotten"
            )
        self._take_back(thing)
        self._statuses.receive(topic(thing, "status"), b"")

    def _known(self, thing: str) -> CameraStatus:
        camera = self._statuses.get(thing)
        if camera is None:
            raise MissingError(f"there is no camera {thing[:128]!a}")
        return camera

    def _edge_of(self, camera: CameraStatus) -> str:
        if camera.run_by is None:
            raise ConflictError(f"{camera.thing} was not added in the page; it is changed where it is set up")
        if all(each.thing != camera.run_by for each in self.all()):
            raise ConflictError(
                f"the edge {camera.run_by}, which runs {camera.thing}, is offline; start it first"
            )
        return camera.run_by

    def _choose(self, edge: str | None) -> str:
        things = [each.thing for each in self.all()]
        there = ", ".join(things)[:300]
        if not things:
            raise ConflictError(_NO_EDGE)
        if edge is None and len(things) > 1:
            raise InputError(f"several edges take cameras; expected `edge`, one of {there}")
        if edge is not None and edge not in things:
            raise MissingError(f"no edge {edge[:128]!a} takes cameras now; there is {there}")
        return edge or things[0]

    def _command(self, edge: str, act: str, **given: object) -> None:
        answer = self._ask(edge, act, within_s=self._wait_s, **given)
        if "refused" in answer:
            raise ConflictError(redact(str(answer["refused"])))

    def _ask(self, edge: str, act: str, *, within_s: float, **given: object) -> dict[str, Any]:
        asked = secrets.token_hex(4)

        def send(token: str) -> None:
            reply = f"lookalike/{edge}/reply/{token}"
            command = {"do": "camera", "act": act, "reply": reply, "asked": asked, **given}
            if not self._send(topic(edge, "command"), json.dumps(command).encode()):
                raise UnavailableError("the broker is not connected; reconnecting")

        answer = self._replies.await_one(
            edge,
            send,
            lambda payload: _read_answer(payload, asked, may_show=act == "test"),
            within_s=within_s,
        )
        if answer is None:
            raise TimeoutError(f"the edge {edge} does not answer within {within_s:g} s; try again")
        return answer


def _read_answer(payload: bytes, asked: str, *, may_show: bool) -> dict[str, Any]:
    """An edge's answer: a picture, that it is done, or why not; ValueError for anything else."""
    if len(payload) > MAX_MESSAGE_BYTES:
        raise ValueError("no answer that a message can hold")
    if may_show and is_jpeg(payload):
        return {"jpeg": payload}
    answer = read_json(payload[:2000])
    # Tokens are few, so that it may be the answer to another request.
    if (
        not isinstance(answer, dict)
        or answer.get("asked") != asked
        or not {"done", "refused"} & answer.keys()
    ):
        raise ValueError("no answer to this command")
    return answer
