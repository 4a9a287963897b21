"""Guessing the key of a running system, directly and through a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.system.single import refused
from tests.system.stack import Stack, running

SETTINGS = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none", "LOOKALIKE_API_KEY": "s3cret"}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system behind a proxy, whose part the tests play."""
    settings = SETTINGS | {"LOOKALIKE_PROXY": "192.0.2.0/24, 127.0.0.1"}
    with running(tmp_path_factory.mktemp("guessing"), settings=settings) as started:
        yield started


def _delete(stack: Stack, key: str | None, *, via: str) -> httpx.Response:
    headers = {"X-Forwarded-For": via} | ({} if key is None else {"Authorization": f"Bearer {key}"})
    return stack.client.delete("/items/none", headers=headers)


def test_after_ten_wrong_keys_no_key_of_that_address_is_looked_at(keyed: Stack) -> None:
    guesses = [_delete(keyed, f"guess-{number}", via="198.51.100.1") for number in range(11)]
    assert [guess.status_code for guess in guesses] == [401] * 10 + [429]
    assert 55 <= int(guesses[-1].headers["retry-after"]) <= 60
    assert "too many wrong API keys" in refused(guesses[-1], 429)
    assert _delete(keyed, "s3cret", via="198.51.100.1").status_code == 429

    # A client without a key gets 401, open calls stay open, and other clients are not locked out.
    assert _delete(keyed, None, via="198.51.100.1").status_code == 401
    assert keyed.client.get("/items", headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 200
    assert _delete(keyed, "s3cret", via="198.51.100.2").status_code == 404
    # An address that the client put before the proxy's does not count.
    assert _delete(keyed, "s3cret", via="198.51.100.3, 198.51.100.1, 192.0.2.9").status_code == 429

    log = keyed.log()
    assert log.count("10 wrong API keys from 198.51.100.1 within 60 s") == 1
    assert not any(secret in log for secret in ("s3cret", "guess-"))


def test_a_guesser_does_not_lock_out_the_owner_behind_the_same_address(keyed: Stack) -> None:
    address = "198.51.100.7"
    assert _delete(keyed, "s3cret", via=address).status_code == 404
    guesses = [_delete(keyed, f"guess-{number}", via=address).status_code for number in range(40)]
    assert guesses == [401] * 10 + [429] * 30
    assert _delete(keyed, "s3cret", via=address).status_code == 404
    assert _delete(keyed, "guess", via=address).status_code == 429


def test_asking_without_a_key_counts_for_nothing(keyed: Stack) -> None:
    assert {_delete(keyed, None, via="198.51.100.4").status_code for _ in range(20)} == {401}
    assert _delete(keyed, "s3cret", via="198.51.100.4").status_code == 404


def test_without_a_known_proxy_the_header_of_a_proxy_is_ignored(tmp_path: Path) -> None:
    with running(tmp_path, settings=SETTINGS) as stack:
        said = [_delete(stack, "guess", via=f"198.51.100.{number}").status_code for number in range(11)]
    assert said == [401] * 10 + [429]
