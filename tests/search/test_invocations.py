"""SageMaker's k-NN protocol: requests, answers and refusals."""

import json

import numpy as np
import pytest

from common.wire import WireError
from services.core.errors import InputError
from services.core.records import Neighbour
from services.search.invocations import parse_request
from services.search.predictions import AnswerForm

UNIT = [[0.6, 0.8], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/csv", "3,4\n2,0\n"),
        ("text/csv", "3.0, 4e0\r\n\r\n2,0"),
        ("text/csv; charset=utf-8", "3,4\n2,0"),
        ("Text/CSV", "3,4\n2,0"),
        ("application/jsonlines", '{"features":[3,4]}\n\n{"data":{"features":{"values":[2,0]}}}\n'),
        ("application/json", '{"instances":[{"features":[3,4]},{"features":[2.0,0]}]}'),
        ("application/json", '{"instances":[{"data":{"features":{"values":[3,4]}}},{"features":[2,0]}]}'),
    ],
)
def test_each_form_gives_its_vectors_at_unit_length(kind: str, body: str) -> None:
    vectors = parse_request(body.encode(), kind)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, UNIT, atol=1e-6)


def as_json(*features: object) -> str:
    return json.dumps({"instances": [{"features": values} for values in features]})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("", "3,4"),
        ("image/jpeg", "3,4"),
        ("application/x-recordio-protobuf", "3,4"),
        ("text/csv", ""),
        ("text/csv", "\n\n"),
        ("text/csv", "3,4\n5\n"),
        ("text/csv", "a,b"),
        ("text/csv", "3,,4"),
        ("text/csv", "1" * 200_000),
        ("application/jsonlines", ""),
        ("application/jsonlines", "3,4"),
        ("application/jsonlines", "[3,4]"),
        ("application/jsonlines", '{"values":[3,4]}'),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "3"),
        ("application/json", "{}"),
        ("application/json", '{"instances":[]}'),
        ("application/json", '{"instances":5}'),
        ("application/json", '{"instances":[5]}'),
        ("application/json", '{"instances":[{"data":{"features":[3,4]}}]}'),
        ("application/json", as_json(7)),
        ("application/json", as_json([3, 4], [5])),
        ("application/json", as_json([[3, 4]])),
        ("application/json", as_json("34")),
        ("application/json", as_json([True, False])),
        ("application/json", as_json(["3", "x"])),
        ("application/json", as_json({"a": 1})),
        ("application/json", "[" * 100_000),
        ("application/json", as_json([10**400, 1])),
    ],
)
def test_a_body_without_vectors_is_refused_in_a_short_text(kind: str, body: str) -> None:
    with pytest.raises(InputError, match=r"vectors|content type") as caught:
        parse_request(body.encode(), kind)
    assert 0 < len(str(caught.value)) < 500


def test_a_body_that_is_no_text_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        parse_request(b"\xff" * 100_000, "text/csv")
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("features", [[], [0, 0], [None, 1], [float("nan"), 1]])
def test_a_vector_without_a_direction_is_refused(features: list[object]) -> None:
    with pytest.raises((WireError, InputError)):
        parse_request(as_json(features).encode(), "application/json")


@pytest.mark.parametrize("number", ["Infinity", "1e999", "1e300"])
def test_a_number_beyond_a_float32_is_refused(number: str) -> None:
    with pytest.raises(WireError, match="NaN or infinity"):
        parse_request(f'{{"instances":[{{"features":[{number},1]}}]}}'.encode(), "application/json")


FOUND = [[Neighbour("mug", 0.25, row=7), Neighbour("cup", 0.5, row=3)], []]
NEAREST = {"predicted_label": 7.0, "distances": [0.25, 0.5], "labels": [7.0, 3.0], "ids": ["mug", "cup"]}
NOTHING: dict[str, object] = {"predicted_label": None, "distances": [], "labels": [], "ids": []}


def answered(accept: str) -> tuple[str, str]:
    """The media type and the content of the answer."""
    form = AnswerForm.accepted(accept)
    return form.kind, form.content(FOUND)


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/html, application/*;q=0.9"])
def test_a_short_answer_has_the_nearest_label_alone(accept: str) -> None:
    kind, content = answered(accept)
    assert kind == "application/json"
    assert json.loads(content) == {"predictions": [{"predicted_label": 7.0}, {"predicted_label": None}]}


@pytest.mark.parametrize(
    "accept", ["application/json; verbose=true", "Application/JSON;verbose=TRUE", "*/*; q=1; verbose=true"]
)
def test_a_verbose_answer_has_distances_labels_and_our_ids_nearest_first(accept: str) -> None:
    assert json.loads(answered(accept)[1]) == {"predictions": [NEAREST, NOTHING]}


def test_json_lines_are_a_prediction_a_line() -> None:
    kind, content = answered("application/jsonlines")
    assert (kind, content) == (
        "application/jsonlines",
        '{"predicted_label":7.0}\n{"predicted_label":null}\n',
    )
    lines = answered("application/jsonlines; verbose=true")[1].splitlines()
    assert [json.loads(line) for line in lines] == [NEAREST, NOTHING]


def test_csv_is_a_line_a_vector() -> None:
    assert answered("text/csv") == ("text/csv", "7.0\n\n")
    assert answered("text/csv; verbose=true") == ("text/csv", "7.0,0.25,0.5,7.0,3.0\n\n")


def test_the_first_form_that_can_be_given_is_taken() -> None:
    assert answered("image/png, text/csv, application/json")[0] == "text/csv"


@pytest.mark.parametrize(
    ("accept", "why"),
    [
        ("application/x-recordio-protobuf", "recordio-protobuf is not written here"),
        ("application/x-recordio-protobuf; verbose=true", "recordio-protobuf is not written here"),
        ("image/png", "expected application/json, application/jsonlines, text/csv"),
        ("x" * 10_000, "expected application/json"),
    ],
)
def test_a_form_that_can_not_be_given_is_refused_in_words(accept: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        AnswerForm.accepted(accept)
    assert len(str(caught.value)) < 300


def test_recordio_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="recordio-protobuf is not read here; expected text/csv"):
        parse_request(b"\xce\xd7#\n", "application/x-recordio-protobuf")


@pytest.mark.parametrize(("labels", "body"), [(0, "3,4\n2,0"), (1, "9,3,4\n9,2,0"), (2, "9,8,3,4\n7,6,2,0")])
def test_labels_of_a_csv_are_left_out(labels: int, body: str) -> None:
    vectors = parse_request(body.encode(), f"text/csv; label_size={labels}")
    np.testing.assert_allclose(vectors, UNIT, atol=1e-6)


@pytest.mark.parametrize("value", ["-1", "x", "1.5"])
def test_a_label_size_that_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="label_size is"):
        parse_request(b"3,4", f"text/csv; label_size={value}")
