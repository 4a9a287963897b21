"""Model files from servers that behave, and from those that do not."""

import hashlib
import random
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.process import connection_causes
from edge.process.model_download import (
    DownloadError,
    OtherModelError,
    check_address,
    download,
    is_address,
)
from tests.certificates import Authority
from tests.full_disk import full
from tests.hostile import HostileServer, hostile_server
from tests.servers import free_port

# The same in each run: a fingerprint is part of a test's name.
CONTENT = random.Random(1).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FINGERPRINT = SHA256[:12]


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server(CONTENT) as running:
        yield running


@pytest.mark.parametrize("path", ["/good", "/count?n=3"])
@pytest.mark.parametrize("fingerprint", [FINGERPRINT, SHA256])
def test_a_file_comes_whole_and_alone(
    server: HostileServer, tmp_path: Path, path: str, fingerprint: str
) -> None:
    kept = tmp_path / "models" / "a.onnx"
    download(server.url(path), kept, fingerprint=fingerprint)
    assert kept.read_bytes() == CONTENT
    assert list(kept.parent.iterdir()) == [kept]


def test_a_file_of_this_machine_is_copied(tmp_path: Path) -> None:
    given, kept = tmp_path / "given%.onnx", tmp_path / "kept.onnx"
    given.write_bytes(CONTENT)
    download(f"file://{tmp_path}/given%25.onnx", kept, fingerprint=SHA256)
    assert kept.read_bytes() == CONTENT
    with pytest.raises(DownloadError, match="no such file"):
        download(f"file://{tmp_path}/absent", kept, fingerprint=SHA256)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/absent", "the server answers 404 Not Found"),
        ("/cut", "ended 299000 bytes too early"),
        ("/huge", "1073741824 bytes; expected at most 1 MiB"),
        ("/endless", "more than 1 MiB"),
        ("/drip", "not whole within 0.5 s"),
        ("/slow-head", "not whole within 0.5 s"),
        ("/silent", "silent for 0.5 s"),
        ("/loop", "refers from one address to the next without end"),
        ("/to?to=file:///etc/passwd", "not followed; expected http://, https://"),
        ("/to?to=http://[1", "refers to an address that is none"),
    ],
)
def test_what_does_not_come_leaves_nothing_and_the_file_before_as_it_was(
    server: HostileServer, tmp_path: Path, path: str, expected: str
) -> None:
    kept = tmp_path / "a.onnx"
    kept.write_bytes(b"before")
    with pytest.raises(DownloadError, match=expected):
        download(server.url(path), kept, fingerprint=SHA256, max_bytes=2**20, within_s=0.5)
    assert kept.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [kept]


def test_another_file_than_the_wanted_one_is_told_apart(server: HostileServer, tmp_path: Path) -> None:
    with pytest.raises(OtherModelError, match=f"its fingerprint is {FINGERPRINT}; expected 0123456789ab"):
        download(server.url("/good"), tmp_path / "a.onnx", fingerprint="0123456789ab")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_off_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="connection refused"):
        download(f"http://127.0.0.1:{free_port()}/a", tmp_path / "a.onnx", fingerprint=SHA256)


def test_a_full_disk_is_told_and_nothing_left(server: HostileServer, tmp_path: Path) -> None:
    with full(0), pytest.raises(DownloadError, match=f"{tmp_path} can't be written: File too large"):
        download(server.url("/good"), tmp_path / "a.onnx", fingerprint=SHA256)
    assert list(tmp_path.iterdir()) == []


def test_over_tls_the_servers_certificate_is_checked_and_no_plain_address_followed(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    files = authority.sign("page")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    address, kept = server.url("/good").replace("http:", "https:"), tmp_path / "models" / "a.onnx"
    with pytest.raises(DownloadError, match="TLS: the certificate is not trusted"):
        download(address, kept, fingerprint=FINGERPRINT)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    connection_causes.trusted_authorities.cache_clear()
    try:
        download(address, kept, fingerprint=FINGERPRINT)
        assert kept.read_bytes() == CONTENT
        with pytest.raises(DownloadError, match=r"not followed; expected https://$"):
            download(address.replace("good", "to?to=http://127.0.0.1/"), kept, fingerprint=FINGERPRINT)
    finally:
        monkeypatch.undo()
        connection_causes.trusted_authorities.cache_clear()


@pytest.mark.parametrize(
    "address",
    ["https://page/models/a.onnx", "https://[::1]:8443/a?X-Amz-Signature=1", "file:///srv/a.onnx"],
)
def test_addresses_that_are_taken(address: str) -> None:
    assert is_address(address)
    check_address(address, FINGERPRINT)


@pytest.mark.parametrize(
    "address",
    [
        "http://page/a.onnx",
        "ftp://page/a.onnx",
        "https:///a.onnx",
        "https://page",
        "https://user:pa55@page/a.onnx",
        "https://page:port/a.onnx",
        "https://[1/a.onnx",
        "file://server/a.onnx",
    ],
)
def test_addresses_that_are_not(address: str) -> None:
    with pytest.raises(ValueError, match=r"^expected https://host/path or file:///path") as caught:
        check_address(address, FINGERPRINT)
    assert "pa55" not in str(caught.value)


def test_without_tls_twelve_digits_are_too_few_for_a_network_that_is_not_trusted() -> None:
    check_address("http://page/a.onnx", SHA256)
