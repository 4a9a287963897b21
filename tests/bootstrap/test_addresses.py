"""Addresses of our services with a password: refused at the start unless it is encoded, and never shown."""

import logging
from urllib.parse import quote

import pytest
import redis

from common.logs import LineFormatter
from services.adapters.redis_queue import RedisQueue
from services.adapters.search_client import SearchClient
from services.bootstrap.own_clients import own_client
from services.bootstrap.redis import connect_redis
from services.bootstrap.settings import ApiSettings, CliSettings, load
from services.core.dependency import Dependency
from services.core.errors import InputError, UnavailableError
from tests.servers import Server, free_port, redis_server

ADDRESSES = {
    "LOOKALIKE_REDIS_URL": "redis://:{}@127.0.0.1:6479/0",
    "LOOKALIKE_MQTT_URL": "mqtt://user:{}@127.0.0.1:1884",
    "LOOKALIKE_SEARCH_URL": "http://user:{}@127.0.0.1:8081",
    "LOOKALIKE_API_URL": "https://user:{}@shop.example/lookalike",
}
UNQUOTED = ["p@sesame", "p/sesame", "p#sesame", "p?sesame", "p%sesame", "p@ss/w#sesame", "[sesame]"]


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("password", UNQUOTED)
def test_an_unquoted_password_is_refused_with_the_way_to_write_it(
    monkeypatch: pytest.MonkeyPatch, name: str, password: str
) -> None:
    monkeypatch.setenv(name, ADDRESSES[name].format(password))
    with pytest.raises(InputError, match=f"^{name}: .*percent-encoded: %40 %2F %3F %23") as caught:
        load(CliSettings)
    assert not any(part in str(caught.value) for part in ("sesame", "p@", "ss/w"))


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_quoted_password_is_taken(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    url = ADDRESSES[name].format(quote("p@ss/w#rd?%[x]", safe=""))
    monkeypatch.setenv(name, url)
    assert getattr(load(CliSettings), name.removeprefix("LOOKALIKE_").lower()) == url


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LOOKALIKE_PUBLIC_URL", "https://me:sesame@shop.example", "without a password"),
        ("LOOKALIKE_PUBLIC_URL", "https://me:p@sesame/@shop.example", "without a password"),
        ("LOOKALIKE_PICTURES", "s3://AKIA:ses/ame@bucket", r"expected a folder, s3://BUCKET"),
        ("LOOKALIKE_STORE", "dynamodb://AKIA:sesame@table", r"expected sqlite:///PATH"),
        ("LOOKALIKE_PROXY", "http://me:sesame@proxy", "expected addresses or networks"),
        ("LOOKALIKE_EMBED_ORIGINS", "https://shop.example/page", "expected such as https://shop.example"),
        ("LOOKALIKE_EMBED_ORIGINS", "https://a.example; script-src *", "expected such as https://shop.ex"),
        ("LOOKALIKE_REDIS_URL", "redis://127.0.0.1:6379/sesame", "expected redis"),
        ("LOOKALIKE_REDIS_URL", "unix://:p#sesame@/run/redis.sock", "percent-encoded"),
    ],
)
def test_other_addresses_are_refused_without_their_password(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=words) as caught:
        load(ApiSettings)
    assert not any(part in str(caught.value) for part in ("sesame", "ses/", "AKIA"))


@pytest.mark.parametrize(
    "value",
    [
        "redis://h",
        "rediss://u:p@h:1/2",
        "redis://[::1]:6379",
        "unix:///run/redis.sock?db=1",
        "redis://h?db=1",
    ],
)
def test_usual_addresses_of_redis_are_taken(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("LOOKALIKE_REDIS_URL", value)
    connect_redis(load(ApiSettings).redis_url)


def test_a_parameter_that_the_client_does_not_know_is_refused_without_the_address() -> None:
    with pytest.raises(InputError, match="a parameter behind") as caught:
        connect_redis("redis://:sesame@h?bogus=sesame")
    assert "sesame" not in str(caught.value)


def test_what_a_client_raises_shows_no_password_of_its_address() -> None:
    port = free_port()
    calls = {
        "redis": RedisQueue(connect_redis(f"redis://me:sesame@127.0.0.1:{port}")).check,
        "search": SearchClient(own_client(f"http://me:sesame@127.0.0.1:{port}", timeout_s=1)).state,
    }
    for name, call in calls.items():
        with pytest.raises(UnavailableError) as caught:
            call()
        assert str(port) in str(caught.value), name
        assert "sesame" not in str(caught.value)


def test_a_wrong_password_of_redis_is_not_repeated() -> None:
    with redis_server() as server, redis.Redis.from_url(server.url) as owner:
        owner.config_set("requirepass", "right")
        with pytest.raises(UnavailableError, match="refuses user or password") as caught:
            RedisQueue(connect_redis(_with_login(server, "me:sesame"))).check()
    assert "sesame" not in str(caught.value)


def _with_login(server: Server, login: str) -> str:
    return server.url.replace("://", f"://{login}@")


def test_an_address_in_any_dependencys_error_is_shown_without_its_login() -> None:
    def fails() -> dict[str, object]:
        raise UnavailableError("no answer of redis://:p@ss/sesame@127.0.0.1:6379/0")

    record = logging.LogRecord("x", logging.ERROR, "", 0, "%s", ("redis://:p@ss/sesame@h:1/0",), None)
    told = [Dependency("x", fails, logs=False).outcome()["detail"], LineFormatter("api").format(record)]
    assert not [text for text in told if "sesame" in text or "p@ss" in text]
