"""The page's certificate: our own is made once, a given one is checked."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from services.adapters.certificates import make_certificate
from services.bootstrap import lan_names
from services.bootstrap.client_tls import trust
from services.bootstrap.settings import RunSettings, load
from services.bootstrap.tls import covered_names, open_tls
from services.core.errors import InputError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a system."""
    return tmp_path / "data"


def settings(data: Path, **more: object) -> RunSettings:
    return RunSettings(data_dir=data, api_key="k", **{"tls": True, **more})  # type: ignore[arg-type]


def certificate_of(data: Path, **more: object) -> bytes:
    """The certificate that a start finds or makes."""
    tls = open_tls(settings(data, **more))
    assert tls is not None
    assert tls.key.stat().st_mode & 0o777 == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key)
    return tls.certificate.read_bytes()


def test_without_tls_nothing_is_made(data: Path) -> None:
    assert open_tls(settings(data, tls=False)) is None
    assert not data.exists()
    assert trust(settings(data), "https://127.0.0.1") is True


def test_our_own_is_made_once_and_kept(data: Path) -> None:
    made = certificate_of(data)
    assert certificate_of(data) == made
    assert sorted(path.name for path in (data / "tls").iterdir()) == ["cert.pem", "key.pem"]
    assert (data / "tls").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "more", [{"host": "192.0.2.7"}, {"public_url": "https://shop.example:8443"}, {"host": "shop.local"}]
)
def test_a_new_certificate_is_made_for_another_name_and_not_for_fewer(
    data: Path, more: dict[str, str]
) -> None:
    first = certificate_of(data)
    second = certificate_of(data, **more)
    assert second != first
    assert certificate_of(data) == second


def test_a_new_certificate_is_made_when_it_expires_or_is_damaged(data: Path) -> None:
    made = {certificate_of(data)}
    old, key = make_certificate(covered_names(settings(data)), now=datetime.now(UTC) - timedelta(days=800))
    (data / "tls" / "cert.pem").write_bytes(old)
    (data / "tls" / "key.pem").write_bytes(key)
    made.add(certificate_of(data))
    (data / "tls" / "key.pem").write_bytes(key)  # as after a crash between the two files
    made.add(certificate_of(data))
    (data / "tls" / "cert.pem").write_bytes(b"")
    made.add(certificate_of(data))
    assert old not in made
    assert len(made) == 4


def test_it_covers_the_names_that_people_may_use(data: Path) -> None:
    loopback = {"localhost", "127.0.0.1", "::1"}
    named = {socket.gethostname().lower(), f"{socket.gethostname().lower().partition('.')[0]}.local"}
    assert set(covered_names(settings(data))) == loopback | named
    everywhere = set(covered_names(settings(data, host="0.0.0.0", public_url="https://shop.example")))
    assert everywhere == loopback | named | {*lan_names.addresses(), "shop.example"}


def given(folder: Path, names: list[str], *, now: datetime | None = None) -> dict[str, Path]:
    """Files of a certificate that somebody else made."""
    certificate, key = make_certificate(names, now=now)
    (folder / "c.pem").write_bytes(certificate)
    (folder / "k.pem").write_bytes(key)
    return {"tls_cert": folder / "c.pem", "tls_key": folder / "k.pem"}


def test_a_given_one_is_taken_as_it_is(data: Path, tmp_path: Path) -> None:
    files = given(tmp_path, ["shop.example"])
    tls = open_tls(settings(data, tls=False, **files))
    assert tls is not None
    assert (tls.certificate, tls.key) == (files["tls_cert"], files["tls_key"])
    assert not data.exists()
    assert settings(data, tls=False, **files).page_url == "https://127.0.0.1:8080"


def _refusal(data: Path, **files: Path) -> str:
    with pytest.raises(InputError) as caught:
        open_tls(settings(data, **files))
    return str(caught.value)


def test_files_that_are_no_good_are_named_with_what_was_expected(data: Path, tmp_path: Path) -> None:
    files = given(tmp_path, ["shop.example"])
    nowhere = tmp_path / "none.pem"
    assert _refusal(data, **{**files, "tls_cert": nowhere}) == (
        f"LOOKALIKE_TLS_CERT: {nowhere} can't be read: No such file or directory"
    )
    assert f"LOOKALIKE_TLS_KEY: {nowhere} can't be read" in _refusal(data, **{**files, "tls_key": nowhere})
    assert "LOOKALIKE_TLS_KEY: " in _refusal(data, **{**files, "tls_key": tmp_path})
    other = tmp_path / "other.pem"
    other.write_bytes(make_certificate(["shop.example"])[1])
    assert "key values mismatch" in _refusal(data, **{**files, "tls_key": other})
    other.write_bytes(b"no PEM")
    for name in files:
        assert "expected a certificate and its key in PEM" in _refusal(data, **{**files, name: other})
    old = given(tmp_path, ["shop.example"], now=datetime(2020, 1, 1, tzinfo=UTC))
    assert "has run out on 2022-04-0" in _refusal(data, **old)


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(data: Path, tmp_path: Path) -> None:
    files = given(tmp_path, ["shop.example"])
    key = load_pem_private_key(files["tls_key"].read_bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pa55"))
    files["tls_key"].write_bytes(locked)
    assert "not encrypted" in _refusal(data, **files)


@pytest.mark.parametrize(("given", "lacking"), [("CERT", "KEY"), ("KEY", "CERT")])
def test_one_of_both_files_alone_is_refused(
    data: Path, monkeypatch: pytest.MonkeyPatch, given: str, lacking: str
) -> None:
    monkeypatch.setenv("LOOKALIKE_DATA_DIR", str(data))
    monkeypatch.setenv(f"LOOKALIKE_TLS_{given}", "some.pem")
    with pytest.raises(InputError) as caught:
        load(RunSettings)
    assert str(caught.value) == (
        f"LOOKALIKE_TLS_{given} is set without LOOKALIKE_TLS_{lacking}; expected both"
    )


def test_a_damaged_certificate_is_named_by_those_who_were_to_believe_it(data: Path) -> None:
    certificate_of(data)
    (data / "tls" / "cert.pem").write_bytes(b"no PEM")
    with pytest.raises(InputError, match="can't be read as a certificate"):
        trust(settings(data), "https://127.0.0.1")
