"""The codec of observations and the topics, on golden messages and on malformed ones."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pytest

from common import wire
from common.codes import MAX_CODES, Code
from common.local_points import MAX_POINTS, encode_points
from common.wire import Kind, Observation, WireError, decode_observation, encode_observation
from tests.fakes import make_observation, vectors
from tests.points import random_points

MESSAGES = Path(__file__).resolve().parents[1] / "messages"
GOOD: dict[str, Any] = json.loads((MESSAGES / "expected.json").read_text())
BAD: dict[str, dict[str, str]] = json.loads((MESSAGES / "bad" / "expected.json").read_text())
GOLDEN: dict[str, Any] = json.loads((MESSAGES / "observation-f16.json").read_text())
ARRIVED_S = 1_795_428_001.0


def decode(payload: bytes, *, kind: Kind = "features") -> Observation | None:
    return decode_observation(payload, thing="cam-1", kind=kind, received_at_s=ARRIVED_S)


def refusal(payload: bytes) -> WireError:
    with pytest.raises(WireError) as caught:
        decode(payload)
    return caught.value


def changed(**fields: object) -> bytes:
    return json.dumps({**GOLDEN, **fields}).encode()


@pytest.mark.parametrize("name", GOOD)
def test_a_golden_message_is_decoded_as_written_down(name: str) -> None:
    seen = decode((MESSAGES / name).read_bytes())
    expected = GOOD[name]
    assert seen is not None
    assert seen.vectors.dtype == np.float32
    # i8 keeps about two digits of a component.
    np.testing.assert_allclose(seen.vectors, expected["vectors"], atol=4e-3)
    np.testing.assert_allclose(np.linalg.norm(seen.vectors, axis=1), 1, atol=1e-6)
    assert seen.captured_at_s == pytest.approx(expected["captured_at_s"], abs=1e-6)
    assert (seen.thing, seen.session, seen.seq) == ("cam-1", expected["session"], expected["seq"])
    assert seen.box == (tuple(expected["box"]) if expected["box"] else None)
    assert (seen.model, seen.timings_ms) == (expected["model"], expected["timings_ms"])
    assert seen.still_s == expected.get("still_s", 0)
    assert seen.local == (base64.b64decode(expected["local"]) if "local" in expected else None)
    codes = [[code.kind, code.text, list(code.box)] for code in seen.codes]
    assert codes == expected.get("codes", [])


@pytest.mark.parametrize("name", BAD)
def test_a_bad_message_is_refused_with_its_reason_and_what_was_expected(name: str) -> None:
    error = refusal((MESSAGES / "bad" / name).read_bytes())
    assert error.reason == BAD[name]["reason"]
    assert BAD[name]["says"] in str(error)


def test_every_bad_golden_message_has_its_expectation() -> None:
    names = {path.name for path in (MESSAGES / "bad").iterdir()} - {"expected.json"}
    assert names == set(BAD)


def test_a_status_line_of_2018_is_no_error_on_its_own_topic_alone() -> None:
    line = (MESSAGES / "2018-status.txt").read_bytes()
    assert decode(line, kind="infer") is None
    assert refusal(line).reason == "not_json"


def test_a_message_of_100_kb_is_refused_before_it_is_parsed() -> None:
    error = refusal(b"[" * 100_000)
    assert error.reason == "too_large"
    assert "100000 bytes; expected at most 65536" in str(error)


def test_a_message_of_exactly_the_limit_is_read() -> None:
    payload = changed()
    assert decode(payload.ljust(wire.MAX_OBSERVATION_BYTES)) is not None
    assert refusal(payload.ljust(wire.MAX_OBSERVATION_BYTES + 1)).reason == "too_large"


@pytest.mark.parametrize("field", ["v", "thing", "captured_at", "session", "seq", "model", "dim", "encoding"])
def test_each_field_of_the_contract_is_required_by_name(field: str) -> None:
    message = {name: value for name, value in GOLDEN.items() if name != field}
    if field == "v":
        message["features"] = 1  # without v, text would be a message of 2018
    assert field in str(refusal(json.dumps(message).encode()))


@pytest.mark.parametrize(
    "field", ["v", "thing", "captured_at", "model", "dim", "encoding", "box", "timings_ms"]
)
def test_a_refusals_text_is_short_however_long_the_value(field: str) -> None:
    assert len(str(refusal(changed(**{field: ["x" * 30_000]})))) < 500


@pytest.mark.parametrize("field", ["v", "thing", "dim", "encoding", "box", "timings_ms", "scale"])
def test_nesting_of_any_depth_is_a_refusal_and_no_crash(field: str) -> None:
    text = changed(**{"encoding": "i8", "features": "AAAA", "dim": 3, field: "HERE"}).decode()
    for depth in range(850, 1010):
        payload = text.replace('"HERE"', "[" * depth + "]" * depth).encode()
        assert refusal(payload).reason in ("field", "encoding", "not_json")


@pytest.mark.parametrize(("encoding", "tolerance"), [("f16", 5e-4), ("i8", 5e-3)])
def test_an_observation_comes_back_from_its_encoding(
    encoding: Literal["f16", "i8"], tolerance: float
) -> None:
    sent = make_observation(vectors(3, dim=64), at_s=1_795_428_000.123, timings_ms={"embed": 12.5})
    code = Code("ean_8", "40063812", (0.125, 0.25, 0.5, 0.25))
    sent = replace(sent, still_s=7.25, local=encode_points(random_points(5)), codes=(code,))
    came = decode(encode_observation(sent, encoding=encoding))
    assert came is not None
    np.testing.assert_allclose(came.vectors, sent.vectors, atol=tolerance)
    assert came.captured_at_s == pytest.approx(sent.captured_at_s, abs=1e-3)
    assert (came.session, came.seq, came.model) == (sent.session, sent.seq, sent.model)
    assert (came.box, came.timings_ms, came.still_s) == (None, {"embed": 12.5}, 7.25)
    assert (came.local, came.codes) == (sent.local, (code,))


@pytest.mark.parametrize("local", [None, b""])
def test_no_local_features_are_something_else_than_none_sent(local: bytes | None) -> None:
    came = decode(encode_observation(replace(make_observation(), local=local)))
    assert came is not None
    assert came.local == local


def test_an_observation_with_the_most_local_features_is_far_below_the_limit() -> None:
    sent = make_observation(vectors(dim=1280), timings_ms={"capture": 3.21, "embed": 12.34})
    payload = encode_observation(replace(sent, local=encode_points(random_points(MAX_POINTS))))
    assert len(payload) < 20 * 1024 < wire.MAX_OBSERVATION_BYTES


TIMINGS_MS = {"capture": 1003.21, "embed": 112.34, "codes": 112.34}


def test_an_observation_of_1280_numbers_fits_one_metering_unit_with_its_topic() -> None:
    sent = make_observation(vectors(dim=1280), thing="t" * 128, timings_ms=TIMINGS_MS)
    assert len(encode_observation(sent)) + len(wire.topic(sent.thing, "features")) < 5 * 1024


@pytest.mark.parametrize("text", ["x" * 128, "é" * 64, "漢" * 42, "😀" * 32, '"' * 128])
def test_so_it_does_with_the_longest_texts_of_as_many_codes_as_there_may_be(text: str) -> None:
    code = Code("qr", text, (0.1234, 0.1234, 0.1234, 0.1234))
    sent = make_observation(vectors(dim=1280), thing="t" * 128, timings_ms=TIMINGS_MS)
    payload = encode_observation(replace(sent, codes=(code,) * MAX_CODES, still_s=123.456), encoding="i8")
    assert len(payload) + len(wire.topic(sent.thing, "features")) < 5 * 1024


def test_a_vector_of_other_length_is_scaled_to_unit_length() -> None:
    raw = np.array([3, 4, 0, 0, 0, 0, 0, 0], "<f2").tobytes()
    seen = decode(changed(features=base64.b64encode(raw).decode()))
    assert seen is not None
    np.testing.assert_allclose(seen.vectors[0, :2], [0.6, 0.8], atol=1e-6)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_topic_of_ours_is_split_and_joined(kind: Kind) -> None:
    assert wire.parse_topic(wire.topic("cam_1:a-B", kind)) == ("cam_1:a-B", kind)


def test_a_deeplens_projects_topic_is_its_things_infer() -> None:
    assert wire.parse_topic("$aws/things/deeplens_x/infer") == ("deeplens_x", "infer")


FOREIGN_TOPICS = """
lookalike lookalike/a lookalike//features lookalike/+/features lookalike/#/features lookalike/../features
lookalike/ä/features lookalike/a/b/features lookalike/a/features/ /lookalike/a/features lookalike/a/Features
other/a/features lookalike/'/status $aws/things/a/shadow $aws/things/+/infer $aws/things//infer
$aws/things/a/b/infer $aws/things/a/features
"""


@pytest.mark.parametrize(
    "name",
    [
        "",
        "lookalike/a b/features",
        "lookalike/a\n/features",
        "lookalike/a\0/features",
        *FOREIGN_TOPICS.split(),
    ],
)
def test_a_topic_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(WireError, match="is not lookalike/") as caught:
        wire.parse_topic(name)
    assert caught.value.reason == "topic"


def test_a_thing_has_at_most_the_128_characters_of_aws() -> None:
    assert wire.parse_topic(f"lookalike/{'a' * 128}/status") == ("a" * 128, "status")
    with pytest.raises(WireError):
        wire.parse_topic(f"lookalike/{'a' * 129}/status")
