"""The share of right best matches while the sample clip plays: `python -m bench.clip`.

Starts the whole system as `make run` does, in a folder of its own, lets the clip play through it and compares
each second's answer (that of most of its match records) with samples/truth.csv.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from common.wire import from_iso
from tests.system.record import MatchRecorder, Second, read_truth, seconds, share_right, verdicts
from tests.system.stack import Stack, eventually, running


def main() -> None:
    """Print the shares, and the milliseconds of a frame by stage."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), settings={}) as stack:
        truth = read_truth()
        with MatchRecorder(stack.page) as recorder:
            # A whole loop of the clip, after the start, when nothing else needs the processors.
            began_s = _next_loop_s(stack, truth[-1].to_s)
            time.sleep(began_s + truth[-1].to_s + 1 - time.time())
    answers = seconds(recorder.records, truth, began_s=began_s)
    _print(answers)
    loop = [r for r in recorder.records if 0 <= from_iso(r["captured_at"]) - began_s < truth[-1].to_s]
    print(f"{len(loop) / truth[-1].to_s:.1f} records a second; a frame's way, median ms:", end="")
    for stage in ("capture", "embed", "transport", "search"):
        print(f" {stage} {statistics.median(r['timings_ms'][stage] for r in loop):.1f}", end="")
    print()


def _next_loop_s(stack: Stack, clip_s: float) -> float:
    camera = eventually(lambda: stack.get("/cameras")["cameras"], within_s=30, why=stack.log)[0]
    began_s = from_iso(camera["since"])
    while began_s < time.time():
        began_s += clip_s
    return began_s


def _print(answers: list[Second]) -> None:
    items = [answer for answer in answers if answer.scene.kind == "item"]
    print(f"best match right in {share_right(answers):.1%} of {len(items)} item seconds")
    for kind in ("item", "stranger", "empty"):
        print(f"verdicts of {kind} seconds: {dict(verdicts(answers, kind))}")
    wrong = sorted({f"{a.scene.id} (as {a.best})" for a in items if a.best != a.scene.id})
    if wrong:
        print("wrong in some second:", ", ".join(wrong))


if __name__ == "__main__":
    main()
