"""Reading of JSON that others wrote."""

import json

import pytest

from common.read_json import MAX_DEPTH, read_json


@pytest.mark.parametrize("value", [None, True, 7, -1.5, "ä", [1, [2]], {"a": {"b": []}}, 10**300, "[" * 100])
def test_what_is_valid_is_read(value: object) -> None:
    assert read_json(json.dumps(value)) == value
    assert read_json(json.dumps(value).encode()) == value


def test_the_deepest_that_is_allowed_is_read_and_a_layer_more_is_not() -> None:
    assert read_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(ValueError, match="nested deeper than 64"):
        read_json("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


@pytest.mark.parametrize("depth", [943, 990, 100_000, 1_000_000])
@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_deep_nesting_is_a_value_error(depth: int, begin: str, end: str) -> None:
    for text in (begin * depth + "1" + end * depth, begin * depth):
        with pytest.raises(ValueError, match=r"nested deeper than 64|Expecting value"):
            read_json(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "Expecting value"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b"[-Infinity]", "-Infinity is no JSON number"),
        (b"[1e999]", "the number 1e999 is too large"),
        (b"9" * 5000, "a number of 5000 digits; expected at most 4000"),
        (b'{"a": 1, "b": 2, "a": 3}', "it holds 'a' twice"),
        (b'{"\\ud800": 1, "\\ud800": 2}', r"it holds '\\ud800' twice"),
        (b'"\xff"', "not UTF-8 text"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
    ],
)
def test_what_other_programs_would_not_read_is_a_value_error(text: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refusal:
        read_json(text)
    str(refusal.value).encode()
