"""Passwords stay out of logs and messages."""

import logging

import pytest

from common.logs import LineFormatter
from common.redaction import redact


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("rtsp://user:secret@cam.lan:554/live", "rtsp://***@cam.lan:554/live"),
        ("lost rtsp://u:se@cret@cam/1 again", "lost rtsp://***@cam/1 again"),
        ("rtsp://u:sec/ret@cam/1", "rtsp://***@cam/1"),
        ("open('http://cam/v?usr=a&pwd=secret')", "open('http://cam/v?***')"),
        ("MQTT://secret@broker and HTTP://a:secret@b/", "MQTT://***@broker and HTTP://***@b/"),
        ("got 'rtsp://u:secretsecre", "got 'rtsp://***"),
        ("got 'rtsp://u:1234567", "got 'rtsp://***"),
        ("got rtsp://u:se cret@cam/1 here", "got rtsp://***@cam/1 here"),
        ("rtsp://cam:554/user=me&password=secret&stream=0.sdp", "rtsp://cam:554/***"),
        (
            "lost http://cam:80/a/b: gone, http://cam:80: gone.",
            "lost http://cam:80/a/b: gone, http://cam:80: gone.",
        ),
        ("rtsp://[fe80::1]:554/live", "rtsp://[fe80::1]:554/live"),
        ("rtsp://cam.lan:554/live", "rtsp://cam.lan:554/live"),
        ("mail me@home, is it 1?2", "mail me@home, is it 1?2"),
    ],
)
def test_addresses_lose_user_password_and_query(text: str, redacted: str) -> None:
    assert redact(text) == redacted


def test_a_record_is_one_line_without_passwords_even_in_its_traceback() -> None:
    try:
        raise OSError("rtsp://u:secret@cam/ is gone")
    except OSError as error:
        problem = (type(error), error, error.__traceback__)
    record = logging.LogRecord(
        "edge", logging.ERROR, __file__, 1, "lost %s", ("http://u:secret@c/",), problem
    )
    line = LineFormatter("edge").format(record)
    assert "\n" not in line
    assert "secret" not in line
    assert " ERROR edge: lost http://***@c/ | Traceback" in line
    assert line[10] == "T"
    assert line[23] == "Z"
