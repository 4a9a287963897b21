"""The fast codec, where it is installed, and Python's own give the same."""

import json
import math

import pytest

from common.compact_json import read_message, to_compact_json


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, -0.0, None, True], "größe": "5'\u2028\x01\"\\"},
        {"seq": 2**53, "far": 1e300, "small": 1.5e-7},
        {"lone": "\ud800"},
        (0.1, 0.2, 0.30001, 0.4),
        [],
    ],
)
def test_a_value_is_written_as_json_on_one_line_and_read_again(value: object) -> None:
    text = to_compact_json(value)
    assert "\n" not in text
    assert ", " not in text
    assert json.loads(text) == json.loads(json.dumps(value))
    assert read_message(json.dumps(value).encode()) == json.loads(json.dumps(value))


def test_messages_are_read_as_python_reads_them() -> None:
    assert math.isnan(read_message(b'{"x":NaN}')["x"])
    assert read_message(b'{"x":1,"x":2}') == {"x": 2}
    assert read_message('{"x":"ü"}'.encode("utf-16")) == {"x": "ü"}
    for broken in (b"", b"{", b'{"x":1}}', b'"\xff"'):
        with pytest.raises(ValueError, match=r".+"):
            read_message(broken)
    with pytest.raises(RecursionError):
        read_message(b"[" * 100_000)
