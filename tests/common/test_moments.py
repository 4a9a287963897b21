"""The message of moments, from its maker to its reader, and damaged ones."""

import pytest

from common.moments import MAX_MOMENTS, Moment, decode_moments, encode_moments

ONE = Moment(b"\xff\xd8\xff\n one", (0.25, 0.5, 0.5, 0.25), 1_800_000_000.5)
OTHER = Moment(b"\xff\xd8\xff other", (0.0, 0.0, 1.0, 1.0), 1_800_000_001.25)


def test_what_is_written_is_read() -> None:
    assert decode_moments(encode_moments([ONE, OTHER])) == [ONE, OTHER]


def test_a_box_that_rounding_puts_over_the_edge_stays_inside() -> None:
    seen = Moment(b"x", (1 / 3 + 4e-5, 0.0, 2 / 3, 1.0), 0.0)
    ((left, _top, width, _height),) = [each.box for each in decode_moments(encode_moments([seen]))]
    assert left + width <= 1


def listed(fields: str) -> bytes:
    """A message whose list has one moment of these fields, and one byte of pictures."""
    return f'{{"moments":[{{{fields}}}]}}\nx'.encode()


AT = '"captured_at":"2026-11-23T10:00:00Z"'


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (b"", "no line of JSON"),
        (b"\xff\xd8\xff no line", "no line of JSON"),
        (b" " * 3000 + b"\n", "no line of JSON"),
        (b"{\nx", "Expecting"),
        (b"[]\nx", "wrong kind"),
        (b'{"moments":7}\nx', "wrong kind"),
        (b'{"moments":[]}\n', "0 moments; expected 1 to 4"),
        (b'{"moments":[{}]}\nx', "missing"),
        (listed(f'"bytes":true,"box":[0,0,1,1],{AT}'), "bytes is"),
        (listed(f'"bytes":-1,"box":[0,0,1,1],{AT}'), "bytes is"),
        (
            listed(f'"bytes":1,"box":[0,0,2,1],{AT}'),
            "inside 0 to 1",
        ),
        (
            listed(f'"bytes":1,"box":[0,0,1],{AT}'),
            "values to unpack",
        ),
        (listed('"bytes":1,"box":[0,0,1,1],"captured_at":7'), "wrong kind"),
        (listed('"bytes":1,"box":[0,0,1,1],"captured_at":"2026-11-23T10:00:00"'), "time zone"),
        (listed(f'"bytes":2,"box":[0,0,1,1],{AT}'), "expected 2"),
        (encode_moments([ONE] * (MAX_MOMENTS + 1)), "5 moments; expected 1 to 4"),
        (encode_moments([ONE]) + b"more", "bytes of pictures; expected"),
    ],
)
def test_any_other_message_is_refused_with_the_reason(message: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        decode_moments(message)
