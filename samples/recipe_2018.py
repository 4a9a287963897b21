"""Measures on the clip what the recipe of 2018 gets right, and what a centre crop with cosine does.

Run from the repository's root as `python -m samples.recipe_2018`; it needs `models/lite0.onnx`
(`python -m models.build --variant lite0`).
Every frame is judged; a second is right when most of its frames name the item that truth.csv gives.
"""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime

SAMPLES = Path(__file__).parent
MODEL = SAMPLES.parent / "models" / "lite0.onnx"
Array = np.ndarray[Any, Any]


def _session() -> tuple[onnxruntime.InferenceSession, str]:
    """The model with one more output: the vector as it is before it gets unit length."""
    model = onnx.load(str(MODEL))
    final = next(node for node in model.graph.node if "vector" in node.output)
    raw = final.input[0]
    model.graph.output.append(onnx.helper.make_tensor_value_info(raw, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    return onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"]), raw


def squash(picture: Array) -> Array:
    """The whole picture at 224x224, whatever its shape was: what the 2018 device did."""
    return cv2.resize(picture, (224, 224), interpolation=cv2.INTER_LINEAR)


def centre_crop(picture: Array) -> Array:
    """The middle square, as wide as the picture is high."""
    height, width = picture.shape[:2]
    left = max(0, (width - height) // 2)
    return picture[:, left : left + min(height, width)]


def _truth() -> list[dict[str, str]]:
    with (SAMPLES / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _frames() -> tuple[list[Array], float]:
    film = cv2.VideoCapture(str(SAMPLES / "clip.mp4"))
    frames: list[Array] = []
    while True:
        good, frame = film.read()
        if not good:
            return frames, film.get(cv2.CAP_PROP_FPS)
        frames.append(frame)


def measure(name: str, *, unit: bool) -> None:
    """Prints the share of right seconds and the nearest distances of one recipe."""
    session, raw = _session()
    cut = centre_crop if unit else squash

    def embed(picture: Array) -> Array:
        outputs = session.run(
            ["vector" if unit else raw], {"picture": np.ascontiguousarray(cut(picture))[None]}
        )
        return np.asarray(outputs[0][0], np.float32)

    with (SAMPLES / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = np.stack([embed(cv2.imread(str(SAMPLES / row["image"]))) for row in rows])
    frames, fps = _frames()
    found = []
    for frame in frames:
        distances = np.linalg.norm(known - embed(frame), axis=1)
        found.append((rows[int(distances.argmin())]["id"], float(distances.min())))
    _report(name, found, fps)


def _report(name: str, found: list[tuple[str, float]], fps: float) -> None:
    right = total = frames_right = frames_total = 0
    nearest: dict[str, list[float]] = {"item": [], "stranger": [], "empty": []}
    for row in _truth():
        shot = found[round(float(row["from_s"]) * fps) : round(float(row["to_s"]) * fps)]
        nearest[row["kind"]] += [distance for _, distance in shot]
        seconds = [shot[i : i + round(fps)] for i in range(0, len(shot), round(fps))]
        best = [Counter(name for name, _ in second).most_common(1)[0][0] for second in seconds]
        print(
            f"  {row['from_s']:>5} {row['kind']:9}{row['id']:24}{np.mean([d for _, d in shot]):7.3f}  {best}"
        )
        if row["kind"] == "item":
            right, total = right + best.count(row["id"]), total + len(best)
            frames_right, frames_total = (
                frames_right + sum(n == row["id"] for n, _ in shot),
                frames_total + len(shot),
            )
    print(
        f"{name}: {right} of {total} item seconds right ({right / total:.1%}); "
        f"{frames_right / frames_total:.1%} of item frames"
    )
    for kind, distances in nearest.items():
        print(
            f"  nearest distance, {kind}: mean {np.mean(distances):.3f}, "
            f"middle 80 % {np.percentile(distances, 10):.3f} to {np.percentile(distances, 90):.3f}"
        )


if __name__ == "__main__":
    measure("recipe of 2018 (squashed, raw L2)", unit=False)
    measure("centre crop, cosine", unit=True)
