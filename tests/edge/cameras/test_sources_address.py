"""Addresses of cameras as people write them; their names never hold any part of a password."""

import pytest

from common.redaction import redact
from edge.cameras.sources.address import parse_address


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("rtsp://cam.lan/live?a=1#b", "rtsp://cam.lan:554/live?a=1#b"),
        ("RTSPS://cam", "rtsps://cam:322"),
        ("http://[fe80::1]:8080/v", "http://[fe80::1]:8080/v"),
        ("https://10.0.0.7/a path", "https://10.0.0.7:443/a%20path"),
        ("rtsp://user@cam/1", "rtsp://user@cam:554/1"),
        ("rtsp://u:%40pw@cam:8554/1", "rtsp://u:%40pw@cam:8554/1"),
        ("rtsp://u:p@w@cam/1", "rtsp://u:p%40w@cam:554/1"),
        ("rtsp://u:p:w@cam/1", "rtsp://u:p%3Aw@cam:554/1"),
        ("rtsp://u:p/w@cam/1", "rtsp://u:p%2Fw@cam:554/1"),
        ("rtsp://u:p?w@cam/1", "rtsp://u:p%3Fw@cam:554/1"),
        ("rtsp://u:p#w@cam/1", "rtsp://u:p%23w@cam:554/1"),
        ("rtsp://u:50%@cam/1", "rtsp://u:50%25@cam:554/1"),
        ("rtsp://u:p@:/?#%w@cam/1", "rtsp://u:p%40%3A%2F%3F%23%25w@cam:554/1"),
        ("rtsp://u:p w'<\">@cam/1", "rtsp://u:p%20w%27%3C%22%3E@cam:554/1"),
        ("http://cam/path@2x", "http://cam:80/path@2x"),
        ("http://cam:8080/path@2x", "http://cam:8080/path@2x"),
    ],
)
def test_an_address_is_understood_and_quoted(text: str, url: str) -> None:
    assert parse_address(text).url == url


@pytest.mark.parametrize("mark", ["", *"@:/?#%", "@:/?#%", "@/", "/@", ":@", "?@"])
def test_no_part_of_a_password_is_in_a_name_or_an_error(mark: str) -> None:
    text = f"rtsp://user:topsec{mark}retword@cam.lan:8554/live?pwd=topsec"
    for shown in (
        parse_address(text).name,
        redact(f"lost '{text}' again"),
        redact(f"lost {parse_address(text).url}: gone"),
    ):
        assert "topsec" not in shown
        assert "retword" not in shown
        assert "user" not in shown
        assert "cam.lan:8554/live?***" in shown
    with pytest.raises(ValueError, match="no address of a camera") as caught:
        parse_address(text.replace("cam.lan", ""))
    assert "topsec" not in str(caught.value)
    assert "retword" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["rtsp://", "rtsp://u:secret@", "http://cam:0/", "http://cam:65536/", "rtsp://a b/"]
)
def test_no_address_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected \w+://\[user:password@\]host\[:port\]/path") as caught:
        parse_address(text)
    assert "secret" not in str(caught.value)


def test_an_address_knows_its_host_and_port() -> None:
    address = parse_address("rtsps://u:p@[::1]/x")
    assert (address.scheme, address.host, address.port, address.has_login) == ("rtsps", "::1", 322, True)
    assert not parse_address("http://cam/").has_login
