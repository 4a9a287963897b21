"""The sample clip through the real processes, compared with its truth."""

from __future__ import annotations

from common.wire import from_iso
from tests.system.record import MatchRecorder, expect_right, read_truth, seconds_of_two_loops
from tests.system.stack import Stack, eventually


def test_the_item_in_the_camera_is_the_best_match(stack: Stack, recorder: MatchRecorder) -> None:
    truth = read_truth()
    loop_s = truth[-1].to_s
    eventually(lambda: recorder.records, within_s=30, why=stack.log)
    heard_s = from_iso(recorder.records[0]["captured_at"])
    eventually(
        lambda: from_iso(recorder.records[-1]["captured_at"]) > heard_s + loop_s + 1,
        within_s=loop_s + 30,
        why=stack.log,
    )

    # The clip has played since before the samples were in; the seconds of its loop before that come again.
    began_s = clip_began_s(stack)
    began_s += (heard_s - began_s) // loop_s * loop_s
    expect_right(seconds_of_two_loops(recorder.records, truth, began_s=began_s))


def clip_began_s(stack: Stack) -> float:
    """The time at which the clip's first frame was read: the camera is online since."""
    listed = eventually(lambda: stack.get("/cameras")["cameras"], within_s=20, why=stack.log)
    (camera,) = [camera for camera in listed if camera["thing"] == "cam-1"]
    assert camera["state"] == "online"
    return from_iso(camera["since"])
