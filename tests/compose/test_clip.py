"""The sample clip through the containers, compared with its truth over HTTP."""

from __future__ import annotations

from common.wire import from_iso
from tests.compose.project import Project
from tests.compose.recorder import MqttRecorder
from tests.system.record import read_truth, seconds, share_right, verdicts
from tests.system.stack import eventually


def test_the_item_in_the_camera_is_the_best_match(
    stack: Project, samples: float, recorder: MqttRecorder
) -> None:
    truth = read_truth()
    length_s = truth[-1].to_s
    (camera,) = (each for each in stack.client.get("/cameras").json()["cameras"] if each["thing"] == "cam-1")
    assert camera["state"] == "online"
    began_s = from_iso(camera["since"])
    eventually(lambda: recorder.heard, within_s=5, why=stack.logs)
    ready_s = max(samples, recorder.heard[0].at_s)
    eventually(
        lambda: from_iso(recorder.heard[-1].record["captured_at"]) > ready_s + length_s + 1,
        within_s=length_s + 30,
        why=stack.logs,
    )
    # The end of one turn of the clip, and the beginning of the next.
    turns = int((ready_s - began_s) // length_s)
    late, early = (
        seconds(recorder.records, truth, began_s=began_s + turn * length_s) for turn in (turns, turns + 1)
    )
    passed_s = (ready_s - began_s) % length_s
    answers = [b if b.scene.from_s < passed_s else a for a, b in zip(late, early, strict=True)]

    assert share_right(answers) >= 0.9, [
        each for each in answers if each.scene.kind == "item" and each.best != each.scene.id
    ]
    told = verdicts(answers, "stranger") + verdicts(answers, "empty")
    assert told["match"] / told.total() <= 0.3, told
