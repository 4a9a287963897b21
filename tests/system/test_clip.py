"""The sample clip through the real processes, compared with its truth."""

from __future__ import annotations

from common.wire import from_iso
from tests.system.record import MatchRecorder, read_truth, seconds, share_right, verdicts
from tests.system.stack import Stack, eventually


def test_the_item_in_the_camera_is_the_best_match(stack: Stack, recorder: MatchRecorder) -> None:
    truth = read_truth()
    began_s = clip_began_s(stack)
    end_s = began_s + truth[-1].to_s
    eventually(
        lambda: recorder.records and from_iso(recorder.records[-1]["captured_at"]) > end_s + 1,
        within_s=truth[-1].to_s + 30,
        why=stack.log,
    )

    first = seconds(recorder.records, truth, began_s=began_s)
    # The system was still starting when the clip began; those seconds come again.
    again = seconds(recorder.records, truth, began_s=end_s)
    answers = [late if early.best is None else early for early, late in zip(first, again, strict=True)]

    assert share_right(answers) >= 0.9, [
        a for a in answers if a.scene.kind == "item" and a.best != a.scene.id
    ]
    told = verdicts(answers, "stranger") + verdicts(answers, "empty")
    assert told["match"] / told.total() <= 0.3, told
    told = verdicts(answers, "item")
    assert told["no_match"] / told.total() <= 0.25, told


def clip_began_s(stack: Stack) -> float:
    """The time at which the clip's first frame was read: the camera is online since."""
    listed = eventually(lambda: stack.get("/cameras")["cameras"], within_s=20, why=stack.log)
    (camera,) = [camera for camera in listed if camera["thing"] == "cam-1"]
    assert camera["state"] == "online"
    return from_iso(camera["since"])
