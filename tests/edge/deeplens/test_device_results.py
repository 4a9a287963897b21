"""parseResult, for both kinds of model that it knows."""

import json
from typing import Any

import numpy as np
import pytest

from edge.deeplens.device_results import parse

ROW = [0, 5, 0.5, 0, 0, 1, 1]


def of(*values: float) -> dict[str, Any]:
    return {"layer": np.array(values, np.float32)}


def test_classification_gives_every_label_the_most_probable_first() -> None:
    parsed = parse("classification", of(0.125, 0.5, 0.0, 0.375), size_px=(224, 224))
    assert parsed == {
        "classification": [
            {"label": 1, "prob": 0.5},
            {"label": 3, "prob": 0.375},
            {"label": 0, "prob": 0.125},
            {"label": 2, "prob": 0.0},
        ]
    }


def test_ssd_gives_corners_in_whole_pixels_up_to_the_end_of_the_rows() -> None:
    raw = of(
        *(0, 15, 0.25, 0.1, 0.2, 0.55, 0.6),
        *(0, 7, 0.75, -0.01, 0, 1.02, 1),
        *(-1, 0, 0, 0, 0, 0, 0),
        *(0, 9, 0.9, 0, 0, 1, 1),
    )
    parsed = parse("ssd", raw, size_px=(300, 200))
    assert parsed == {
        "ssd": [
            {"label": 7, "prob": 0.75, "xmin": -3, "ymin": 0, "xmax": 306, "ymax": 200},
            {"label": 15, "prob": 0.25, "xmin": 30, "ymin": 40, "xmax": 165, "ymax": 120},
        ]
    }
    assert {type(value) for finding in parsed["ssd"] for value in finding.values()} == {int, float}


@pytest.mark.parametrize("raw", [of(), of(-1, 0, 0, 0, 0, 0, 0)])
def test_nothing_detected_is_an_empty_list(raw: dict[str, Any]) -> None:
    assert parse("ssd", raw, size_px=(300, 300)) == {"ssd": []}


def test_what_is_parsed_has_python_2_habits_and_is_json() -> None:
    parsed = parse("ssd", of(*ROW), size_px=(300, 300))
    ((kind, (finding,)),) = parsed.iteritems()
    assert kind == "ssd"
    assert finding.has_key("prob")
    assert json.loads(json.dumps(parsed)) == parsed


@pytest.mark.parametrize(
    ("kind", "raw", "message"),
    [
        ("segmentation", of(1), "model type is 'segmentation'; expected 'classification' or 'ssd'"),
        ("ssd", of(*ROW, 1), "the layer has 8 values; expected rows of 7: image, label, prob, xmin"),
        ("ssd", of(*ROW[:6], np.inf), "the layer holds NaN or infinity"),
        ("classification", of(), "the layer is empty"),
        (
            "classification",
            {"layer": np.ones((2, 3))},
            r"float64 \(2, 3\); expected numbers in one dimension",
        ),
        ("classification", {"layer": "text"}, "expected numbers in one dimension"),
        (
            "classification",
            of(1) | {"other": np.ones(3)},
            r"2 layers \(layer, other\); expected one to parse",
        ),
        ("classification", {}, "0 layers"),
        ("classification", None, "expected numbers in one dimension"),
    ],
)
def test_what_cannot_be_parsed_is_said(kind: str, raw: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(kind, raw, size_px=(300, 300))
