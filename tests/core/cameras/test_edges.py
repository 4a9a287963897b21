"""Handing cameras to edges, over replies in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.core.cameras.edges import CameraEdges, NewCamera
from services.core.cameras.replies import LocalReplies
from services.core.cameras.status import CameraStatuses
from services.core.errors import ConflictError, InputError, MissingError, UnavailableError

SOURCE = "rtsp://u:secret@10.0.0.9/s1"
DONE = {"done": True}


class Rig:
    """Edges that answer what a test sets; all their commands are kept."""

    def __init__(self, *, wait_s: float = 5.0) -> None:
        self.statuses, self.replies = CameraStatuses(), LocalReplies()
        self.commands: list[dict[str, Any]] = []
        self.taken_back: list[str] = []
        self.answer: Callable[[dict[str, Any]], bytes | None] = lambda command: json.dumps(
            {**DONE, "asked": command["asked"]}
        ).encode()
        self.is_up = True
        self.edges = CameraEdges(
            self._send, self.taken_back.append, self.replies, self.statuses, max_bytes=120_000, wait_s=wait_s
        )

    def say(self, thing: str, **status: object) -> None:
        """A status comes."""
        told = json.dumps({"state": "online", **status}).encode()
        self.statuses.receive(f"lookalike/{thing}/status", told)

    def edge(self, thing: str = "server", **status: object) -> None:
        """An edge that takes cameras says so."""
        self.say(thing, source="cameras of the page", edge={"takes": 3, "troubles": {}}, **status)

    def _send(self, topic: str, payload: bytes) -> bool:
        command = json.loads(payload)
        self.commands.append({"edge": topic.split("/")[1], **command})
        answer = self.answer(command)
        if answer is not None:
            self.replies.receive(command["reply"], answer)
        return self.is_up


@pytest.fixture
def rig() -> Rig:
    """With one edge, `server`."""
    made = Rig()
    made.edge()
    return made


def refusing(why: str) -> Callable[[dict[str, Any]], bytes]:
    """An edge's refusal."""
    return lambda command: json.dumps({"refused": why, "asked": command["asked"]}).encode()


def test_a_camera_gets_a_name_of_its_own_whatever_its_script(rig: Rig) -> None:
    names = ["Front door", "front-door!", "현관 문", "계산대", "Ärztehaus № 3"]
    things = []
    for name in names:
        added = rig.edges.add(NewCamera(name, SOURCE))
        assert (added.name, added.run_by) == (name, "server")
        rig.say(added.thing, title=name, run_by="server")
        things.append(added.thing)
    assert things == ["front-door", "front-door-2", "camera", "camera-2", "arztehaus-no-3"]
    command = rig.commands[0]
    assert command["edge"] == "server"
    assert (command["do"], command["act"], command["source"]) == ("camera", "add", SOURCE)


def test_a_name_that_is_there_already_is_refused_and_nothing_is_sent(rig: Rig) -> None:
    rig.say("door", title="Front Door", run_by="server")
    rig.say("cam-1")
    for name in ("front door", "FRONT DOOR ", "cam-1", "ＣＡＭ-1"):
        with pytest.raises(ConflictError, match="already; expected another name"):
            rig.edges.add(NewCamera(name, SOURCE))
    with pytest.raises(ConflictError, match="there is a camera cam-1 already"):
        rig.edges.add(NewCamera("Till", SOURCE, thing="cam-1"))
    with pytest.raises(ConflictError, match="'cam-1' already"):
        rig.edges.change("door", title="cam-1", region=None)
    assert rig.commands == []


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (NewCamera("", SOURCE), "a line of 1 to 80"),
        (NewCamera("a\nb", SOURCE), "a line of 1 to 80"),
        (NewCamera("x" * 81, SOURCE), "a line of 1 to 80"),
        (NewCamera("Door", ""), "a line of 1 to 2000"),
        (NewCamera("Door", "rtsp://u:secret@x\n"), "a line of 1 to 2000"),
    ],
)
def test_what_is_no_name_or_no_address_is_refused_without_repeating_it(
    rig: Rig, new: NewCamera, says: str
) -> None:
    with pytest.raises(InputError, match=says) as refused:
        rig.edges.add(new)
    assert "secret" not in str(refused.value)


def test_with_several_edges_one_has_to_be_named_and_with_none_that_is_said(rig: Rig) -> None:
    rig.edge("attic", title="Attic Pi")
    rig.edge("gone", state="offline")
    assert [each.thing for each in rig.edges.all()] == ["attic", "server"]
    with pytest.raises(InputError, match="expected `edge`, one of attic, server"):
        rig.edges.add(NewCamera("Door", SOURCE))
    with pytest.raises(MissingError, match="no edge 'gone' takes cameras now; there is attic, server"):
        rig.edges.test(SOURCE, edge="gone")
    rig.edges.add(NewCamera("Door", SOURCE), edge="attic")
    assert rig.commands[-1]["edge"] == "attic"
    with pytest.raises(ConflictError, match="no edge takes cameras now"):
        Rig().edges.add(NewCamera("Door", SOURCE))


def test_a_test_gives_a_picture_or_the_edges_words_without_a_password(rig: Rig) -> None:
    rig.answer = lambda _command: b"\xff\xd8\xff picture"
    assert rig.edges.test(SOURCE) == b"\xff\xd8\xff picture"
    assert (rig.commands[-1]["act"], rig.commands[-1]["max_bytes"]) == ("test", 120_000)
    rig.answer = refusing(f"{SOURCE}: wrong user or password (401)")
    assert rig.edges.test(SOURCE) == "rtsp://***@10.0.0.9/s1: wrong user or password (401)"


def test_an_edge_that_refuses_or_is_silent_or_away_is_told_of() -> None:
    rig = Rig(wait_s=0.05)
    rig.edge()
    rig.answer = refusing("this edge runs 8 cameras already")
    with pytest.raises(ConflictError, match="runs 8 cameras already"):
        rig.edges.add(NewCamera("Door", SOURCE))
    # The answer to another request, and something else.
    for other in (b'{"done":true,"asked":"00000000"}', b"\xff\xd8\xff", b"[]", None):
        rig.answer = lambda _command, other=other: other  # type: ignore[misc]
        with pytest.raises(TimeoutError, match=r"the edge server does not answer within 0\.05 s"):
            rig.edges.add(NewCamera("Door", SOURCE))
    rig.is_up = False
    with pytest.raises(UnavailableError, match="broker"):
        rig.edges.add(NewCamera("Door", SOURCE))


def test_an_added_camera_is_changed_and_forgotten_by_the_edge_that_runs_it(rig: Rig) -> None:
    rig.edge("attic")
    rig.say("door", title="Door", run_by="attic")
    rig.edges.change("door", title="Back door", region=(0.5, 0, 0.5, 1))
    assert {"edge": "attic", "act": "change", "title": "Back door", "region": [0.5, 0, 0.5, 1]}.items() <= (
        rig.commands[-1].items()
    )
    with pytest.raises(InputError, match="nothing to change"):
        rig.edges.change("door", title=None, region=None)
    rig.edges.forget("door")
    assert (rig.commands[-1]["edge"], rig.commands[-1]["act"]) == ("attic", "forget")
    assert rig.taken_back == ["door"]
    assert rig.statuses.get("door") is None


def test_of_others_only_one_that_is_offline_can_be_forgotten(rig: Rig) -> None:
    rig.say("cam-1")
    with pytest.raises(ConflictError, match="was not added in the page; it is changed where it is set up"):
        rig.edges.change("cam-1", title="x", region=None)
    with pytest.raises(ConflictError, match="cam-1 is online and was not added in the page"):
        rig.edges.forget("cam-1")
    rig.say("cam-1", state="offline")
    rig.edges.forget("cam-1")
    assert rig.taken_back == ["cam-1"]
    rig.say("door", run_by="attic")
    with pytest.raises(ConflictError, match="the edge attic, which runs door, is offline"):
        rig.edges.forget("door")
    with pytest.raises(MissingError, match="there is no camera 'cam-9'"):
        rig.edges.forget("cam-9")
    assert rig.commands == []
