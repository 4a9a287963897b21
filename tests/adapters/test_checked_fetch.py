"""Fetching pictures from addresses given by others, from a real server that misbehaves."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from services.adapters.checked_http import MAX_REDIRECTS, PictureFetcher
from services.core.errors import InputError
from services.core.importing.import_rows import MAX_PICTURE_BYTES
from tests.hostile import HostileServer, hostile_server
from tests.pace import limit_s
from tests.system.pictures import picture

CONTENT = picture(1)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server(CONTENT) as started:
        yield started


def refusal(address: str, fetcher: PictureFetcher | None = None) -> str:
    with pytest.raises(InputError) as refused:
        (fetcher or PictureFetcher(allow_private=True)).fetch(address)
    return str(refused.value)


@pytest.mark.parametrize("kind", ["image/jpeg", "IMAGE/x-odd;%20q=1", "application/octet-stream", ""])
def test_a_picture_is_fetched_whatever_its_type_is_called(server: HostileServer, kind: str) -> None:
    assert PictureFetcher(allow_private=True).fetch(server.url(f"/good?type={kind}")) == CONTENT


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_also_a_relative_one(server: HostileServer, status: int) -> None:
    address = server.url(f"/to?to=good&status={status}")
    assert PictureFetcher(allow_private=True).fetch(address) == CONTENT


def test_as_many_redirects_as_are_allowed_are_followed(server: HostileServer) -> None:
    address = server.url(f"/count?n={MAX_REDIRECTS}")
    assert PictureFetcher(allow_private=True).fetch(address) == CONTENT


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/absent", "answers 404; expected a picture"),
        ("/good?type=text/html", "is of type 'text/html'; expected image/…"),
        ("/good?encoding=gzip", "is packed with 'gzip'"),
        ("/huge", f"has {2**30} bytes; expected at most {MAX_PICTURE_BYTES}"),
        ("/endless", f"is longer than {MAX_PICTURE_BYTES} bytes"),
        (f"/count?n={MAX_REDIRECTS + 1}", f"redirects more than {MAX_REDIRECTS} times"),
        ("/to?to=file:///etc/passwd", "file:/etc/passwd is not an http or https address"),
        ("/to?to=ftp://x.example/a", "ftp://x.example/a is not an http or https address"),
        ("/to?to=//[", "has no host's name"),
    ],
)
def test_what_is_refused_says_why(server: HostileServer, path: str, says: str) -> None:
    assert says in refusal(server.url(path))


def test_a_loop_of_redirects_is_named_without_what_may_be_secret(server: HostileServer) -> None:
    loop, pool = server.url("/loop"), server.url("/pool")
    assert refusal(loop) == f"{loop} redirects in a loop: {loop} → {pool}?… → {loop}"
    assert len(server.asked) == 2


@pytest.mark.parametrize("path", ["/drip", "/slow-head"])
def test_a_body_or_a_head_that_never_ends_is_given_up_in_time(server: HostileServer, path: str) -> None:
    began_s = time.monotonic()
    told = refusal(server.url(path), PictureFetcher(allow_private=True, total_s=0.5))
    assert "it was not complete within 0.5 s" in told
    assert 0.5 <= time.monotonic() - began_s < limit_s(5)


def test_time_spent_on_redirects_counts(server: HostileServer) -> None:
    address = server.url(f"/to?to={server.url('/drip')}")
    assert "within 0.5 s" in refusal(address, PictureFetcher(allow_private=True, total_s=0.5))


def test_a_silent_server_is_given_up(server: HostileServer) -> None:
    fetcher = PictureFetcher(allow_private=True, silence_s=0.3)
    assert "nothing came for 0.3 s" in refusal(server.url("/silent"), fetcher)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ftp://x.example/a.jpg", "is not an http or https address"),
        ("/a.jpg", "is not an http or https address"),
        ("http:///a.jpg", "is not an http or https address"),
        ("http://a\nb/", "can't be read"),
        ("http://a..b/", "http://a..b/ has no host's name"),
        ("http://a b/", "http://a%20b/ has no host's name"),
        ("http://[fe80::1%25eth0]/", "has no host's name"),
        ("http://[::1/a.jpg", "can't be read"),
        ("http://[]/", "can't be read"),
        ("http://:@/", "is not an http or https address"),
        ("http://u\0:p@127.0.0.1/", "can't be read"),
        ("http://xn--/ok.jpg", "can't be read: Malformed A-label"),
        ("http://xn--a/", "can't be read: Codepoint U+0080 at position 1"),
        ("http://xn--n3h/", "can't be read: Codepoint U+2603 at position 1"),
        ("http://x.example/\ud800.jpg", "can't be read"),
        ("http://" + "a" * 64 + ".example/", "can't be"),
        ("http://" + "a" * 70_000, "can't be read: URL too long"),
        ("http://127.0.0.1:99999/", "has port 99999; expected 1 to 65535"),
        ("http://127.0.0.1:-1/", "has port -1; expected 1 to 65535"),
        ("http://127.0.0.1:0/", "has port 0; expected 1 to 65535"),
        ("http://127.0.0.1:x/", "can't be read"),
        ("http://nothing.invalid/a.jpg", "'nothing.invalid' has no address"),
        ("http://127.0.0.1:1/a.jpg", "can't be fetched: [Errno 111] Connection refused"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_with_the_reason(address: str, says: str) -> None:
    told = refusal(address)
    assert says in told
    assert told.isprintable()
    told.encode()


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("http://xn--/", "can't be read"),
        ("http://127.0.0.1:99999/", "has port"),
        ("//xn--a/", "can't be read"),
    ],
)
def test_a_redirect_to_a_malformed_address_is_refused(server: HostileServer, way: str, says: str) -> None:
    assert says in refusal(server.url(f"/to?to={way}"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "127.1", "0.0.0.0"])
def test_no_name_of_this_machine_is_reached_unless_that_is_allowed(server: HostileServer, host: str) -> None:
    address = server.url("/good", host=host)
    told = refusal(address, PictureFetcher(allow_private=False))
    assert told.startswith((f"{host} is the private address", f"{host} is a private address"))
    assert "LOOKALIKE_FETCH_PRIVATE=1" in told
    assert server.asked == []
    assert PictureFetcher(allow_private=True).fetch(address) == CONTENT


@pytest.mark.parametrize("host", ["[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1]"])
def test_ipv6_is_no_way_around(host: str) -> None:
    told = refusal(f"http://{host}:80/a.jpg", PictureFetcher(allow_private=False))
    assert f"{host.strip('[]')} is a private address" in told


def test_a_redirect_to_a_private_address_is_refused(server: HostileServer) -> None:
    # All of 127.0.0.0/8 is this machine: one address stands for the public internet.
    fetcher = PictureFetcher(allow_private=False, is_public=lambda address: address == "127.0.0.1")
    inner = server.url("/good", host="127.0.0.2")
    assert "127.0.0.2 is a private address" in refusal(server.url(f"/to?to={inner}"), fetcher)
    assert [path.partition("?")[0] for path, *_ in server.asked] == ["/to"]
    assert fetcher.fetch(server.url("/good")) == CONTENT


def test_the_connection_goes_to_the_address_that_was_checked_though_the_name_moves_on(
    server: HostileServer,
) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    fetcher = PictureFetcher(
        allow_private=False, resolve=rebinding, is_public=lambda address: address == "127.0.0.1"
    )
    address = server.url("/good", host="pictures.example")
    assert fetcher.fetch(address) == CONTENT
    assert (asked, server.asked[0][1]) == (["pictures.example"], f"pictures.example:{server.server_port}")
    assert "is the private address 127.0.0.2" in refusal(address, fetcher)


def test_a_name_with_one_private_address_is_refused_and_a_dead_address_is_passed_over(
    server: HostileServer,
) -> None:
    mixed = PictureFetcher(allow_private=False, resolve=lambda _host, _port: ["93.184.216.34", "10.0.0.1"])
    assert "is the private address 10.0.0.1" in refusal("http://pictures.example/a.jpg", mixed)
    second = PictureFetcher(allow_private=True, resolve=lambda _host, _port: ["127.0.0.9", "127.0.0.1"])
    assert second.fetch(server.url("/good", host="pictures.example")) == CONTENT


def test_tls_is_spoken_with_the_name_and_not_with_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hello: list[bytes] = []

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                hello.append(connection.recv(4096))

        thread = threading.Thread(target=greet)
        thread.start()
        port = listener.getsockname()[1]
        fetcher = PictureFetcher(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"])
        assert "can't be fetched" in refusal(f"https://pictures.example:{port}/a.jpg", fetcher)
        thread.join()
    assert b"pictures.example" in hello[0]


def test_a_login_in_an_address_is_sent_and_never_shown(server: HostileServer) -> None:
    address = server.url("/good", host="anna:s3cret@127.0.0.1")
    assert PictureFetcher(allow_private=True).fetch(address) == CONTENT
    assert server.asked[0][2] == "Basic " + base64.b64encode(b"anna:s3cret").decode()
    absent = refusal(server.url("/absent?token=t0ken", host="anna:s3cret@127.0.0.1"))
    assert absent == f"{server.url('/absent')}?… answers 404; expected a picture"


def test_a_login_is_not_carried_to_where_a_redirect_leads(server: HostileServer) -> None:
    other = server.url("/good", host="localhost")
    PictureFetcher(allow_private=True).fetch(server.url(f"/to?to={other}", host="anna:s3cret@127.0.0.1"))
    assert server.asked[-1][2] is None
