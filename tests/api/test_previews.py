"""Previews over HTTP, on running systems; one has a broker and a camera of the test's own."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import httpx
import pytest

from common.picture_stamp import Stamp, stamped
from services.core.cameras.previews import ASK_AGAIN_S
from tests.pace import Deadline, limit_s
from tests.servers import Server
from tests.system.pictures import picture
from tests.system.played import KEY, CommandListener, PlayedCamera, get_preview, status_of
from tests.system.stack import Stack, eventually


def test_a_camera_sends_previews_only_while_somebody_watches(stack: Stack) -> None:
    eventually(lambda: status_of(stack, "cam-1").get("state") == "online", within_s=60, why=stack.log)
    with CommandListener(
        stack.address("broker"), "lookalike/cam-1/preview", "lookalike/cam-1/command"
    ) as listener:
        time.sleep(1)
        # The search may ask for local features meanwhile, the history for a frame's picture.
        heard = [payload for _, _, payload in listener.heard]
        assert [each for each in heard if b"details" not in each and b'"picture"' not in each] == []

        seen = ""
        began_s, deadline = time.monotonic(), Deadline(10)
        while time.monotonic() - began_s < 5 or len(listener.of("preview")) < 5:
            answer = get_preview(stack, "cam-1", **{"If-None-Match": seen})
            assert answer.status_code == 200
            seen = answer.headers["ETag"]
            assert not deadline.is_over()
        asked = [each for each in listener.of("command") if b"watch" in each]
        assert 1 <= len(asked) <= 1 + (time.monotonic() - began_s) / ASK_AGAIN_S
        last_asked_s = [at_s for at_s, _, payload in listener.heard if b"watch" in payload][-1]

        # Only a wait can show that they end: a later one would fail the test.
        time.sleep(max(0.0, last_asked_s + 12 - time.monotonic()))
        late = [at_s - last_asked_s for at_s, topic, _ in listener.heard if topic.endswith("/preview")]
        assert max(late) < 11


def test_a_preview_is_given_with_its_age_and_the_next_one_is_waited_for(
    keyed: Stack, broker: Server, camera: PlayedCamera
) -> None:
    with (
        CommandListener(broker.url, f"lookalike/{camera.thing}/command") as listener,
        ThreadPoolExecutor() as pool,
    ):
        waiting = pool.submit(get_preview, keyed, camera.thing)
        eventually(lambda: listener.of("command"), within_s=2)
        assert json.loads(listener.of("command")[0]) == {"do": "watch", "for_s": 10}
        camera.show(picture(1))
        first = waiting.result()
        assert (first.status_code, first.content) == (200, picture(1))
        assert first.headers["Content-Type"] == "image/jpeg"
        assert first.headers["Cache-Control"] == "no-store"
        age_s = time.time() - parsedate_to_datetime(first.headers["Last-Modified"]).timestamp()
        assert 0 <= age_s < 5

        seen = first.headers["ETag"]
        waiting = pool.submit(get_preview, keyed, camera.thing, **{"If-None-Match": f'"other", W/{seen}'})
        camera.show(picture(2))
        second = waiting.result()
        assert (second.status_code, second.content) == (200, picture(2))
        assert second.headers["ETag"] != seen


def test_without_a_newer_one_it_is_not_modified_and_an_old_one_is_never_given(
    keyed: Stack, camera: PlayedCamera
) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(get_preview, keyed, camera.thing)
        camera.show(picture(1))
        seen = waiting.result().headers["ETag"]
    began_s = time.monotonic()
    unchanged = get_preview(keyed, camera.thing, **{"If-None-Match": seen})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == seen
    assert 1.9 < time.monotonic() - began_s < limit_s(4)
    none = get_preview(keyed, camera.thing)
    assert none.status_code == 503
    assert none.headers["Content-Type"] == "application/problem+json"
    assert f"no preview of {camera.thing} within 2 s" in none.json()["detail"]
    assert "LOOKALIKE_PREVIEW=0" in none.json()["detail"]


@pytest.mark.parametrize("content", [b"no JPEG", picture(1) + bytes(256 * 1024), picture(1, kind="PNG")])
def test_what_is_no_small_jpeg_is_noget_preview(keyed: Stack, camera: PlayedCamera, content: bytes) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(get_preview, keyed, camera.thing)
        camera.show(content)
        camera.show(picture(3))
        assert waiting.result().content == picture(3)


def test_cameras_that_give_no_preview_are_told_apart(keyed: Stack, camera: PlayedCamera) -> None:
    unknown = get_preview(keyed, "nobody")
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "there is no camera 'nobody'")
    for state in ("offline", "stalled", "no_camera"):
        camera.say(state, reason="the cable is out")
        answer = get_preview(keyed, camera.thing)
        assert answer.status_code == 409
        assert (
            answer.json()["detail"] == f"{camera.thing} is {state} (the cable is out), so it gives no preview"
        )


def test_a_browser_may_ask_without_an_error_where_there_is_no_picture(
    keyed: Stack, camera: PlayedCamera
) -> None:
    def get(thing: str, **query: str) -> httpx.Response:
        address = f"{keyed.page}/cameras/{thing}/preview"
        return httpx.get(address, params={"quiet": "1", **query}, headers=KEY, timeout=20)

    frame = {"session": "0123abcd", "seq": "7"}
    camera.say("online")
    silent = [get(camera.thing)]  # it sends none
    camera.say("offline")
    off = [get(thing, **query) for thing in (camera.thing, "nobody") for query in ({}, frame)]
    for answer in silent + off:
        assert (answer.status_code, answer.content) == (204, b"")
    # What is wrong with the request is an error all the same.
    assert get(camera.thing, session="0123abcd").status_code == 400
    assert httpx.get(f"{keyed.page}/cameras/nobody/preview?quiet=1", timeout=20).status_code == 401


def test_the_picture_of_an_observed_frame_is_given_by_its_number(
    keyed: Stack, broker: Server, camera: PlayedCamera
) -> None:
    camera.say("online")
    stamps = [Stamp("0123abcd", seq, 1_800_000_000.5) for seq in (7, 8)]
    shown, asked_for = (stamped(picture(each.seq or 0), each) for each in stamps)

    def get(seq: int | None) -> httpx.Response:
        query = {"session": "0123abcd"} | ({} if seq is None else {"seq": str(seq)})
        address = f"{keyed.page}/cameras/{camera.thing}/preview"
        return httpx.get(address, params=query, headers=KEY, timeout=20)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(get_preview, keyed, camera.thing)
        camera.show(shown)
        assert first.result().headers["Frame-Seq"] == "7"
    seen = get(7)
    assert (seen.status_code, seen.content) == (200, shown)
    assert (seen.headers["Frame-Session"], seen.headers["Frame-Seq"]) == ("0123abcd", "7")
    assert seen.headers["Frame-Captured-At"] == "2027-01-15T08:00:00.500Z"
    assert get(None).status_code == 400

    def wanted(listener: CommandListener, seq: int) -> list[dict[str, str]]:
        commands = map(json.loads, listener.of("command"))
        return [each for each in commands if (each["do"], each.get("seq")) == ("picture", seq)]

    def answered(listener: CommandListener, seq: int, answer: bytes) -> httpx.Response:
        with ThreadPoolExecutor() as pool:
            missing = pool.submit(get, seq)
            eventually(lambda: wanted(listener, seq), within_s=5)
            camera.answer(wanted(listener, seq)[0]["reply"], answer)
            return missing.result()

    with CommandListener(broker.url, f"lookalike/{camera.thing}/command") as listener:
        given = answered(listener, 8, asked_for)
        assert (given.status_code, given.content) == (200, asked_for)
        gone = answered(listener, 9, b'{"refused":"that frame is gone"}')
        assert gone.status_code == 404
        assert gone.json()["detail"] == f"{camera.thing} gives no picture: that frame is gone"


def test_many_who_wait_for_previews_hold_nobody_else_up(keyed: Stack, camera: PlayedCamera) -> None:
    began = threading.Barrier(81)

    def wait() -> int:
        with httpx.Client(base_url=keyed.page, timeout=20, headers=KEY) as client:
            began.wait(30)
            return client.get(f"/cameras/{camera.thing}/preview").status_code

    with ThreadPoolExecutor(80) as pool:
        waiting = [pool.submit(wait) for _ in range(80)]
        began.wait(30)
        keyed.get("/cameras")
        assert not all(each.done() for each in waiting)
        camera.show(picture(5))
        answers = {each.result() for each in waiting}
    # Some requests may have come too late for that one.
    assert answers <= {200, 503}
    assert 200 in answers
