"""Addresses of MQTT brokers."""

from urllib.parse import quote

import pytest

from common.mqtt_address import MqttAddress, parse_mqtt_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://broker", MqttAddress("broker", 1883, False)),
        ("MQTT://broker/", MqttAddress("broker", 1883, False)),
        ("mqtts://broker", MqttAddress("broker", 8883, True)),
        ("mqtt://127.0.0.1:1884", MqttAddress("127.0.0.1", 1884, False)),
        ("mqtts://[::1]:8884", MqttAddress("::1", 8884, True)),
        ("mqtt://user@broker", MqttAddress("broker", 1883, False, "user")),
        ("mqtt://user:@broker", MqttAddress("broker", 1883, False, "user", "")),
        ("mqtt://user:pa:ss@broker:1", MqttAddress("broker", 1, False, "user", "pa:ss")),
        ("mqtt://us%3Aer:%40%2F%23%25@broker", MqttAddress("broker", 1883, False, "us:er", "@/#%")),
    ],
)
def test_an_address_is_read_with_its_login_decoded(url: str, address: MqttAddress) -> None:
    assert parse_mqtt_address(url) == address


@pytest.mark.parametrize(
    "secret", ["@", "/", "#", "%", "?", ":", "a@b/c#d%e?f", "%41", "p ß€", "[x]", "1883/x"]
)
def test_any_login_works_percent_encoded(secret: str) -> None:
    address = parse_mqtt_address(f"mqtt://{quote(secret, safe='')}:{quote(secret, safe='')}@broker:1884")
    assert (address.user, address.password, address.host, address.port) == (secret, secret, "broker", 1884)


@pytest.mark.parametrize(
    "login",
    [
        "user:secret@word",
        "user:secret/word",
        "user:secret#word",
        "user:secret?word",
        "user:secret%word",
        "user:secret%",
        "user:12/secret",
        "user:12#secret",
        "user:[secret]",
        "secret@word:x",
        "user:secret\nword",
    ],
)
def test_a_login_that_is_not_encoded_is_refused_and_not_repeated(login: str) -> None:
    with pytest.raises(ValueError, match="have to be percent-encoded: %40 %2F") as caught:
        parse_mqtt_address(f"mqtt://{login}@broker")
    assert "secret" not in str(caught.value)
    assert "word" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "expected mqtt"),
        ("broker", "expected mqtt"),
        ("user:secret@broker", "expected mqtt"),
        ("http://user:secret@broker", "expected mqtt"),
        ("mqtt://user:secret@", "expected mqtt"),
        ("mqtt://user:secret@broker:0", "the port from 1 to 65535"),
        ("mqtt://user:secret@broker:65536", "the port from 1 to 65535"),
        ("mqtt://user:secret@broker:port", "expected mqtt"),
        ("mqtt://user:secret@bro ker", "expected mqtt"),
        ("mqtt://user:secret@a..b", "expected mqtt"),
        ("mqtt://user:secret@[::1", "expected mqtt"),
        ("mqtt://user:secret@broker/topic", "percent-encoded"),
        ("mqtt://user:secret", "expected mqtt"),
        ("mqtt://user:sec#ret", "percent-encoded"),
        ("mqtt://:secret@broker", "with a user before the password"),
        ("mqtt://user:%FFsecret@broker", "not UTF-8"),
    ],
)
def test_what_is_no_address_is_refused_without_its_password(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^expected mqtt\[s\]://\[user:password@\]host\[:port\]") as caught:
        parse_mqtt_address(url)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


def test_its_text_is_the_place_alone() -> None:
    address = parse_mqtt_address("mqtt://user:secret@broker")
    assert str(address) == "broker:1883"
    assert "secret" not in repr(address)
    assert str(parse_mqtt_address("mqtts://[::1]")) == "[::1]:8883"
