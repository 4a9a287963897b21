"""The page over https, with a certificate of its own and with a given one."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from services.adapters.certificates import make_certificate
from tests.system.pictures import picture
from tests.system.stack import Stack, eventually, running

QUICK = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none"}


@contextmanager
def _client(stack: Stack, certificate: Path, *, host: str = "127.0.0.1") -> Iterator[httpx.Client]:
    """A context that trusts that certificate alone, and checks the name in it."""
    trust = ssl.create_default_context(cafile=str(certificate))
    with httpx.Client(base_url=f"https://{host}:{stack.port}", verify=trust, timeout=60) as client:
        yield client


def test_make_run_tls_serves_https_with_a_certificate_that_is_kept(tmp_path: Path) -> None:
    certificate = tmp_path / "data" / "tls" / "cert.pem"
    with running(tmp_path, settings=QUICK, command=["make", "run", "TLS=1"]) as stack:
        made = certificate.read_bytes()
        _works(stack, certificate)
        _is_no_http(stack)
        assert "The browser will warn once" in stack.log()
        assert f"Lookalike is at https://127.0.0.1:{stack.port}" in stack.log()
        stack.stop()
        eventually(lambda: not stack.pids(), within_s=10, why=stack.log)
    other = _other_loopback()
    name = f"[{other}]" if ":" in other else other
    everywhere = {"LOOKALIKE_TLS": "1", "LOOKALIKE_HOST": other, "LOOKALIKE_API_KEY": "s3cret"}
    with running(tmp_path, settings=QUICK | everywhere) as again:
        assert certificate.read_bytes() == made
        with _client(again, certificate, host=name) as client:
            assert client.get("/items").json()["items"][0]["url"].startswith(f"https://{name}:{again.port}/")
        assert again.cli("alive", "api").returncode == 0


def _other_loopback() -> str:
    """Another address of this machine that the certificate covers; a container may have no IPv6."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return "localhost"
    return "::1"


def _works(stack: Stack, certificate: Path) -> None:
    """Check that items and records have https addresses, and that the command line works."""
    with _client(stack, certificate) as client, _client(stack, certificate, host="localhost") as named:
        page = named.get("/")
        assert (page.status_code, "strict-transport-security" in page.headers) == (200, False)
        origin = {"Origin": f"https://127.0.0.1:{stack.port}"}
        form = {"title": "A bowl", "id": "bowl"}
        added = client.post("/items", headers=origin, files={"image": picture(1)}, data=form)
        assert added.status_code == 201, added.text
        change = added.json()["change"]
        eventually(
            lambda: client.get("/healthz").json()["checks"]["index"].get("cursor", 0) >= change, within_s=5
        )
        record = client.post("/search", files={"image": picture(1)}).json()
        assert client.get(record["matches"][0]["url"]).content == picture(1)
    assert record["matches"][0]["url"].startswith(f"https://127.0.0.1:{stack.port}/items/bowl/image")
    listed = stack.cli("items", "list")
    assert (listed.returncode, "A bowl" in listed.stdout) == (0, True), listed.stderr


def _is_no_http(stack: Stack) -> None:
    """Check that nobody connects without https, or trusts the certificate by default."""
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{stack.port}/", timeout=5)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://127.0.0.1:{stack.port}/", timeout=5)


def test_a_given_certificate_may_be_for_the_public_name_alone(tmp_path: Path) -> None:
    certificate, key = make_certificate(["shop.example"])
    files = {"LOOKALIKE_TLS_CERT": tmp_path / "c.pem", "LOOKALIKE_TLS_KEY": tmp_path / "k.pem"}
    for path, content in zip(files.values(), (certificate, key), strict=True):
        path.write_bytes(content)
    settings = {name: str(path) for name, path in files.items()}
    with running(
        tmp_path, settings=QUICK | settings | {"LOOKALIKE_PUBLIC_URL": "https://shop.example"}
    ) as stack:
        assert stack.address("page") == "https://shop.example"
        with _client(stack, tmp_path / "c.pem") as client:
            extensions = {"sni_hostname": "shop.example"}
            page = client.get("/", headers={"Host": "shop.example"}, extensions=extensions)
            assert page.status_code == 200
        assert not (stack.data / "tls").exists()
        assert "warn once" not in stack.log()
